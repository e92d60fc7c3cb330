// One question of an attempt: saves each change by itself and says truthfully where the answer is.
// The server alone decides what counts; without this script the form does the same with its button.

import { announce } from "./announce.js";
import { deliver, deliverAll, entryOf, forget, keep } from "./unsent.js";

const TYPING_PAUSE = 400;
const RETRY_AFTER = [1000, 2000, 4000, 8000, 15000];
const LONGEST_WAIT = 6000;

// The chip has room for a word or two; what to do about it stands under the answer.
function chipOf(element, message) {
  let last = element.dataset.state;
  return (state, words, advice = "") => {
    element.dataset.state = state;
    element.querySelector("[data-words]").textContent = words;
    message.textContent = advice;
    message.hidden = advice === "";
    const wasBad = last === "device" || last === "failed";
    if (state !== last && state !== "saving" && (wasBad || state !== "saved")) {
      announce(`${words}. ${advice}`, { assertive: state === "failed" });
    }
    if (state !== "saving") last = state;
  };
}

// A form ignores being submitted while its submit event is still being told, so wait at least a turn.
async function settled(delivery) {
  const limit = new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT));
  await Promise.race([delivery, limit]);
  await new Promise((resolve) => setTimeout(resolve, 0));
}

function responseOf(form) {
  const answers = new FormData(form).getAll("answer");
  return form.dataset.kind === "number" ? { text: answers[0] ?? "" } : { options: answers };
}

function show(form, response) {
  if (response.text !== undefined) form.elements.namedItem("answer").value = response.text;
  for (const input of form.querySelectorAll('input[type="radio"], input[type="checkbox"]')) {
    input.checked = response.options?.includes(input.value) ?? false;
  }
}

export function attach(form) {
  const { attempt, position, answerUrl: url, zone } = form.dataset;
  const csrf = form.elements.namedItem("csrf_token").value;
  const say = chipOf(document.getElementById("save-chip"), document.getElementById("save-message"));
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
  let sequence = Number(form.dataset.sequence);
  let typing = 0;
  let retry = 0;
  let tries = 0;
  let refused = false;
  let leaving = false;

  function note() {
    clearTimeout(typing);
    typing = 0;
    refused = false;
    sequence = Math.max(sequence, entryOf(attempt, position)?.sequence ?? 0) + 1;
    const onDevice = keep(attempt, position, { url, sequence, response: responseOf(form) });
    say("saving", "Saving…");
    return send(onDevice);
  }

  function again(onDevice) {
    clearTimeout(retry);
    retry = setTimeout(send, RETRY_AFTER[Math.min(tries, RETRY_AFTER.length - 1)], onDevice);
    tries += 1;
  }

  async function send(onDevice = true) {
    clearTimeout(retry);
    const outcome = await deliver(attempt, position, csrf);
    const hear = {
      saved: () => {
        tries = 0;
        sequence = Math.max(sequence, outcome.sequence);
        say("saved", `Saved ${clock.format(new Date(outcome.savedAt))}`);
      },
      refused: () => {
        refused = true;
        if (outcome.reason === "ended") location.assign(form.dataset.result);
        else say("failed", "Not saved", outcome.detail);
      },
      "signed-out": () => {
        say("device", "Saved on this device", "You are signed out. Sign in again in another tab, and we send it.");
        again(onDevice);
      },
      unreachable: () => {
        if (onDevice) say("device", "Saved on this device", "We send it when you are back online.");
        else say("failed", "Not saved", "We keep trying. Do not close this page.");
        again(onDevice);
      },
    };
    hear[outcome.kind]?.();
    return outcome;
  }

  function resume() {
    const entry = entryOf(attempt, position);
    if (!entry) return;
    if (entry.sequence <= sequence) {
      forget(attempt, position);
      return;
    }
    say("saving", "Saving…");
    show(form, entry.response);
    send();
  }

  form.addEventListener("input", (event) => {
    if (event.target.type === "text") {
      clearTimeout(typing);
      typing = setTimeout(note, TYPING_PAUSE);
      say("saving", "Saving…");
    } else if (event.target.name === "answer") {
      note();
    }
  });

  // Saved before the page is left; what cannot be read is posted, so that the server explains it.
  form.addEventListener("submit", async (event) => {
    if (leaving) return;
    event.preventDefault();
    const button = event.submitter;
    if (typing) note();
    await settled(deliver(attempt, position, csrf));
    if (refused) {
      leaving = true;
      form.requestSubmit(button);
    } else if (entryOf(attempt, position)) {
      announce("Your answer is not sent yet. Stay on this page until it is saved.", { assertive: true });
    } else {
      location.assign(form.dataset[button?.value ?? "next"]);
    }
  });

  document.addEventListener("quiz:flush", () => {
    if (typing) note();
  });
  window.addEventListener("online", () => deliverAll(attempt, csrf).then(() => send()));
  window.addEventListener("pagehide", () => {
    if (typing) note();
    if (entryOf(attempt, position)) deliver(attempt, position, csrf, { keepalive: true });
  });

  resume();
  // What was typed before this script had arrived is noted too.
  const isChanged = (field) =>
    field.type === "text" ? field.value !== field.defaultValue : field.checked !== field.defaultChecked;
  if ([...form.elements].some((field) => field.name === "answer" && isChanged(field))) note();
  deliverAll(attempt, csrf);
}
