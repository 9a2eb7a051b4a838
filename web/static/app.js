// Conveniences on top of pages that work without them: copy buttons and keys.
"use strict";
(() => {
  const copy = async (button) => {
    const source = document.getElementById(button.dataset.copy);
    if (!source) return;
    const label = button.textContent;
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "Copied";
    } catch {
      // No permission, or plain HTTP: select the text for Ctrl-C.
      getSelection().selectAllChildren(source);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = label; }, 1500);
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
  });

  const rows = () => [...document.querySelectorAll("[data-row]")];
  const step = (by) => {
    const link = document.querySelector(by > 0 ? "[data-next]" : "[data-previous]");
    if (link) { link.click(); return; }
    const all = rows();
    if (!all.length) return;
    const now = all.findIndex((row) => row.classList.contains("chosen"));
    const next = Math.min(all.length - 1, Math.max(0, now + by));
    all.forEach((row, index) => row.classList.toggle("chosen", index === next));
    const target = all[next].querySelector("a");
    if (target) target.focus();
  };

  const keys = {
    j: () => step(1),
    k: () => step(-1),
    a: () => document.querySelector("[data-key=a]")?.focus(),
    d: () => document.querySelector("[data-key=d]")?.focus(),
    "/": () => document.querySelector("input[type=search]")?.focus(),
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = keys[event.key];
    if (action) { event.preventDefault(); action(); }
  });
})();
