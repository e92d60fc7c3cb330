// Follows a reader through a lesson: the contents and the bar show the section that is being read, and the server
// is told of it, so that the lesson opens there on any device. What cannot be sent stays on this device and is sent
// again when the network is back or another section is reached. Reading is never interrupted by it.

import { get, keys, put, remove } from "./device-store.js";

const READ_LINE = 1 / 3;
const PAUSE = 1500;
const FORMAT = 1;

/** Show the section with this number in the contents and in the bar, and all that are read. */
function show(links, now, read, readWords) {
  for (const link of links) {
    const anchor = link.hash.slice(1);
    if (anchor === now) link.setAttribute("aria-current", "location");
    else link.removeAttribute("aria-current");
    if (!read.has(anchor)) continue;
    link.dataset.read = "";
    link.querySelector("[data-state]").textContent = readWords;
  }
  const shown = links.find((link) => link.hash.slice(1) === now && link.dataset.count);
  if (!shown) return;
  for (const [name, words] of [["count", shown.dataset.count], ["left", shown.dataset.left]]) {
    const place = document.querySelector(`[data-bar="${name}"]`);
    if (place && place.textContent !== words) place.textContent = words;
  }
}

/** Return a function that keeps the newest position on this device until the server has it. */
function sender({ position: url, csrf, reader }) {
  const key = `preceptor.reading.${reader}.${url}`;
  let timer = 0;

  async function send() {
    clearTimeout(timer);
    const unsent = get(key);
    if (unsent?.format !== FORMAT || document.visibilityState === "prerender") return;
    const { section, read, at } = unsent;
    const secondsAgo = Math.min(Math.max(0, Math.round((Date.now() - at) / 1000)), 2592000);
    try {
      const response = await fetch(url, {
        method: "PUT",
        keepalive: true,
        headers: { "content-type": "application/json", "x-csrf-token": csrf, "x-reader": reader },
        body: JSON.stringify({ section, read, seconds_ago: secondsAgo }),
      });
      const isFinal = response.ok || [404, 422].includes(response.status);
      if (isFinal && get(key)?.at === at) remove(key);
      const wait = Math.max(Number(response.headers.get("retry-after")), 60);
      if (response.status === 429) timer = setTimeout(send, wait * 1000);
      // An answer that nobody reads keeps its connection.
      await response.text();
    } catch {
      // It is on this device and goes with the next one.
    }
  }

  addEventListener("online", send);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && send());
  send();
  return (section, read) => {
    const before = get(key)?.format === FORMAT ? get(key).read : [];
    put(key, { format: FORMAT, section, read: [...new Set([...before, ...read])], at: Date.now() });
    clearTimeout(timer);
    timer = setTimeout(send, PAUSE);
  };
}

/** Attach what saves a note and counts its letters when somebody first goes into it. Without a network it is done as
 *  soon as there is one, and what was typed until then is saved. */
async function openNote({ target }) {
  const form = target.closest(".note-form[data-most]:not([data-attached])");
  if (!form) return;
  form.dataset.attached = "";
  try {
    for (const module of await Promise.all([import("./section-note.js"), import("./letters-left.js")])) module.attach(form);
  } catch {
    delete form.dataset.attached;
    addEventListener("online", () => openNote({ target }), { once: true });
  }
}

/** Send an answer to “Was this clear?” without leaving the page. */
async function answer(event) {
  const button = event.target.closest("[data-clear]");
  if (!button) return;
  event.preventDefault();
  const clear = await import("./clear.js").catch(() => null);
  if (clear) clear.send(button);
  else document.dispatchEvent(new CustomEvent("unreachable"));
}

/** Go on with notes that this device holds and the server does not. */
async function takeUpNotes(text) {
  if (!keys(`preceptor.note.${text.dataset.reader}.`).length) return;
  const { takeUp } = await import("./section-note.js");
  for (const form of text.querySelectorAll(".note-form[data-most]")) if (takeUp(form)) openNote({ target: form });
}

/** Make each term a button that opens its definition as a popover, beside its word where the browser can place it.
 *  Without this, and in a browser without popovers, a term is a link that shows the same sheet. */
function openTermsInPlace(sheets) {
  if (!("popover" in HTMLElement.prototype)) return;
  for (const sheet of sheets) {
    const isOpen = sheet.matches(":target");
    sheet.popover = "auto";
    if (isOpen) sheet.showPopover();
    for (const link of document.querySelectorAll(`a.term[href="#${CSS.escape(sheet.id)}"]`)) {
      const opener = document.createElement("button");
      opener.className = "term";
      opener.type = "button";
      opener.id = link.id;
      opener.popoverTargetElement = sheet;
      opener.append(...link.childNodes);
      link.replaceWith(opener);
    }
  }
}

export function attach(text) {
  openTermsInPlace(document.querySelectorAll(".term-card"));
  text.addEventListener("click", answer);
  // Without a network nothing is offered, and the next selection tries again.
  const offer = () => import("./highlight.js").then(({ attach: offerOn }) => offerOn(text), awaitSelection);
  const awaitSelection = () => document.addEventListener("selectionchange", offer, { once: true });
  if (history.state?.section) import("./highlight.js").then(({ comeBack }) => comeBack(history.state)).catch(() => {});
  if (document.getElementById("highlight")) awaitSelection();
  text.addEventListener("focusin", openNote);
  if (text.dataset.reader) takeUpNotes(text).catch(() => {});
  const links = [...document.querySelectorAll('.contents a[href^="#"]')].filter((link) => link.querySelector("[data-state]"));
  const headings = [...text.querySelectorAll("h2[id]")];
  if (!headings.length) return;
  const read = new Set(links.filter((link) => "read" in link.dataset).map((link) => link.hash.slice(1)));
  const note = text.dataset.position ? sender(text.dataset) : () => {};
  let last = null;
  let hasMoved = false;
  let waiting = false;

  // A heading is the top of its section. Asking the section leaves those that are far away without a layout.
  const topOf = (heading) => (heading.closest(".lesson-text > *") ?? heading).getBoundingClientRect().top;

  function look() {
    waiting = false;
    if (document.visibilityState !== "visible") return;
    const line = innerHeight * READ_LINE;
    const passed = headings.filter((heading) => topOf(heading) <= line);
    const now = (passed.at(-1) ?? headings[0]).id;
    // A section is read when its end was in the window: the next heading, or the end of the text.
    const ends = [...headings.slice(1).map(topOf), text.getBoundingClientRect().bottom];
    const news = headings.map((heading) => heading.id).filter((id, index) =>
      hasMoved && [now, last].includes(id) && ends[index] > 0 && ends[index] <= innerHeight && !read.has(id));
    for (const id of news) read.add(id);
    if (hasMoved && (now !== last || news.length)) note(now, news);
    if (now !== last || news.length) show(links, now, read, text.dataset.readWords);
    last = now;
  }

  // One look per frame is enough, however often the wheel turns.
  document.addEventListener("scroll", () => {
    hasMoved = true;
    if (!waiting) requestAnimationFrame(look);
    waiting = true;
  }, { passive: true });
  document.getElementById("contents")?.addEventListener("click", (event) => {
    if (event.target.closest("a")) event.currentTarget.hidePopover?.();
  });
  look();
}
