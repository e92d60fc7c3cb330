// A button that copies a text of the page; where the browser forbids that, the text is selected instead.

import { announce, word } from "./words.js";

const LASTS = 4000;

export function attach(field) {
  const text = field.querySelector("[data-text]");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-secondary button-small";
  button.textContent = word("copy");
  button.setAttribute("aria-describedby", text.getAttribute("aria-labelledby"));

  button.addEventListener("click", async () => {
    getSelection()?.selectAllChildren(text);
    const copied = await navigator.clipboard?.writeText(text.textContent).then(() => true, () => false);
    announce(copied ? word("text-copied") : word("text-selected"));
    button.textContent = copied ? word("copied") : word("now-copy");
    setTimeout(() => {
      button.textContent = word("copy");
    }, LASTS);
  });

  text.after(button);
}
