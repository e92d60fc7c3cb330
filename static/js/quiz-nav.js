// The numbers of an attempt's questions: which have an answer is true as soon as the server has it, and
// which are flagged as soon as that is pressed.

import { number, word } from "./words.js";

export function attach(nav) {
  const count = document.querySelector("[data-answered-count]");
  const flaggedCount = document.querySelector("[data-flagged-count]");
  const links = [...nav.querySelectorAll("a[data-position]")];

  // The browser's own page of an error would take the answers out of sight.
  nav.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (link?.getAttribute("href").startsWith("#")) {
      nav.closest(":popover-open")?.hidePopover();
      return;
    }
    if (!link || navigator.onLine) return;
    event.preventDefault();
    document.dispatchEvent(new CustomEvent("quiz:go", { detail: link.pathname }));
  });

  const has = (link, mark) => link.hasAttribute(mark);

  function say(link) {
    const { position } = link.dataset;
    if (has(link, "data-answered")) link.ariaLabel = has(link, "data-flagged") ? word("answered-flagged", { position }) : word("answered", { position });
    else link.ariaLabel = has(link, "data-flagged") ? word("flagged", { position }) : word("question", { position });
  }

  document.addEventListener("quiz:delivered", ({ detail }) => {
    const { attempt, position, outcome } = detail;
    if (attempt !== nav.dataset.attempt || outcome.kind !== "saved") return;
    const link = links.find((other) => other.dataset.position === position);
    if (!link) return;
    for (const mark of [link, document.querySelector(`[data-segment="${position}"]`)]) {
      mark?.toggleAttribute("data-answered", outcome.isAnswered);
    }
    say(link);
    count.textContent = number(links.filter((other) => has(other, "data-answered")).length);
  });

  document.addEventListener("quiz:flagged", ({ detail }) => {
    const link = links.find((other) => other.dataset.position === detail.position);
    link.toggleAttribute("data-flagged", detail.isFlagged);
    say(link);
    const n = links.filter((other) => has(other, "data-flagged")).length;
    flaggedCount.textContent = word("flagged-count", { n });
    flaggedCount.hidden = n === 0;
  });
}
