// Saves the note of a section while it is written. The line below the field says what is true: saved, or not and why.
// The button posts the form, as without this script. It is loaded when somebody first goes into a note.
//
// What the server does not have yet stays on this device too, so that a reload or a closed tab loses nothing. It goes
// with the version that it was written over: it never replaces what another device saved meanwhile. A note whose answer
// was lost is sent once more before a newer one, and the server knows it again.

import { get, placeOf, put as keep, remove } from "./device-store.js";
import { time, word } from "./words.js";

const PAUSE = 1200;
const PATIENCE = 20000;
const RETRY_AFTER = 15000;
const FORMAT = 1;

const urlOf = (form) => `/api/v1${new URL(form.action).pathname}`;
const readerOf = (form) => form.closest("[data-reader]").dataset.reader;
const keyOf = (form) => `preceptor.note.${readerOf(form)}.${urlOf(form)}.${form.elements.section.value}`;

/** Put what only this device holds into the field, and return whether there was anything. */
export function takeUp(form) {
  const { note: field, version } = form.elements;
  const unsent = get(keyOf(form));
  if (unsent?.format !== FORMAT || field.getAttribute("aria-invalid") === "true") return false;
  if (unsent.note.trim() === field.value.trim()) {
    remove(keyOf(form));
    return false;
  }
  // What the server has may be what was sent from here, and its answer was lost: that is no change of another device.
  if (unsent.sent?.trim() !== field.value.trim()) version.value = unsent.version;
  field.value = unsent.note;
  form.closest("details").open = true;
  return true;
}

export function attach(form) {
  const { note: field, section, version, csrf_token: csrf } = form.elements;
  const key = keyOf(form);
  const line = form.querySelector("[data-saved]");
  const printed = document.getElementById(`printed-${form.closest("details").id}`);
  let isRefused = field.getAttribute("aria-invalid") === "true";
  let saved = isRefused ? null : field.defaultValue;
  let timer = 0;
  let isUnderWay = false;
  let unheard = null; // a note that was sent, and no answer heard: the server may have it

  const say = (text) => {
    line.textContent = text;
  };

  function show(answer) {
    version.value = answer.version;
    say(answer.note ? word("saved-at", { time: time(new Date(answer.saved_at)) }) : word("taken-away"));
    printed.hidden = !answer.note;
    printed.querySelector(".typed-lines").textContent = answer.note;
    if (answer.note) document.querySelector(".print-notes").hidden = false;
  }

  function keepHere() {
    keep(key, { format: FORMAT, note: field.value, version: version.value, ...(unheard !== null && { sent: unheard }) });
  }

  async function put(note) {
    const response = await fetch(urlOf(form), {
      method: "PUT",
      keepalive: true,
      headers: { "content-type": "application/json", "x-csrf-token": csrf.value, "x-reader": readerOf(form) },
      body: JSON.stringify({ section: section.value, note, version: version.value }),
      signal: AbortSignal.timeout(PATIENCE),
    });
    return { ok: response.ok, answer: await response.json() };
  }

  async function send() {
    clearTimeout(timer);
    const note = unheard ?? field.value;
    if (isUnderWay || isRefused || note === saved) return;
    isUnderWay = true;
    say(word("saving"));
    try {
      const { ok, answer } = await put(note);
      isRefused = !ok;
      unheard = null;
      if (ok) {
        saved = note;
        show(answer);
        if (field.value === note) remove(key);
        else change();
      } else say(word("refused", { why: answer.detail }));
    } catch {
      unheard = note;
      keepHere();
      say(word("offline"));
      timer = setTimeout(send, RETRY_AFTER);
    }
    isUnderWay = false;
  }

  function wait() {
    clearTimeout(timer);
    timer = setTimeout(send, PAUSE);
  }

  function change() {
    isRefused = false;
    keepHere();
    say(word("not-saved-yet"));
    wait();
  }

  field.addEventListener("input", change);
  if (!isRefused && field.value !== saved) change();
  field.addEventListener("blur", send);
  addEventListener("online", send);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && send());
  // Nothing is sent twice, and nobody is asked whether they want to lose what the button saves.
  form.addEventListener("submit", () => {
    if (!navigator.onLine) return;
    clearTimeout(timer);
    saved = field.value;
  });
  addEventListener("beforeunload", (event) => {
    if (field.value !== saved && placeOf(key) !== "device") event.preventDefault();
  });
}
