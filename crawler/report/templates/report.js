"use strict";
(() => {
  const root = document.documentElement;
  const button = document.getElementById("switch");
  const title = document.querySelector("title");
  if (button) button.hidden = false; // where a server shows the report, a link leads to the other language
  button?.addEventListener("click", () => {
    const lang = root.lang === "ar" ? "en" : "ar";
    root.lang = lang;
    root.dir = lang === "ar" ? "rtl" : "ltr";
    document.title = title.dataset[lang];
    button.lang = lang === "ar" ? "en" : "ar";
    button.textContent = button.dataset[button.lang];
    for (const option of document.querySelectorAll("form.pick option")) option.textContent = option.dataset[lang];
  });
  // Any two articles of a story, word by word: the longest common subsequence of their words.
  const { texts, places, titles } = JSON.parse(document.getElementById("texts")?.textContent || '{"texts":{}}');
  const EDGES = "[«»\"'“”‘’()\\[\\].,،؛:!؟?…]+";
  const edges = new RegExp(`^${EDGES}|${EDGES}$`, "g");
  const sound = (word) =>
    word
      .replace(/[\u064b-\u065f\u0670\u0640\u200e\u200f\u061c]/g, "")
      .replace(/[٠-٩]/g, (digit) => digit.charCodeAt(0) - 0x660)
      .replace(/[۰-۹]/g, (digit) => digit.charCodeAt(0) - 0x6f0)
      .replace(edges, "") || word;
  const fold = (word) => sound(word).replace(/[أإآٱ]/g, "ا").replace(/ى/g, "ي").replace(/ة/g, "ه");
  const named = new Set(places);
  const before = new Set(titles);
  const telling = (words, at) => {
    const word = fold(words[at]);
    return (
      /\p{Nd}/u.test(word) ||
      named.has(word) ||
      (/^[وبلف]/.test(word) && named.has(word.slice(1))) ||
      (at > 0 && (before.has(fold(words[at - 1])) || (/^\p{Lu}/u.test(word) && !/[.!?؟:…]$/.test(words[at - 1]))))
    );
  };
  const shared = (a, b) => {
    const width = b.length + 1;
    const longest = new Uint16Array((a.length + 1) * width);
    for (let i = a.length - 1; i >= 0; i--) {
      for (let j = b.length - 1; j >= 0; j--) {
        longest[i * width + j] =
          a[i] === b[j]
            ? longest[(i + 1) * width + j + 1] + 1
            : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
      }
    }
    const [left, right] = [new Set(), new Set()];
    for (let i = 0, j = 0; i < a.length && j < b.length; ) {
      if (a[i] === b[j]) {
        left.add(i++);
        right.add(j++);
      } else if (longest[(i + 1) * width + j] >= longest[i * width + j + 1]) i++;
      else j++;
    }
    return [left, right];
  };
  const column = (name, words, same, tag) => {
    const box = document.createElement("div");
    const heading = document.createElement("h4");
    const text = document.createElement("p");
    heading.textContent = name;
    text.dir = "auto";
    for (let at = 0; at < words.length; ) {
      const changed = !same.has(at);
      const run = changed ? document.createElement(tag) : document.createDocumentFragment();
      for (; at < words.length && !same.has(at) === changed; at++) {
        if (changed && telling(words, at)) {
          const mark = document.createElement("b");
          mark.textContent = words[at];
          run.append(mark, " ");
        } else run.append(`${words[at]} `);
      }
      text.append(run);
    }
    box.append(heading, text);
    return box;
  };
  for (const form of document.querySelectorAll("form.pick")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const chosen = [...form.querySelectorAll("select")].map((select) => texts[form.dataset.story][select.value]);
      const named = (row) => (root.lang === "ar" ? row[0] : row[1]);
      const words = chosen.map((row) => row[2].split(" "));
      const same = shared(words[0].map(sound), words[1].map(sound));
      form.querySelector(".cols").replaceChildren(
        column(named(chosen[0]), words[0], same[0], "del"),
        column(named(chosen[1]), words[1], same[1], "ins"),
      );
    });
  }
  addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll("details:not(.diff)")) fold.open = true;
  });
})();
