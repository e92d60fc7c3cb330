// Marks what is open before a person as read. A page that was only fetched ahead is not visible, and waits.
// Where the server cannot be reached the form stays, for a press.

import { request } from "./request.js";

export function attach(form) {
  async function mark() {
    form.hidden = true;
    try {
      const { ok } = await request(form.dataset.read, {
        method: "POST",
        headers: { "x-csrf-token": form.elements.namedItem("csrf_token").value },
      });
      form.hidden = ok;
    } catch {
      form.hidden = false;
    }
  }

  if (document.visibilityState === "visible") mark();
  else document.addEventListener("visibilitychange", mark, { once: true });
}
