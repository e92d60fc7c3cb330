// Speaks through the two regions of layout.html, at most one message at a time.

const CLEAR_AFTER = 5000;
let timer = 0;

export function announce(text, { assertive = false } = {}) {
  const region = document.getElementById(assertive ? "announce-assertive" : "announce-polite");
  if (!region) return;
  clearTimeout(timer);
  region.textContent = "";
  // A region that is filled in the same moment as it is emptied is not read again.
  requestAnimationFrame(() => {
    region.textContent = text;
  });
  timer = setTimeout(() => {
    region.textContent = "";
  }, CLEAR_AFTER);
}
