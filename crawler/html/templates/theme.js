"use strict";
// Runs before the page is drawn, so that it never shows in colours that were not chosen. Without it the button is not
// there, and the page follows the system.
(() => {
  const root = document.documentElement;
  const after = { system: "light", light: "dark", dark: "system" };
  const show = (theme) => {
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
  };
  const read = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // a browser that keeps nothing
    }
  };
  const chosen = read();
  if (chosen === "light" || chosen === "dark") show(chosen);
  root.dataset.script = "";
  addEventListener("DOMContentLoaded", () => {
    document.getElementById("theme")?.addEventListener("click", () => {
      const next = after[root.dataset.theme || "system"];
      show(next);
      try {
        if (next === "system") localStorage.removeItem("theme");
        else localStorage.setItem("theme", next);
      } catch {
        // it lasts as long as the page
      }
    });
  });
})();
