// One question of an attempt: saves each change by itself and says truthfully where the answer is. What the answer
// is in the page and for the API is known to the script of its type, in `questions`.
// The server alone decides what counts; without this script the form does the same with its button.

import { deliver, entryOf, keep, placeOf, savedOf } from "./outbox.js";
import { announce, time, word } from "./words.js";

const TYPING_PAUSE = 400;
// The reasons for which the server keeps an answer that no longer counts.
const OVER = ["ended", "overdue", "abandoned"];
const UNSENT = {
  device: ["device", word("on-device")],
  tab: ["device", word("in-tab"), word("tab-only")],
  memory: ["failed", word("not-saved"), word("memory-only")],
};

const ANSWERS = '[name^="answer"]';

// The answer of a type with options to choose from: the tokens of the chosen ones. It stands here, so that such a
// question loads one file of its type and no other.
export function readOptions(question) {
  return { options: [...question.querySelectorAll(`${ANSWERS}:checked`)].map((input) => input.value) };
}

export function showOptions(question, response) {
  for (const input of question.querySelectorAll(ANSWERS)) input.checked = response.options.includes(input.value);
}

// With the setting of the quiz's first page, keys 1 to 9 choose an option while the focus is in the question.
function listenToNumbers(question) {
  question.addEventListener("keydown", (event) => {
    const isPlain = !(event.ctrlKey || event.altKey || event.metaKey || event.shiftKey);
    if (!isPlain || event.isComposing || !/^[1-9]$/.test(event.key) || event.target.type === "text") return;
    const option = question.querySelectorAll(`input${ANSWERS}`)[Number(event.key) - 1];
    if (!option || option.type === "text") return;
    event.preventDefault();
    option.focus();
    option.click();
  });
}

// Whether a field says something else than the page that was sent.
function isChanged(field) {
  if (field.type === "select-one") return [...field.options].some((option) => option.selected !== option.defaultSelected);
  return field.type === "text" ? field.value !== field.defaultValue : field.checked !== field.defaultChecked;
}

/** Show a state on a chip. */
export function show(chip, { state, words }) {
  chip.dataset.state = state;
  chip.querySelector("[data-words]").textContent = words;
}

// What to do about a state stands under the answer. The first save of the question is spoken, and after it each change
// of the state; on a page of several questions with the number of the question.
function speaker(root, chip, isTyped, told) {
  const message = root.querySelector("[data-save-message]");
  let last = chip.dataset.state;
  let spoken = false;
  return (state, words, advice = "") => {
    message.textContent = advice;
    message.hidden = advice === "";
    told({ state, words, position: root.dataset.question });
    if (state === "saving") return;
    if (state !== last || (state === "saved" && !spoken)) {
      const text = advice ? word("with-advice", { state: words, advice }) : words;
      const isAlone = root.parentElement.querySelectorAll("[data-question]").length === 1;
      const assertive = state === "failed" && !isTyped;
      announce(isAlone ? text : word("of-question", { position: root.dataset.question, text }), { assertive });
      spoken ||= state === "saved";
    }
    last = state;
  };
}

/** Attach to a question; `page` says where the person wants to go meanwhile (waitsFor) and is told of each state. */
export async function open(root, form, page) {
  const { read, show: fill, attach: prepare } = await import(`./questions/${root.dataset.type}.js`);
  prepare?.(root);
  const { attempt, zone } = form.dataset;
  const { question: position, answerUrl: url } = root.dataset;
  const csrf = form.elements.namedItem("csrf_token").value;
  const own = root.querySelector(".save-chip");
  const field = root.querySelector(`input[type="text"]${ANSWERS}`);
  const described = field?.getAttribute("aria-describedby") ?? "";
  const message = root.querySelector("[data-save-message]");
  let state = (own ?? page.chip).dataset.state;
  const say = speaker(root, own ?? page.chip, field !== null, (told) => {
    state = told.state;
    if (own) show(own, told);
    page.hear(told);
  });
  let sequence = Number(root.dataset.sequence);
  let typing = 0;
  let refused = false;

  const entry = () => entryOf(attempt, position);

  function note() {
    clearTimeout(typing);
    typing = 0;
    refused = false;
    sequence = Math.max(sequence, entry()?.sequence ?? 0) + 1;
    keep(attempt, position, { url, sequence, response: read(root) });
    say("saving", word("saving"));
    return send();
  }

  // What the server cannot read is marked and described as it does itself, and without breaking into typing.
  function markWrong(isWrong) {
    if (!field) return;
    const before = root.querySelector(".error-text");
    const ids = described.split(" ").filter((id) => id && id !== before?.id);
    field.ariaInvalid = isWrong ? "true" : null;
    field.setAttribute("aria-describedby", [...(isWrong ? [message.id] : []), ...ids].join(" "));
    field.closest(".field").classList.toggle("field-wrong", isWrong);
    if (before) before.hidden = true;
  }

  function unsent(why) {
    const [kind, words, ...warning] = UNSENT[placeOf(attempt)];
    say(kind, words, [...warning, page.waitsFor ? word("opens-later") : why].join(" "));
  }

  function send(options) {
    return deliver(attempt, position, csrf, options);
  }

  function hearOutcome(outcome) {
    const hear = {
      saved: () => {
        sequence = Math.max(sequence, outcome.sequence);
        // Something newer may be in the field already.
        if (typing) return;
        markWrong(false);
        sayWhen(outcome.savedAt);
      },
      conflict: () => {
        say("failed", word("two-answers"), word("another-device"));
        const href = `${location.pathname}?choose#conflict-${position}`;
        message.append(" ", Object.assign(document.createElement("a"), { href, textContent: word("choose") }));
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
  }

  // Another window has sent the answer or was refused it: the server says what it has.
  async function sentElsewhere() {
    if (typing || state === "saved" || state === "none") return;
    const answer = await fetch(form.dataset.attemptUrl).catch(() => null);
    const body = await answer?.json().catch(() => null);
    const attemptNow = answer?.ok ? body : null;
    if (entry()) return;
    const question = attemptNow?.questions.find((other) => String(other.position) === position);
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
    fill(root, saved.response);
    sayWhen(saved.savedAt);
    return true;
  }

  function resume() {
    const unsentBefore = entry();
    if (!unsentBefore) return showSaved();
    say("saving", word("saving"));
    fill(root, unsentBefore.response);
    send();
    return true;
  }

  root.addEventListener("input", ({ target }) => {
    if (!target.name?.startsWith("answer")) return;
    if (target.type === "text") {
      clearTimeout(typing);
      typing = setTimeout(note, TYPING_PAUSE);
      say("saving", word("saving"));
    } else {
      note();
    }
  });
  if ("numberKeys" in form.dataset) listenToNumbers(root);
  document.addEventListener("quiz:delivered", ({ detail }) => {
    if (detail.attempt === attempt && detail.position === position) hearOutcome(detail.outcome);
  });
  // What was typed before this script had arrived is noted too.
  if (!resume() && [...root.querySelectorAll(ANSWERS)].some(isChanged)) note();

  return {
    message,
    send,
    flush: () => typing && note(),
    isUnsent: () => entry() !== null,
    isRefused: () => refused,
  };
}
