// Saves one step of the bedside sheet at a press, without leaving the page. The form works without it.
// The chip tells the truth: "Saved" only after the server said so. A conflict is shown by the server's page.

import { announce } from "./announce.js";
import { begin, chip, end, put, saved } from "./bedside.js";

function pressed(form) {
  return form.querySelector('.mark[aria-pressed="true"]');
}

function press(form, button) {
  for (const mark of form.querySelectorAll(".mark")) {
    mark.setAttribute("aria-pressed", String(mark === button));
  }
}

function count() {
  const forms = [...document.querySelectorAll("form[data-number]")];
  const open = forms.filter((form) => !pressed(form));
  const total = document.querySelector("[data-marked]");
  if (total) total.textContent = String(forms.length - open.length);
  for (const section of document.querySelectorAll("[data-section]")) {
    const marked = [...section.querySelectorAll("form[data-number]")].filter(pressed).length;
    for (const place of document.querySelectorAll(`[data-section-marked="${section.dataset.section}"]`)) {
      place.textContent = String(marked);
    }
  }
  const next = document.querySelector("[data-next-unmarked]");
  if (next) {
    next.dataset.done = String(open.length === 0);
    next.href = open.length > 0 ? `#${open[0].closest("li").id}` : "#comment";
  }
}

function explain(form, status) {
  const step = `Step ${form.dataset.number} is not saved.`;
  if (status === 401) return `${step} You are signed out: sign in in another tab, then press again.`;
  if (status === 422) return `${step} Shorten the note, then press again.`;
  return `${step} Press the mark again.`;
}

export function attach(form) {
  const note = form.elements.note;
  let recorded = pressed(form);
  let recordedNote = note.value.trim();
  let turn = Promise.resolve();

  function failed(status) {
    press(form, recorded);
    count();
    const words = explain(form, status);
    chip("failed", words);
    announce(words, { assertive: true });
  }

  async function save(button) {
    const sent = note.value.trim();
    try {
      const answer = await put(form, { mark: button.value, note: sent });
      if (answer.status === 409) {
        // The server shows both versions and asks; that page is the answer to the plain form.
        press(form, button);
        form.dataset.plain = "on";
        form.requestSubmit(button);
        return;
      }
      if (answer.status !== 200) {
        failed(answer.status);
        return;
      }
      recorded = button;
      recordedNote = sent;
      saved(answer.at);
    } catch {
      failed(0);
    }
  }

  function enqueue(button) {
    press(form, button);
    count();
    begin();
    // One after the other: the second press of a step needs the revision the first one got.
    turn = turn.then(() => save(button)).finally(end);
  }

  form.addEventListener("submit", (event) => {
    if (form.dataset.plain || !event.submitter) return;
    event.preventDefault();
    enqueue(event.submitter);
  });
  note.addEventListener("change", () => {
    const button = pressed(form);
    if (button && note.value.trim() !== recordedNote) enqueue(button);
  });
}
