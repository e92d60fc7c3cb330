// Warns five minutes before a sign-in ends, and keeps it alive on a press. The page says how many seconds are
// left, so that a wrong clock does no harm. Tabs tell each other: work in one keeps the others signed in too.
// Without this script a form that is sent too late is kept until the person has signed in again.

import { announce, word } from "./words.js";

const WARN_BEFORE = 5 * 60;
const LOOK_EVERY = 5000;
const PATIENCE = 15000;

export function attach(bar) {
  const words = bar.querySelector("[data-words]");
  const button = bar.querySelector("button");
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("sign-in") : null;
  let endsAt = Date.now() + Number(bar.dataset.seconds) * 1000;
  let said = "";

  function say(text, { canStay = true } = {}) {
    bar.hidden = false;
    button.hidden = !canStay;
    if (text === said) return;
    said = text;
    words.textContent = text;
    announce(text, { assertive: true });
  }

  function look() {
    const left = (endsAt - Date.now()) / 1000;
    if (left > WARN_BEFORE) {
      bar.hidden = true;
      said = "";
    } else if (left > 0) {
      const minutes = Math.ceil(left / 60);
      if (!said || minutes <= 1) {
        say(word("ends-soon", { n: minutes }));
      }
    } else {
      say(word("ended"), { canStay: false });
    }
  }

  function learn(at) {
    if (at > endsAt) endsAt = at;
    look();
  }

  button.addEventListener("click", async () => {
    try {
      const response = await fetch(bar.dataset.renew, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json" },
        body: "{}",
        signal: AbortSignal.timeout(PATIENCE),
      });
      // Read whatever was said: an answer that nobody reads keeps its connection.
      const body = await response.json().catch(() => ({}));
      if (response.status === 401) {
        endsAt = 0;
        look();
        return;
      }
      if (!response.ok) throw new Error(String(response.status));
      const { seconds } = body;
      endsAt = Date.now() + seconds * 1000;
      tabs?.postMessage(endsAt);
      if (seconds > WARN_BEFORE) {
        look();
        announce(word("you-stay"));
      } else {
        say(word("no-longer"), { canStay: false });
      }
    } catch {
      say(word("not-sent"));
    }
  });

  tabs?.addEventListener("message", (event) => learn(Number(event.data)));
  tabs?.postMessage(endsAt);
  document.addEventListener("visibilitychange", look);
  setInterval(look, LOOK_EVERY);
  look();
}
