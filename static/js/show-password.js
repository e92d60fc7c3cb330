// A button that shows the typed password, and hides it again before the form is sent.

import { announce, word } from "./words.js";

export function attach(field) {
  const input = field.querySelector('input[type="password"]');
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-secondary";
  button.setAttribute("aria-controls", input.id);

  // Two of them on one page have names of their own.
  const named = input.labels[0].textContent.trim();

  const show = (visible) => {
    input.type = visible ? "text" : "password";
    button.textContent = visible ? word("hide") : word("show");
    button.setAttribute("aria-label", visible ? word("hide-password", { field: named }) : word("show-password", { field: named }));
  };

  button.addEventListener("click", () => {
    const visible = input.type === "password";
    show(visible);
    announce(visible ? word("password-shown") : word("password-hidden"));
  });
  input.form?.addEventListener("submit", () => show(false));
  show(false);
  input.after(button);
}
