// A button that copies what stands in a field; where the browser forbids that, the text is selected instead.

import { announce } from "./announce.js";

const LASTS = 4000;

export function attach(field) {
  const input = field.querySelector("input");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-secondary";
  button.textContent = "Copy";
  button.setAttribute("aria-label", "Copy the link");

  button.addEventListener("click", async () => {
    input.select();
    const copied = await navigator.clipboard?.writeText(input.value).then(() => true, () => false);
    announce(copied ? "The link is copied" : "The link is selected. Copy it with the keyboard or the menu.");
    if (!copied) return;
    button.textContent = "Copied";
    setTimeout(() => {
      button.textContent = "Copy";
    }, LASTS);
  });

  input.after(button);
}
