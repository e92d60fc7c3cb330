// Before the answers are sent for good, whatever is still on this device goes first.

import { deliverAll } from "./outbox.js";
import { word } from "./words.js";

export function attach(form) {
  const { attempt } = form.dataset;
  const csrf = form.elements.namedItem("csrf_token").value;
  let ready = false;

  form.addEventListener("submit", async (event) => {
    if (ready) return;
    event.preventDefault();
    const button = event.submitter;
    if (!(await deliverAll(attempt, csrf))) {
      document.dispatchEvent(new CustomEvent("unreachable", { detail: word("still-here") }));
      return;
    }
    ready = true;
    // A form ignores being submitted while its submit event is still being told.
    await new Promise((resolve) => setTimeout(resolve, 0));
    form.requestSubmit(button);
  });

  deliverAll(attempt, csrf);
}
