// Loaded in the head, before the first paint: follow the system's light or dark.
"use strict";
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const apply = () => root.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  root.classList.add("js");
  dark.addEventListener("change", apply);
  apply();
})();
