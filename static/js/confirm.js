// Asks before a button's form is sent: data-confirm is the question, data-confirm-label the answer that goes on.

import { uniqueId } from "./ids.js";
import { word } from "./words.js";

function made(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

function ask(question, answer, danger) {
  const dialog = made("dialog", "dialog");
  const heading = made("h2", "", question);
  heading.id = `ask-${uniqueId()}`;
  heading.tabIndex = -1;
  heading.autofocus = true;
  dialog.setAttribute("aria-labelledby", heading.id);
  const row = made("form", "button-group");
  row.method = "dialog";
  const go = made("button", `button ${danger ? "button-danger-solid" : "button-primary"}`, answer);
  go.value = "go";
  const stay = made("button", "button button-secondary", word("go-back"));
  stay.value = "";
  row.append(go, stay);
  dialog.append(heading, row);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "go");
    });
  });
}

export function attach(button) {
  let agreed = false;
  button.addEventListener("click", async (event) => {
    if (agreed || !button.form) return;
    event.preventDefault();
    const answer = button.dataset.confirmLabel || button.textContent.trim();
    agreed = await ask(button.dataset.confirm, answer, button.classList.contains("button-danger"));
    if (agreed) button.form.requestSubmit(button);
    else button.focus();
    agreed = false;
  });
}
