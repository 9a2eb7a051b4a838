// The plan viewer on top of pages that show the plan without it.
"use strict";
// Its icons would write a style element, which the page's policy forbids: the same
// rules are linked as a file.
window.FontAwesomeConfig = { autoAddCss: false };
document.addEventListener("DOMContentLoaded", () => {
  for (const panel of document.querySelectorAll("[data-viewer]")) {
    const planSource = panel.querySelector("pre").textContent;
    panel.hidden = false;
    const app = Vue.createApp({
      render: () => Vue.h(pev2.Plan, { planSource, planQuery: "" }),
    });
    app.mount(panel.querySelector(".viewer"));
  }
});
