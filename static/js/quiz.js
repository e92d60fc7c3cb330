// One question of an attempt: saves each change by itself and says truthfully where the answer is. What the answer
// is in the form and for the API is known to the script of its type, in `questions`.
// The server alone decides what counts; without this script the form does the same with its button.

import { deliver, deliverAll, entryOf, forget, keep, placeOf, savedOf } from "./outbox.js";
import { announce, time, word } from "./words.js";

const TYPING_PAUSE = 400;
// The reasons for which the server keeps an answer that no longer counts.
const OVER = ["ended", "overdue", "abandoned"];
const LONGEST_WAIT = 6000;

// The chip has room for a word or two; what to do about it stands under the answer. The first save of the
// question is spoken, and after it each change of the state.
function chipOf(element, message, isTyped) {
  let last = element.dataset.state;
  let spoken = false;
  return (state, words, advice = "") => {
    element.dataset.state = state;
    element.querySelector("[data-words]").textContent = words;
    message.textContent = advice;
    message.hidden = advice === "";
    if (state === "saving") return;
    if (state !== last || (state === "saved" && !spoken)) {
      announce(advice ? word("with-advice", { state: words, advice }) : words, { assertive: state === "failed" && !isTyped });
      spoken ||= state === "saved";
    }
    last = state;
  };
}

const UNSENT = {
  device: ["device", word("on-device")],
  tab: ["device", word("in-tab"), word("tab-only")],
  memory: ["failed", word("not-saved"), word("memory-only")],
};

// A form ignores being submitted while its submit event is still being told, so wait at least a turn.
async function settled(delivery) {
  const limit = new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT));
  await Promise.race([delivery, limit]);
  await new Promise((resolve) => setTimeout(resolve, 0));
}

// With the setting of the quiz's first page, keys 1 to 9 choose an option while the focus is in the question.
function listenToNumbers(options) {
  options.addEventListener("keydown", (event) => {
    const isPlain = !(event.ctrlKey || event.altKey || event.metaKey || event.shiftKey);
    if (!isPlain || event.isComposing || !/^[1-9]$/.test(event.key) || event.target.type === "text") return;
    const option = options.querySelectorAll('input[name="answer"]')[Number(event.key) - 1];
    if (!option) return;
    event.preventDefault();
    option.focus();
    option.click();
  });
}

// The answer of a type with options to choose from: the tokens of the chosen ones. It stands here, so that such a
// question loads one file of its type and no other.
export function readOptions(form) {
  return { options: new FormData(form).getAll("answer") };
}

export function showOptions(form, response) {
  for (const input of form.querySelectorAll('input[name="answer"]')) input.checked = response.options.includes(input.value);
}

// Whether a field says something else than the page that was sent.
function isChanged(field) {
  if (field.type === "select-one") return [...field.options].some((option) => option.selected !== option.defaultSelected);
  return field.type === "text" ? field.value !== field.defaultValue : field.checked !== field.defaultChecked;
}

