// Small comforts of every page; each works without this file, only less smoothly.
"use strict";

// An open menu closes with Escape, and when the person turns elsewhere.
const menus = () => document.querySelectorAll("details.menu[open]");
for (const turn of ["click", "focusin"]) {
  document.addEventListener(turn, (event) => {
    for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
  });
}
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) return event.preventDefault();
  if (form.method !== "post" || event.defaultPrevented) return undefined;
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 8000);
  return undefined;
});
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// The list of what is wrong takes the focus, so that it is read out first.
document.querySelector("[data-focus]")?.focus();

// A table that has to be scrolled sideways can be reached, and scrolled, by keyboard.
const reachable = () => {
  for (const wrap of document.querySelectorAll(".table-wrap")) {
    if (wrap.scrollWidth > wrap.clientWidth) wrap.tabIndex = 0;
  }
};
reachable();
addEventListener("resize", reachable);
