// Marks attendance without loading the page again. A failure is said in the row that was pressed; without this script
// the buttons post the form.

import { request } from "./request.js";
import { announce, number, word } from "./words.js";

const PATIENCE = 15000;
const SAID = {
  attended: (name) => word("present", { name }),
  absent: (name) => word("absent", { name }),
  unmarked: (name) => word("unmarked", { name }),
};

function show(row, attendance) {
  const mayUnmark = row.dataset.unmark === "on";
  for (const button of row.querySelectorAll("[data-attendance]")) {
    const isPressed = button.dataset.attendance === attendance;
    button.setAttribute("aria-pressed", String(isPressed));
    button.value = isPressed && mayUnmark ? "unmarked" : button.dataset.attendance;
  }
  for (const part of row.querySelectorAll("[data-present-only]")) part.hidden = attendance === "absent";
  for (const part of row.querySelectorAll("[data-absent-only]")) part.hidden = attendance !== "absent";
}

const pressedIn = (row) => row.querySelector('[data-attendance][aria-pressed="true"]')?.dataset.attendance ?? "unmarked";

export function attach(form) {
  const present = document.querySelector("[data-present-count]");
  const rows = [...document.querySelectorAll("tr[data-seat]")];
  const turns = new Map();
  let attended = Number(present.dataset.presentCount);

  function say(row, words) {
    const trouble = row.querySelector("[data-trouble]");
    trouble.textContent = words;
    trouble.hidden = words === "";
    if (words) announce(word("of-person", { name: row.dataset.name, text: words }), { assertive: true });
  }

  async function save(row, attendance) {
    const before = pressedIn(row);
    if (before === attendance) return;
    let refusal = word("press-again");
    try {
      const { ok, status, body } = await request(`${form.dataset.save}${row.dataset.seat}/attendance`, {
        method: "PUT",
        headers: { "content-type": "application/json", "x-csrf-token": form.elements.csrf_token.value },
        body: JSON.stringify({ attendance: attendance === "unmarked" ? null : attendance }),
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (ok) {
        attended += Number(attendance === "attended") - Number(before === "attended");
        present.textContent = number(attended);
        show(row, attendance);
        say(row, "");
        announce(SAID[attendance](row.dataset.name));
        return;
      }
      if (status === 401) refusal = word("ended-press-again");
      else if (status < 500 && body) refusal = word("refused", { why: body.detail });
    } catch {
      // The network: what is said above.
    }
    say(row, refusal);
  }

  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    const row = button?.closest("tr[data-seat]");
    if (!row) return;
    event.preventDefault();
    // One after the other: two quick presses of one row must not overtake each other.
    const turn = (turns.get(row) ?? Promise.resolve()).then(() => save(row, button.value));
    turns.set(row, turn);
  });
}
