// Saves the comment of the bedside sheet when it is left or its button is pressed, without leaving the page.
// The form works without it, and shows the server's page when two tablets have written.

import { announce } from "./announce.js";
import { begin, chip, end, put, saved } from "./bedside.js";

export function attach(form) {
  const field = form.elements.comment;
  let recorded = field.value.trim();
  let turn = Promise.resolve();

  async function save() {
    const comment = field.value.trim();
    if (comment === recorded) {
      return;
    }
    try {
      const answer = await put(form, { comment });
      if (answer.status === 409) {
        form.dataset.plain = "on";
        form.requestSubmit();
      } else if (answer.status === 200) {
        recorded = comment;
        saved(answer.at);
      } else {
        failed(answer.status);
      }
    } catch {
      failed(0);
    }
  }

  function failed(status) {
    const why = status === 401 ? "Sign in in another tab" : status === 422 ? "Shorten it" : "Try again";
    const words = `The comment is not saved. ${why}, then press Save comment.`;
    chip("failed", words);
    announce(words, { assertive: true });
  }

  function enqueue() {
    begin();
    turn = turn.then(save).finally(end);
    return turn;
  }

  form.addEventListener("submit", (event) => {
    if (form.dataset.plain) return;
    event.preventDefault();
    if (field.value.trim() === recorded) announce("The comment is saved.");
    else enqueue();
  });
  field.addEventListener("change", enqueue);
}
