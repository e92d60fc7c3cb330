// One step of the bedside sheet. A press is kept on this device at once and sent; a note is sent while it is being
// written. A failure is shown here, where the finger is. Without this script the form does the same by its buttons.

import * as queue from "./sheet-queue.js";
import { announce, number as written, word } from "./words.js";

const TYPING_PAUSE = 800;
const LABELS = {
  done: word("done"),
  prompted: word("prompted"),
  not_done: word("not-done"),
  not_observed: word("not-observed"),
};
const WHY = {
  unreachable: word("not-saved-yet"),
  "signed-out": word("signed-out"),
  "other-person": word("other-person"),
};

function pressed(form) {
  return form.querySelector('.mark[aria-pressed="true"]');
}

function press(form, value) {
  for (const mark of form.querySelectorAll(".mark")) {
    mark.setAttribute("aria-pressed", String(mark.value === value));
  }
  form.dataset.marked = value;
  const strip = form.querySelector("[data-stop-strip]");
  if (strip) strip.hidden = value !== "not_done" || form.dataset.goesOn === "on";
  const clear = form.querySelector("[data-clear]");
  if (clear) clear.hidden = value === "unmarked";
}

function count() {
  const forms = [...document.querySelectorAll("form[data-number]")];
  const open = forms.filter((form) => form.dataset.marked === "unmarked");
  for (const total of document.querySelectorAll("[data-marked-count]")) {
    total.textContent = written(forms.length - open.length);
  }
  for (const section of document.querySelectorAll("[data-section]")) {
    const own = [...section.querySelectorAll("form[data-number]")];
    const marked = own.filter((form) => form.dataset.marked !== "unmarked").length;
    for (const place of document.querySelectorAll(`[data-section-marked="${section.dataset.section}"]`)) {
      place.textContent = written(marked);
    }
  }
  const next = document.querySelector("[data-next-unmarked]");
  if (next) {
    next.dataset.done = String(open.length === 0);
    next.href = open.length > 0 ? `#${open[0].closest("li").id}` : "#comment";
  }
}

/** Scroll elements into sight, the last one for certain. The bar below may have grown: it is measured first. */
function bringIntoSight(...elements) {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      for (const element of elements) element?.scrollIntoView({ block: "nearest" });
    }),
  );
}

/** Say in words why a step is not saved; "" when it is, or is on its way. */
function explain(target) {
  const item = queue.pendingOf(target);
  const state = queue.stateOf(target);
  if (state === "unsent") return `${WHY[queue.blockedBy()]} ${queue.isAtRisk(target) ? word("no-room") : word("kept")}`;
  if (state === "refused") return word("refused", { why: item.refused });
  if (state !== "conflict") return "";
  const theirs = item.conflict;
  const label = (mark) => (LABELS[mark] ? word("mark", { mark: LABELS[mark] }) : word("no-mark"));
  const values = { theirs: label(theirs.mark), note: theirs.note, mine: label(item.change.mark) };
  return theirs.note ? word("conflict-note", values) : word("conflict", values);
}

export function attach(form) {
  const { target, number } = form.dataset;
  const note = form.elements.note;
  const revision = form.elements.expected_revision;
  const message = form.querySelector("[data-step-message]");
  const choice = form.querySelector("[data-step-choice]");
  const release = form.querySelector("[data-release]");
  let typing = 0;
  let spokenState = "saved";
  let hasSpoken = false;
  let touched = false;

  function keep() {
    queue.add(target, { mark: form.dataset.marked, note: note.value.trim() }, Number(revision.value));
  }

  function flushTyping() {
    if (!typing) return;
    clearTimeout(typing);
    typing = 0;
    queue.flush();
  }

  function show() {
    const state = queue.stateOf(target);
    const text = explain(target);
    const isNew = message.hidden && text;
    message.hidden = text === "";
    message.querySelector("[data-words]").textContent = text;
    choice.hidden = state !== "conflict";
    release.hidden = state !== "refused";
    form.closest("li").toggleAttribute("data-unsaved", text !== "");
    if (state === "saving") return;
    if (text && spokenState !== state) announce(word("of-step", { number, text }), { assertive: true });
    spokenState = state;
    // Only the step that was pressed is brought into sight: others must not move under the finger.
    if (isNew && touched) bringIntoSight(message);
  }

  form.addEventListener("submit", (event) => {
    if (!event.submitter) return;
    event.preventDefault();
    touched = true;
    if (!event.submitter.hasAttribute("data-keep")) press(form, event.submitter.value);
    clearTimeout(typing);
    typing = 0;
    keep();
    count();
    const strip = form.querySelector("[data-stop-strip]:not([hidden])");
    if (strip) bringIntoSight(strip);
    queue.flush().then(() => message.hidden || bringIntoSight(strip, choice.hidden ? null : choice, message));
  });
  // Kept at each letter, sent at a pause.
  note.addEventListener("input", () => {
    touched = true;
    keep();
    clearTimeout(typing);
    typing = setTimeout(flushTyping, TYPING_PAUSE);
  });
  note.addEventListener("change", flushTyping);
  document.addEventListener("sheet:flush", flushTyping);
  document.addEventListener("sheet:changed", show);
  document.addEventListener("sheet:saved", ({ detail }) => {
    if (detail.target !== target) return;
    revision.value = String(detail.revision);
    if (detail.isLast && !hasSpoken) {
      const mark = LABELS[form.dataset.marked];
      announce(mark ? word("step-marked", { number, mark }) : word("step-saved", { number }));
      hasSpoken = true;
    }
  });

  choice.querySelector("[data-mine]").addEventListener("click", () => queue.insist(target));
  choice.querySelector("[data-theirs]").addEventListener("click", () => {
    const theirs = queue.pendingOf(target).conflict;
    press(form, theirs.mark ?? "unmarked");
    note.value = theirs.note;
    revision.value = String(theirs.revision);
    queue.drop(target);
    count();
  });
  release.addEventListener("click", () => queue.drop(target));
  form.querySelector("[data-go-on]")?.addEventListener("click", () => {
    form.dataset.goesOn = "on";
    press(form, form.dataset.marked);
  });

  const unsent = queue.pendingOf(target);
  if (unsent) {
    press(form, unsent.change.mark);
    note.value = unsent.change.note;
    if (unsent.change.note) note.closest("details").open = true;
  }
  count();
  show();
}
