// A button that copies what stands in a field; where the browser forbids that, the text is selected instead.

import { announce, word } from "./words.js";

const LASTS = 4000;

export function attach(field) {
  const input = field.querySelector("input");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-secondary";
  button.textContent = word("copy");
  button.setAttribute("aria-label", word("copy-link"));

  button.addEventListener("click", async () => {
    input.select();
    const copied = await navigator.clipboard?.writeText(input.value).then(() => true, () => false);
    announce(copied ? word("link-copied") : word("link-selected"));
    if (!copied) return;
    button.textContent = word("copied");
    setTimeout(() => {
      button.textContent = word("copy");
    }, LASTS);
  });

  input.after(button);
}
