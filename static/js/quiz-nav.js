// The numbers of an attempt's questions: which have an answer is true as soon as the server has it.

import { number, word } from "./words.js";

export function attach(nav) {
  const count = document.querySelector("[data-answered-count]");
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

  document.addEventListener("quiz:delivered", ({ detail }) => {
    const { attempt, position, outcome } = detail;
    if (attempt !== nav.dataset.attempt || outcome.kind !== "saved") return;
    const link = links.find((other) => other.dataset.position === position);
    if (!link) return;
    const { isAnswered } = outcome;
    for (const mark of [link, document.querySelector(`[data-segment="${position}"]`)]) {
      mark?.toggleAttribute("data-answered", isAnswered);
    }
    link.ariaLabel = isAnswered ? word("answered", { position }) : word("question", { position });
    count.textContent = number(links.filter((other) => other.hasAttribute("data-answered")).length);
  });
}
