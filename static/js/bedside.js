// The frame of the bedside sheet: says in the bar what is saved, holds back links until it is, and sends again.

import * as queue from "./sheet-queue.js";
import { announce, listed, time, word } from "./words.js";

const LONGEST_WAIT = 6000;

const words = {
  unreachable: () => (navigator.onLine ? word("no-answer") : word("offline")),
  "signed-out": () => word("sign-in-ended"),
  "other-person": () => word("somebody-else"),
};

function nameOf(target) {
  const form = document.querySelector(`[data-target="${CSS.escape(target)}"]`);
  return form?.dataset.number ? word("step", { number: form.dataset.number }) : word("comment");
}

const notSaved = (targets) => word("not-saved-list", { list: listed(targets.map(nameOf)) });

export function attach(root) {
  const chip = document.getElementById("save-chip");
  const message = root.querySelector("[data-bar-message]");
  const first = root.querySelector("[data-first-unsaved]");
  const signIn = root.querySelector("[data-sign-in-again]");
  const held = [...document.querySelectorAll("a[data-needs-saved]")];
  let savedAt = "";
  let before = "";
  let leaveTo = "";

  function show() {
    const waiting = queue.waiting();
    const failed = waiting.filter((target) => queue.stateOf(target) !== "saving");
    const state = failed.length ? "failed" : waiting.length ? "saving" : "saved";
    chip.dataset.state = state;
    const text = {
      failed: () => word("count-not-saved", { n: failed.length }),
      saving: () => word("saving"),
      saved: () => (savedAt ? word("saved-at", { time: savedAt }) : word("saved")),
    };
    chip.querySelector("[data-words]").textContent = text[state]();
    message.hidden = failed.length === 0;
    if (failed.length) {
      const why = words[queue.blockedBy()]?.() ?? "";
      const risk = failed.some(queue.isAtRisk) ? word("all-no-room") : word("all-kept");
      first.href = `#${failed[0]}`;
      first.textContent = notSaved(failed);
      message.querySelector("[data-words]").textContent = ` ${[why, risk, word("signing-waits")].join(" ").trim()}`;
    }
    signIn.hidden = !["signed-out", "other-person"].includes(queue.blockedBy());
    for (const link of held) link.toggleAttribute("data-held", waiting.length > 0);
    for (const link of held) link.setAttribute("aria-disabled", String(waiting.length > 0));
    if (before === "failed" && state === "saved") announce(word("all-saved"));
    if (state !== "saving") before = state;
  }

  // A link waits until everything is saved. What cannot be sent holds back the signature for good; other pages
  // may be opened by a second press, because this device keeps it.
  async function follow(link) {
    document.dispatchEvent(new Event("sheet:flush"));
    await Promise.race([queue.flush(), new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT))]);
    const waiting = queue.waiting();
    if (waiting.length === 0 || (leaveTo === link.href && !link.hasAttribute("data-needs-saved"))) {
      location.assign(link.href);
      return;
    }
    const next = link.hasAttribute("data-needs-saved") ? word("link-waits") : word("leave-again");
    leaveTo = link.href;
    announce(`${notSaved(waiting)} ${next}`, { assertive: true });
    show();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || link.target) return;
    if (link.getAttribute("href").startsWith("#")) return;
    document.dispatchEvent(new Event("sheet:flush"));
    if (queue.waiting().length === 0) return;
    event.preventDefault();
    follow(link);
  });
  document.addEventListener("sheet:changed", show);
  document.addEventListener("sheet:saved", ({ detail }) => {
    savedAt = time(detail.savedAt);
  });
  window.addEventListener("online", queue.flush);
  window.addEventListener("storage", show);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && queue.waiting().length) queue.flush();
  });
  window.addEventListener("pagehide", () => {
    document.dispatchEvent(new Event("sheet:flush"));
    queue.sendOnLeaving();
  });
  window.addEventListener("beforeunload", (event) => {
    document.dispatchEvent(new Event("sheet:flush"));
    queue.prepareToLeave();
    if (queue.waiting().some(queue.isAtRisk)) event.preventDefault();
  });

  // What is brought into sight stays clear of the bar, which grows when it has something to say.
  new ResizeObserver(([bar]) => {
    document.documentElement.style.setProperty("--bar", `${Math.ceil(bar.borderBoxSize[0].blockSize)}px`);
  }).observe(root.closest(".action-bar"), { box: "border-box" });
  document.querySelector("[data-of-others]").hidden = !queue.holdsOfOthers();
  show();
  if (queue.waiting().length) queue.flush();
}
