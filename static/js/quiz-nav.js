// The numbers of an attempt's questions: which have an answer is true as soon as the server has it.

import { number, word } from "./words.js";

export function attach(nav) {
  const count = document.querySelector("[data-answered-count]");
  const links = [...nav.querySelectorAll("a[data-position]")];

  document.addEventListener("quiz:delivered", ({ detail }) => {
    const { attempt, position, outcome } = detail;
    if (attempt !== nav.dataset.attempt || outcome.kind !== "saved") return;
    const link = links.find((other) => other.dataset.position === position);
    if (!link) return;
    const isAnswered = Boolean(outcome.response.options?.length || outcome.response.text?.trim());
    link.toggleAttribute("data-answered", isAnswered);
    link.ariaLabel = isAnswered ? word("answered", { position }) : word("question", { position });
    count.textContent = number(links.filter((other) => other.hasAttribute("data-answered")).length);
  });
}
