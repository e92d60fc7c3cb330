// A running attempt that goes on without a network: its pages are held on this device by the service worker, and its
// answers can be sealed here. A sealed attempt is sent by itself, and can be opened again until then.

import { hint } from "./outbox-store.js";
import { deliverAll, reopen, sealOf } from "./outbox.js";
import { announce, time, word } from "./words.js";

// Two paths, one script: the second lets go of the pages when somebody signs out.
const SCOPES = ["/attempts/", "/sign-out"];

const WORDS = { sealed: word("sealed"), keep: word("keep-browser"), open: word("open-it") };

/** Return the address in the shape that the policy of the site demands of a script's address. */
function scriptAddress(address) {
  const policy = window.trustedTypes?.createPolicy("service-worker", { createScriptURL: () => address });
  return policy ? policy.createScriptURL("") : address;
}

async function holdPages(attempt, { worker, person }) {
  const script = scriptAddress(worker);
  for (const scope of SCOPES) await navigator.serviceWorker?.register(script, { scope, updateViaCache: "none" });
  const registration = await navigator.serviceWorker?.ready;
  const links = [...document.querySelectorAll(`a[href^="/attempts/${attempt}/questions/"]`)];
  const pages = new Set([location.pathname, ...links.map((link) => link.pathname), `/attempts/${attempt}/check`]);
  registration?.active.postMessage({ type: "hold", owner: person, attempt, pages: [...pages] });
}

export function attach(panel) {
  const { attempt, worker, zone, csrf } = panel.dataset;
  const again = panel.querySelector("button");

  function show() {
    const seal = sealOf(attempt);
    panel.hidden = !seal;
    for (const part of document.querySelectorAll("#question-form")) part.inert = Boolean(seal);
    for (const part of document.querySelectorAll("#send-form, .action-bar")) part.hidden = Boolean(seal);
    if (!seal) return;
    for (const part of panel.querySelectorAll("[data-word]")) part.textContent = WORDS[part.dataset.word];
    panel.querySelector("[data-words]").textContent = word("sealed-at", { time: time(new Date(seal.at), zone) });
    again.hidden = seal.isOver;
  }

  function opened() {
    show();
    announce(word("open-again"));
    document.getElementById("main").focus();
  }

  again.addEventListener("click", () => reopen(attempt).then(opened));
  document.addEventListener("quiz:opened", opened);
  document.addEventListener("quiz:sealed", ({ detail }) => {
    if (detail.attempt !== attempt) return;
    show();
    panel.querySelector("#sealed").focus();
  });
  document.addEventListener("outbox:elsewhere", show);
  document.addEventListener("quiz:sent", ({ detail }) => {
    if (detail.attempt === attempt) location.assign(`/attempts/${attempt}`);
  });

  show();
  if ("held" in document.documentElement.dataset) import("./held-page.js").then(({ bringUpToDate }) => bringUpToDate(attempt));
  if (sealOf(attempt)) deliverAll(attempt, csrf);
  if (!worker) return;
  hint(true);
  const begin = () => holdPages(attempt, { worker, person: document.body.dataset.person }).catch(() => {});
  // After everything that the page itself needs.
  if (document.readyState === "complete") begin();
  else window.addEventListener("load", begin, { once: true });
}
