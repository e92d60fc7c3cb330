// Counts down to the end of an attempt by the server's clock; sends the answers when it is reached.
// It only shows: the server decides what came in time, whatever this clock says.

import { deliverAll, forgetAll, placeOf, seal } from "./outbox.js";
import { announce, word } from "./words.js";

const SPOKEN_MINUTES = [10, 5, 1];
const SPOKEN_WITHIN = 5;
const URGENT = 300;
// The server takes what arrives within ten seconds after the end.
const TOLERANCE = 11000;

function clockWords(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((part) => String(part).padStart(2, "0"));
  const hours = Math.floor(whole / 3600);
  return hours ? [hours, ...parts].join(":") : parts.join(":");
}

// What is said aloud, and at how many seconds before the end: half of the time, then the last minutes.
function announcementsOf(whole) {
  const minutes = SPOKEN_MINUTES.map((mark) => ({
    at: mark * 60,
    words: word("minutes-left", { n: mark }),
  }));
  return [{ at: whole / 2, words: word("half-left") }, ...minutes].filter((one) => one.at < whole);
}

export function attach(timer) {
  const { due, atTimeOut, attemptUrl, continueUrl, submitUrl, resultUrl, csrf } = timer.dataset;
  const attempt = resultUrl.split("/").pop();
  const words = timer.querySelector("[data-words]");
  let dueAt = Date.parse(due);
  const announcements = announcementsOf((dueAt - Date.parse(timer.dataset.started)) / 1000);
  let serverNow = Date.parse(timer.dataset.now);
  let readAt = performance.now();
  let spoken = Infinity;
  let ended = false;
  let saidLate = false;

  const secondsLeft = () => (dueAt - serverNow - (performance.now() - readAt)) / 1000;

  // The clock of the server, and the end: the academy may have given time back since the page came.
  async function askServer() {
    const answer = await fetch(attemptUrl).catch(() => null);
    const state = await answer?.json().catch(() => null);
    if (!answer?.ok || !state) return null;
    serverNow = Date.parse(state.now);
    readAt = performance.now();
    if (state.may.includes("save") && state.ends_at) dueAt = Date.parse(state.ends_at);
    return state;
  }

  function goOn() {
    ended = false;
    spoken = Infinity;
  }

  async function end() {
    ended = true;
    await askServer();
    if (secondsLeft() > 0) {
      goOn();
      announce(word("more-time"));
      return;
    }
    if (atTimeOut === "submit") {
      announce(word("time-up"), { assertive: true });
      sendAtTheEnd();
      return;
    }
    // Answers on this device may still be in time. Then the server says what can be done.
    announce(word("time-over"), { assertive: true });
    deliverAll(attempt, csrf);
    setTimeout(leave, TOLERANCE);
  }

  async function leave() {
    if (!(await askServer()) && placeOf(attempt) === "device") seal(attempt, { url: submitUrl, csrf, isOver: true });
    else location.assign(continueUrl);
  }

  async function sendAtTheEnd() {
    if (await deliverAll(attempt, csrf)) {
      const sent = await fetch(submitUrl, { method: "POST", headers: { "x-csrf-token": csrf } }).catch(() => null);
      // An answer that nobody reads keeps its connection.
      await sent?.text().catch(() => "");
      if (sent?.ok) {
        forgetAll(attempt);
        location.assign(resultUrl);
        return;
      }
    }
    if (placeOf(attempt) === "device") {
      await seal(attempt, { url: submitUrl, csrf, isOver: true });
      return;
    }
    if (!saidLate) document.dispatchEvent(new CustomEvent("unreachable", { detail: word("time-up-kept") }));
    saidLate = true;
    setTimeout(sendAtTheEnd, 2000);
  }

  function tick() {
    const left = secondsLeft();
    words.textContent = clockWords(left);
    timer.toggleAttribute("data-urgent", left <= URGENT);
    const next = announcements.find((one) => left <= one.at && left > one.at - SPOKEN_WITHIN);
    if (next && next.at < spoken) {
      spoken = next.at;
      announce(next.words);
    }
    if (left <= 0 && !ended) end();
  }

  // Each answer of the server tells its time, and the end.
  document.addEventListener("quiz:clock", ({ detail }) => {
    if (detail.attempt !== attempt) return;
    serverNow = Date.parse(detail.now);
    readAt = performance.now();
    if (detail.may.includes("save") && detail.ends_at) dueAt = Date.parse(detail.ends_at);
  });

  // The attempt was sealed here too early, or has been given time since.
  document.addEventListener("quiz:opened", async ({ detail }) => {
    if (detail.attempt !== attempt) return;
    await askServer();
    goOn();
  });

  // Some devices stop their clocks while they sleep.
  document.addEventListener("visibilitychange", async () => {
    if (document.visibilityState !== "visible") return;
    const state = await askServer();
    if (!state) return;
    if (state.state === "submitted") location.assign(resultUrl);
    else if (!state.may.includes("submit")) location.assign(continueUrl);
  });

  timer.querySelector("[data-label]").textContent = word("time-left");
  timer.querySelector("[data-label]").classList.add("visually-hidden");
  tick();
  setInterval(tick, 1000);
}
