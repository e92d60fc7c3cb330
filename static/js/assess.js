// Saves one step of the bedside sheet at a press, without leaving the page. The form works without it.
// The chip tells the truth: "Saved" only after the server said so. A conflict is shown by the server's page.

import { announce } from "./announce.js";

const PATIENCE = 15000;
let waiting = 0;

function chip(state, words) {
  const element = document.getElementById("save-chip");
  if (!element) return;
  element.dataset.state = state;
  element.querySelector("[data-words]").textContent = words;
}

function pressed(form) {
  return form.querySelector('.mark[aria-pressed="true"]');
}

function press(form, button) {
  for (const mark of form.querySelectorAll(".mark")) {
    mark.setAttribute("aria-pressed", String(mark === button));
  }
}

function count() {
  const forms = [...document.querySelectorAll("form[data-save]")];
  const open = forms.filter((form) => !pressed(form));
  const total = document.querySelector("[data-marked]");
  if (total) total.textContent = String(forms.length - open.length);
  for (const section of document.querySelectorAll("[data-section]")) {
    const marked = [...section.querySelectorAll("form[data-save]")].filter(pressed).length;
    section.querySelector("[data-section-marked]").textContent = String(marked);
  }
  const next = document.querySelector("[data-next-unmarked]");
  if (next) {
    next.hidden = open.length === 0;
    if (open.length > 0) next.href = `#${open[0].closest("li").id}`;
  }
}

async function send(form, mark, note) {
  const revision = form.elements.expected_revision;
  const response = await fetch(form.dataset.save, {
    method: "PUT",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ mark, note, expected_revision: Number(revision.value) }),
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (!response.ok) return { status: response.status };
  const saved = await response.json();
  revision.value = String(saved.revision);
  return { status: 200, at: new Date(saved.saved_at) };
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
      const answer = await send(form, button.value, sent);
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
      if (waiting === 1) {
        const time = answer.at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
        chip("saved", `Saved ${time}`);
      }
    } catch {
      failed(0);
    }
  }

  function enqueue(button) {
    press(form, button);
    count();
    waiting += 1;
    chip("saving", "Saving…");
    // One after the other: the second press of a step needs the revision the first one got.
    turn = turn.then(() => save(button)).finally(() => {
      waiting -= 1;
    });
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
