// Sends what a person answers to “Was this clear?” without leaving the page. It is loaded at the first answer. What the
// server refuses is sent again as a form, whose page says why.

import { announce, word } from "./words.js";

const PATIENCE = 20000;
const THANKS = {
  none: () => word("clear-none"),
  yes: () => word("clear-yes"),
  "not-quite": () => word("clear-not-quite"),
};

function say(group, text) {
  group.querySelector("[data-said]").textContent = text;
  announce(text);
}

/** Show which answer is chosen. A chosen answer takes itself back, as on the server. */
function press(group, answer) {
  for (const button of group.querySelectorAll("[data-clear]")) {
    const isChosen = button.dataset.clear === answer;
    button.setAttribute("aria-pressed", isChosen);
    button.setAttribute("form", `clear-${isChosen ? "none" : button.dataset.clear}`);
  }
}

/** Show the field for what was not clear below the section, or take it away. */
function ask(group, section, isUnclear) {
  const end = group.closest(".section-end");
  if (end.nextElementSibling.matches("[data-unclear]")) end.nextElementSibling.remove();
  if (!isUnclear) return;
  end.after(document.getElementById("unclear").content.cloneNode(true));
  const part = end.nextElementSibling;
  for (const name of ["id", "aria-describedby"]) {
    for (const element of part.querySelectorAll(`[${name}^="f-clear-"]`)) {
      element.setAttribute(name, element.getAttribute(name).replace("f-clear-", `f-clear-${section}`));
    }
  }
  const form = part.querySelector("form");
  form.elements.section.value = section;
  form.action += section;
  part.open = true;
}

export async function send(button) {
  const { form } = button;
  const isWords = button.dataset.clear === "words";
  const { csrf_token: csrf, answer, words } = form.elements;
  const section = isWords ? form.elements.section.value : button.value;
  const group = (isWords ? form.closest("details").previousElementSibling : button.closest(".section-end")).querySelector(".clear");
  let response;
  try {
    response = await fetch(`/api/v1${new URL(form.action).pathname}`, {
      method: "PUT",
      headers: { "content-type": "application/json", "x-csrf-token": csrf.value },
      body: JSON.stringify({ section, answer: answer.value, words: isWords ? words.value : null }),
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    say(group, document.body.dataset.unreachable);
    return;
  }
  if (!response.ok) {
    form.requestSubmit(isWords ? undefined : button);
    return;
  }
  await response.text();
  if (isWords) {
    form.closest("details").open = false;
    group.querySelector('[aria-pressed="true"]').focus();
  } else {
    press(group, answer.value);
    ask(group, section, answer.value === "not-quite");
  }
  say(group, isWords ? word("clear-words") : THANKS[answer.value]());
}
