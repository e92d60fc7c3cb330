// The comment of the bedside sheet: kept on this device at each letter, sent at a pause. The form works without it.

import * as queue from "./sheet-queue.js";
import { announce, word } from "./words.js";

const TYPING_PAUSE = 800;
const TARGET = "comment";

function explain() {
  const item = queue.pendingOf(TARGET);
  const state = queue.stateOf(TARGET);
  if (state === "unsent") {
    return queue.isAtRisk(TARGET) ? word("comment-no-room") : word("comment-kept");
  }
  if (state === "refused") return word("refused", { why: item.refused });
  if (state !== "conflict") return "";
  return word("comment-conflict", { comment: item.conflict.comment });
}

export function attach(form) {
  const field = form.elements.comment;
  const revision = form.elements.expected_revision;
  const message = form.querySelector("[data-step-message]");
  const choice = form.querySelector("[data-step-choice]");
  const release = form.querySelector("[data-release]");
  let typing = 0;
  let spoken = "";

  function flushTyping() {
    if (!typing) return;
    clearTimeout(typing);
    typing = 0;
    queue.flush();
  }

  function show() {
    const state = queue.stateOf(TARGET);
    const text = explain();
    message.hidden = text === "";
    message.querySelector("[data-words]").textContent = text;
    choice.hidden = state !== "conflict";
    release.hidden = state !== "refused";
    form.toggleAttribute("data-unsaved", text !== "");
    if (text && text !== spoken) announce(word("of-comment", { text }), { assertive: true });
    if (state !== "saving") spoken = text;
  }

  field.addEventListener("input", () => {
    queue.add(TARGET, { comment: field.value.trim() }, Number(revision.value));
    clearTimeout(typing);
    typing = setTimeout(flushTyping, TYPING_PAUSE);
  });
  field.addEventListener("change", flushTyping);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(typing);
    typing = 0;
    queue.flush().then(() => {
      if (queue.stateOf(TARGET) === "saved") announce(word("comment-saved"));
      else message.scrollIntoView({ block: "nearest" });
    });
  });
  document.addEventListener("sheet:flush", flushTyping);
  document.addEventListener("sheet:changed", show);
  document.addEventListener("sheet:saved", ({ detail }) => {
    if (detail.target === TARGET) revision.value = String(detail.revision);
  });
  choice.querySelector("[data-mine]").addEventListener("click", () => queue.insist(TARGET));
  choice.querySelector("[data-theirs]").addEventListener("click", () => {
    const theirs = queue.pendingOf(TARGET).conflict;
    field.value = theirs.comment;
    revision.value = String(theirs.revision);
    queue.drop(TARGET);
  });
  release.addEventListener("click", () => queue.drop(TARGET));

  const unsent = queue.pendingOf(TARGET);
  if (unsent) field.value = unsent.change.comment;
  show();
}
