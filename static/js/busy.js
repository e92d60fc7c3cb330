// While a form is on its way its button says so and a second press does nothing. The button is never
// `disabled`: that would drop its value from the post and the focus from the page.

import { word } from "./words.js";

export function attach(form) {
  let restore = null;

  form.addEventListener("submit", (event) => {
    if (restore) {
      event.preventDefault();
      return;
    }
    const button = event.submitter;
    // Without a network main.js keeps the form here.
    if (!button || !navigator.onLine) return;
    const words = button.querySelector("span") ?? button;
    const before = [...words.childNodes];
    button.style.setProperty("min-inline-size", `${button.offsetWidth}px`);
    button.setAttribute("aria-disabled", "true");
    words.replaceChildren(form.dataset.busy || word("sending"));
    restore = () => {
      button.removeAttribute("aria-disabled");
      words.replaceChildren(...before);
      restore = null;
    };
  });

  // The page may come back as it was left, by the Back button.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) restore?.();
  });
}
