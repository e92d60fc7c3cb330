// The key / leads into the search of the header, from wherever nothing is being typed. On a narrow screen,
// where the field is hidden, it opens the page of the search.

const TYPED_INTO = "input, textarea, select, [contenteditable], dialog[open] *";

export function attach(field) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.defaultPrevented || event.target.closest?.(TYPED_INTO)) return;
    event.preventDefault();
    if (!field.checkVisibility()) {
      location.assign(field.form.action);
      return;
    }
    field.focus();
    field.select();
  });
}
