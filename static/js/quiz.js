// A page of an attempt, with one question or several: the chip at the top says the worst that is true of them, and the
// page is left only when every answer of it is on the server.

import { deliverAll, holdsPage, placeOf } from "./outbox.js";
import { open, show } from "./quiz-question.js";
import { announce, word } from "./words.js";

const LONGEST_WAIT = 6000;
const STATES = ["none", "saved", "saving", "device", "failed"];

// A form ignores being submitted while its submit event is still being told, so wait at least a turn.
async function settled(delivery) {
  const limit = new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT));
  await Promise.race([delivery, limit]);
  await new Promise((resolve) => setTimeout(resolve, 0));
}

/** Return a function that hears the state of each question and shows the worst, the newest of equal ones. */
function worstOn(chip, isAlone) {
  const states = new Map();
  return ({ state, words, position }) => {
    states.delete(position);
    states.set(position, { state, words, position });
    const worst = [...states.values()].reduce((before, next) => (STATES.indexOf(next.state) >= STATES.indexOf(before.state) ? next : before));
    const isTrouble = STATES.indexOf(worst.state) > STATES.indexOf("saving");
    show(chip, isAlone || !isTrouble ? worst : { ...worst, words: word("of-question", { position: worst.position, text: worst.words }) });
  };
}

export async function attach(form) {
  const { attempt } = form.dataset;
  const csrf = form.elements.namedItem("csrf_token").value;
  const roots = [...form.querySelectorAll("[data-question]")];
  const chip = document.getElementById("save-chip");
  const page = { chip, hear: worstOn(chip, roots.length === 1), waitsFor: null };
  const questions = await Promise.all(roots.map((root) => open(root, form, page)));
  let leaving = false;

  const flush = () => questions.forEach((question) => question.flush());
  const unsent = () => questions.filter((question) => question.isUnsent());
  const isRefused = () => questions.some((question) => question.isRefused());

  // Where the person wants to go is opened as soon as it can be.
  function waitFor(address) {
    page.waitsFor = address;
    const { message } = unsent()[0] ?? questions[0];
    message.textContent = word("opens-later");
    message.hidden = false;
    announce(word("opens-later"), { assertive: true });
  }

  async function go(address) {
    if (navigator.onLine || (await holdsPage(address))) location.assign(address);
    else waitFor(address);
  }

  // Saved before the page is left; what cannot be read is posted, so that the server explains it.
  form.addEventListener("submit", async (event) => {
    if (leaving) return;
    event.preventDefault();
    const target = form.dataset[event.submitter?.value ?? "next"];
    const button = event.submitter;
    page.waitsFor = null;
    flush();
    await settled(Promise.all(unsent().map((question) => question.send())));
    if (isRefused()) {
      leaving = true;
      form.requestSubmit(button);
    } else if (unsent().length && !(placeOf(attempt) === "device" && (await holdsPage(target)))) {
      waitFor(target);
    } else {
      go(target);
    }
  });
  // A flag is shown at once, and taken back where the server cannot store it.
  form.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-flag-url]");
    if (!button) return;
    event.preventDefault();
    if (button.ariaBusy) return;
    const flagged = button.ariaPressed !== "true";
    const press = (isPressed) => {
      button.ariaPressed = String(isPressed);
      button.name = isPressed ? "unflag" : "flag";
      document.dispatchEvent(new CustomEvent("quiz:flagged", { detail: { position: button.value, isFlagged: isPressed } }));
    };
    press(flagged);
    button.ariaBusy = "true";
    const headers = { "content-type": "application/json", "x-csrf-token": csrf };
    const sent = await fetch(button.dataset.flagUrl, { method: "PUT", headers, body: JSON.stringify({ flagged }) }).catch(() => null);
    // An answer that nobody reads keeps its connection.
    await sent?.text().catch(() => "");
    button.ariaBusy = null;
    if (sent?.ok) return;
    press(!flagged);
    document.dispatchEvent(new CustomEvent("unreachable", { detail: word("flag-not-stored") }));
  });
  document.addEventListener("quiz:go", ({ detail }) => go(detail));
  document.addEventListener("quiz:flush", flush);
  // Its questions have heard of it before.
  document.addEventListener("quiz:delivered", () => {
    if (page.waitsFor && !unsent().length && !isRefused()) go(page.waitsFor);
  });
  window.addEventListener("online", async () => {
    if ((await deliverAll(attempt, csrf)) && page.waitsFor) go(page.waitsFor);
  });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && placeOf(attempt) !== "device" && unsent().length) event.preventDefault();
  });
  window.addEventListener("pagehide", () => {
    flush();
    unsent()[0]?.send({ keepalive: true });
  });
  deliverAll(attempt, csrf);
}