export async function attach(form) {
  const { read, show, attach: prepare } = await import(`./questions/${form.dataset.type}.js`);
  prepare?.(form);
  const { attempt, position, answerUrl: url, zone } = form.dataset;
  const csrf = form.elements.namedItem("csrf_token").value;
  const chip = document.getElementById("save-chip");
  const message = document.getElementById("save-message");
  const field = form.querySelector('input[type="text"][name="answer"]');
  const say = chipOf(chip, message, field !== null);
  let sequence = Number(form.dataset.sequence);
  let typing = 0;
  let refused = false;
  let leaving = false;
  let waitsFor = null;
  const described = field?.getAttribute("aria-describedby") ?? "";

  function note() {
    clearTimeout(typing);
    typing = 0;
    refused = false;
    sequence = Math.max(sequence, entryOf(attempt, position)?.sequence ?? 0) + 1;
    keep(attempt, position, { url, sequence, response: read(form) });
    say("saving", word("saving"));
    return send();
  }

  // What the server cannot read is marked and described as it does itself, and without breaking into typing.
  function markWrong(isWrong) {
    if (!field) return;
    field.ariaInvalid = isWrong ? "true" : null;
    field.setAttribute("aria-describedby", isWrong ? `save-message ${described}`.trim() : described);
  }

  // Where the person wants to go is opened as soon as it can be.
  function waitFor(address) {
    waitsFor = address;
    message.textContent = word("opens-later");
    message.hidden = false;
    announce(word("opens-later"), { assertive: true });
  }

  function go(address) {
    if (navigator.onLine) location.assign(address);
    else waitFor(address);
  }

  function unsent(why) {
    const [state, words, ...warning] = UNSENT[placeOf(attempt)];
    say(state, words, [...warning, waitsFor ? word("opens-later") : why].join(" "));
  }

  function send() {
    return deliver(attempt, position, csrf);
  }

  function hearOutcome(outcome) {
    const hear = {
      saved: () => {
        sequence = Math.max(sequence, outcome.sequence);
        markWrong(false);
        sayWhen(outcome.savedAt);
      },
      refused: () => {
        refused = true;
        const isOver = OVER.includes(outcome.reason);
        if (isOver) location.assign(form.dataset.result);
        else say("failed", word("not-saved"), outcome.detail);
        markWrong(!isOver);
      },
      "signed-out": () => unsent(word("signed-out")),
      "other-person": () => unsent(word("other-person")),
      unreachable: () => unsent(navigator.onLine ? word("trying") : word("when-online")),
      nothing: sentElsewhere,
    };
    hear[outcome.kind]();
    if (waitsFor && !entryOf(attempt, position) && !refused) go(waitsFor);
  }

  // Another window has sent the answer or was refused it: the server says what it has.
  async function sentElsewhere() {
    if (typing || chip.dataset.state === "saved" || chip.dataset.state === "none") return;
    const answer = await fetch(form.dataset.attemptUrl).catch(() => null);
    const body = await answer?.json().catch(() => null);
    const state = answer?.ok ? body : null;
    if (entryOf(attempt, position)) return;
    const question = state?.questions.find((other) => String(other.position) === position);
    if (question && question.sequence >= sequence) say("saved", word("saved"));
    else if (question) say("failed", word("not-saved"), word("choose-again"));
  }

  function sayWhen(savedAt) {
    say("saved", word("saved-at", { time: time(new Date(savedAt), zone) }));
  }

  // A page that was opened without a network may be older than what was saved since.
  function showSaved() {
    const saved = savedOf(attempt, position);
    if (!saved || saved.sequence <= sequence) return false;
    sequence = saved.sequence;
    show(form, saved.response);
    sayWhen(saved.savedAt);
    return true;
  }

  function resume() {
    const entry = entryOf(attempt, position);
    if (!entry) return showSaved();
    if (entry.sequence <= sequence) {
      forget(attempt, position);
      return false;
    }
    say("saving", word("saving"));
    show(form, entry.response);
    send();
    return true;
  }

  form.addEventListener("input", (event) => {
    if (event.target.type === "text") {
      clearTimeout(typing);
      typing = setTimeout(note, TYPING_PAUSE);
      say("saving", word("saving"));
    } else if (event.target.name === "answer") {
      note();
    }
  });

  // Saved before the page is left; what cannot be read is posted, so that the server explains it.
  form.addEventListener("submit", async (event) => {
    if (leaving) return;
    event.preventDefault();
    const target = form.dataset[event.submitter?.value ?? "next"];
    const button = event.submitter;
    waitsFor = null;
    if (typing) note();
    await settled(deliver(attempt, position, csrf));
    if (refused) {
      leaving = true;
      form.requestSubmit(button);
    } else if (entryOf(attempt, position)) {
      waitFor(target);
    } else {
      go(target);
    }
  });
  if ("numberKeys" in form.dataset) listenToNumbers(form);
  document.addEventListener("quiz:go", ({ detail }) => waitFor(detail));

  document.addEventListener("quiz:flush", () => {
    if (typing) note();
  });
  document.addEventListener("quiz:delivered", ({ detail }) => {
    if (detail.attempt === attempt && detail.position === position) hearOutcome(detail.outcome);
  });
  window.addEventListener("online", async () => {
    if ((await deliverAll(attempt, csrf)) && waitsFor) go(waitsFor);
  });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && placeOf(attempt) !== "device" && entryOf(attempt, position)) event.preventDefault();
  });
  window.addEventListener("pagehide", () => {
    if (typing) note();
    if (entryOf(attempt, position)) deliver(attempt, position, csrf, { keepalive: true });
  });

  // What was typed before this script had arrived is noted too.
  if (!resume() && [...form.elements].some((field) => field.name === "answer" && isChanged(field))) note();
  deliverAll(attempt, csrf);
}
