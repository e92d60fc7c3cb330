// Before the answers are sent for good, whatever is still on this device goes first; without a network the attempt is
// sealed here, and sent later. Until then the page says which answers are only here, and shows what the server has of
// them as soon as it has them.

import { deliverAll, entryOf, placeOf, seal, sealOf } from "./outbox.js";
import { word } from "./words.js";

const PATIENCE = 4000;

async function isReachable() {
  const answer = await fetch("/livez", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
  return Boolean(answer?.ok);
}

export function attach(form) {
  const { attempt, submitUrl: url } = form.dataset;
  const csrf = form.elements.namedItem("csrf_token").value;
  const list = document.querySelector("[data-unsent]");
  const links = [...(list?.querySelectorAll("[data-position]") ?? [])];
  const missing = document.querySelector("[data-unanswered]");
  let sending = false;
  let ready = false;

  /** Show which answers are only here, and return whether there are any. */
  function showUnsent() {
    const here = links.filter((link) => entryOf(attempt, link.dataset.position));
    for (const link of links) link.parentElement.hidden = !here.includes(link);
    if (list) list.hidden = here.length === 0;
    showMissing();
    return here.length > 0;
  }

  /** List those without an answer: what waits here to be sent is not among them. */
  function showMissing() {
    const items = [...(missing?.querySelectorAll("li") ?? [])];
    for (const item of items) item.hidden = Boolean(entryOf(attempt, item.firstElementChild.dataset.position));
    const n = items.filter((item) => !item.hidden).length;
    if (!missing) return;
    missing.hidden = n === 0;
    missing.querySelector("h2").textContent = word("not-answered", { n });
  }

  document.addEventListener("quiz:delivered", ({ detail }) => {
    if (detail.attempt !== attempt) return;
    const isOld = !showUnsent() && detail.outcome.kind === "saved";
    if (isOld && !sending && !sealOf(attempt) && !document.querySelector("dialog[open]")) location.reload();
  });

  form.addEventListener("submit", async (event) => {
    if (ready) return;
    event.preventDefault();
    const button = event.submitter;
    sending = true;
    const areSent = await deliverAll(attempt, csrf);
    if (!(await isReachable()) && placeOf(attempt) === "device") {
      await seal(attempt, { url, csrf });
      sending = false;
      return;
    }
    if (!areSent) {
      sending = false;
      document.dispatchEvent(new CustomEvent("unreachable", { detail: word("still-here") }));
      return;
    }
    ready = true;
    // A form ignores being submitted while its submit event is still being told.
    await new Promise((resolve) => setTimeout(resolve, 0));
    form.requestSubmit(button);
  });

  showUnsent();
  deliverAll(attempt, csrf);
}
