// Counts the letters that still fit into a field. The server refuses what is too long and keeps it; this says so before.
// It is spoken once when the text becomes too long, not at every letter.

import { announce, word } from "./words.js";

export function attach(part) {
  const field = part.querySelector("textarea");
  const line = part.querySelector("[data-letters]");
  const most = Number(part.dataset.most);
  let wasOver = false;

  function count() {
    const left = most - [...field.value.trim()].length;
    const isOver = left < 0;
    line.textContent = isOver ? word("too-many", { n: -left }) : word("left", { n: left });
    line.classList.toggle("letters-over", isOver);
    if (isOver && !wasOver) announce(line.textContent);
    wasOver = isOver;
  }

  field.addEventListener("input", count);
  count();
}
