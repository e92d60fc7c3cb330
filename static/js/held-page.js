// A page that was held on this device may be older than what was answered since. The numbers of the questions and the
// rows of the check page follow the queue; a question itself does so in quiz-question.js.

import { entryOf, positionsOf, savedOf } from "./outbox.js";
import { word } from "./words.js";

function rowOf(position) {
  const link = document.querySelector(`.summary-row a[href*="/questions/${position}?then=check"]`);
  return link?.closest(".summary-row").querySelector("dd");
}

function markRow(row) {
  for (const part of [...row.children].slice(1)) part.remove();
  row.append(Object.assign(document.createElement("p"), { textContent: word("newest-here") }));
}

/** Show what this browser knows and the page does not. */
export function bringUpToDate(attempt) {
  let isOlder = false;
  for (const position of positionsOf(attempt)) {
    const saved = savedOf(attempt, position);
    const row = rowOf(position);
    if (row && (saved || entryOf(attempt, position))) {
      markRow(row);
      isOlder = true;
    } else if (saved && !document.querySelector(`[data-question="${position}"]`)) {
      const detail = { attempt, position, outcome: { ...saved, kind: "saved" } };
      document.dispatchEvent(new CustomEvent("quiz:delivered", { detail }));
    }
  }
  if (!isOlder) return;
  // What these count, the academy counted before.
  for (const banner of document.querySelectorAll("main > .banner:not([data-behaviour])")) banner.hidden = true;
  const send = document.querySelector("[data-confirm]");
  if (send) send.dataset.confirm = word("send-now");
}
