"use strict";
// A wide screen has room for the filters; a narrow one shows them when asked.
if (matchMedia("(min-width: 48rem)").matches) {
  for (const part of document.querySelectorAll("details.filters, details.facets")) part.setAttribute("open", "");
}
// "/" goes to the search field, j and k to the next and the previous headline of a list. Who speaks to the machine may
// say such letters without meaning it, so they can be turned off (WCAG 2.1.4); the browser remembers that.
const keys = document.getElementById("keys");
const off = () => {
  try {
    return localStorage.getItem("keys") === "off";
  } catch {
    return false; // a browser that keeps nothing
  }
};
const tell = () => keys?.querySelector("button").setAttribute("aria-pressed", String(!off()));
if (keys) keys.hidden = false;
tell();
keys?.querySelector("button").addEventListener("click", () => {
  try {
    localStorage.setItem("keys", off() ? "on" : "off");
  } catch {
    // it stays as it is
  }
  tell();
});
addEventListener("keydown", (event) => {
  if (off()) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target instanceof Element && event.target.closest("input, select, textarea");
  if (typing) return;
  if (event.key === "/") {
    const field = document.getElementById("q");
    if (field) {
      event.preventDefault();
      field.focus();
      field.select();
    }
  } else if (event.key === "j" || event.key === "k") {
    const links = [...document.querySelectorAll(".hits h3 a, .list h3 a")];
    if (!links.length) return;
    const now = links.indexOf(document.activeElement);
    const next = event.key === "j" ? now + 1 : now < 0 ? 0 : now - 1;
    links[Math.min(Math.max(next, 0), links.length - 1)].focus();
  }
});
// Copying needs a script; without one the citation and the address can be marked by hand.
for (const button of document.querySelectorAll("button.copy")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    document.getElementById("copied").hidden = false;
  });
}
