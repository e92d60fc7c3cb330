// A button that copies a text of the page; where the browser forbids that, the text is selected instead.

import { announce } from "./announce.js";

const LASTS = 4000;

export function attach(field) {
  const text = field.querySelector("[data-text]");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-secondary button-small";
  button.textContent = "Copy";
  button.setAttribute("aria-describedby", text.getAttribute("aria-labelledby"));

  button.addEventListener("click", async () => {
    getSelection()?.selectAllChildren(text);
    const copied = await navigator.clipboard?.writeText(text.textContent).then(() => true, () => false);
    announce(copied ? "The text is copied" : "The text is selected. Copy it with the keyboard or the menu.");
    button.textContent = copied ? "Copied" : "Selected: now copy it";
    setTimeout(() => {
      button.textContent = "Copy";
    }, LASTS);
  });

  text.after(button);
}
