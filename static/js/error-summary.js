// Brings people to the summary of errors, and from its links into the field itself.

export function attach(summary) {
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    const heading = field.closest("fieldset")?.querySelector("legend") ?? field.labels?.[0] ?? field;
    heading.scrollIntoView({ block: "start" });
    field.focus({ preventScroll: true });
  });
}
