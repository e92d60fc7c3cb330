// Nothing is signed while this tablet holds a mark or a comment that the server does not have.

import * as queue from "./sheet-queue.js";
import { announce, word } from "./words.js";

export function attach(place) {
  const banner = document.querySelector("[data-unsent]");
  const isHeld = () => queue.waiting().length > 0;

  function show() {
    banner.hidden = !isHeld();
    for (const button of place.querySelectorAll('button[type="submit"]')) {
      button.setAttribute("aria-disabled", String(isHeld()));
    }
  }

  place.addEventListener(
    "submit",
    (event) => {
      if (!isHeld()) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      announce(word("not-signed"), { assertive: true });
      banner.scrollIntoView({ block: "center" });
    },
    { capture: true },
  );
  window.addEventListener("storage", show);
  window.addEventListener("pageshow", show);
  show();
}
