"use strict";
(() => {
  const root = document.documentElement;
  const button = document.getElementById("switch");
  const title = document.querySelector("title");
  button.hidden = false;
  button.addEventListener("click", () => {
    const lang = root.lang === "ar" ? "en" : "ar";
    root.lang = lang;
    root.dir = lang === "ar" ? "rtl" : "ltr";
    document.title = title.dataset[lang];
    button.lang = lang === "ar" ? "en" : "ar";
    button.textContent = button.dataset[button.lang];
  });
  addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll("details:not(.diff)")) fold.open = true;
  });
})();
