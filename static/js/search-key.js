// Ctrl+K or Command+K goes to the search: into the field of this page, or by the link to the page with one.

export function attach(element) {
  document.addEventListener("keydown", (event) => {
    const isShortcut = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (!isShortcut || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    if (!element.matches("input")) {
      element.click();
      return;
    }
    element.focus();
    element.select();
  });
}
