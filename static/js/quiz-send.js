// Before the answers are sent for good, whatever is still on this device goes first. Without a network the attempt is
// sealed here, and sent later.

import { deliverAll, placeOf, seal } from "./outbox.js";
import { word } from "./words.js";

const PATIENCE = 4000;

async function isReachable() {
  const answer = await fetch("/livez", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
  return Boolean(answer?.ok);
}

export function attach(form) {
  const { attempt, submitUrl: url } = form.dataset;
  const csrf = form.elements.namedItem("csrf_token").value;
  let ready = false;

  form.addEventListener("submit", async (event) => {
    if (ready) return;
    event.preventDefault();
    const button = event.submitter;
    const areSent = await deliverAll(attempt, csrf);
    if (!(await isReachable()) && placeOf(attempt) === "device") {
      await seal(attempt, { url, csrf });
      return;
    }
    if (!areSent) {
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
