// Attaches behaviours: an element with data-behaviour="one two" gets attach(element) of one.js and two.js.
// Pages work without any of them, so one that fails is reported and the others go on.

const NAME = /^[a-z][a-z-]*$/;

async function attach(element) {
  const names = element.dataset.behaviour.split(/\s+/).filter((word) => NAME.test(word));
  // Fetched side by side, and attached in their order below, which reports what fails.
  for (const name of names) import(`./${name}.js`).catch(() => {});
  for (const name of names) {
    try {
      const module = await import(`./${name}.js`);
      await module.attach(element);
    } catch (error) {
      console.error(`The behaviour "${name}" could not be attached.`, error);
    }
  }
}

export function attachAll(root) {
  return Promise.all([...root.querySelectorAll("[data-behaviour]")].map(attach));
}

// A change of pages that the browser gives up, such as after a second press, is no error.
for (const moment of ["pageswap", "pagereveal"]) {
  addEventListener(moment, ({ viewTransition }) => viewTransition?.ready.catch(() => {}));
}

// Without a network a press would lead to the browser's own page of an error, and take with it what was typed. The
// page stays and says so. An academy on this device answers without a network: it is asked before.
function sayUnreachable(words) {
  let line = document.getElementById("unreachable");
  if (!line) {
    line = Object.assign(document.createElement("p"), { id: "unreachable", popover: "auto" });
    line.setAttribute("role", "alert");
    document.body.append(line);
  }
  line.textContent = words ?? document.body.dataset.unreachable;
  line.hidePopover();
  line.showPopover();
}

/** Return whether this browser holds a page itself: one of a running attempt. */
const isHeld = async ({ pathname }) => Boolean(navigator.serviceWorker?.controller && (await caches.match(pathname)));

/** Keep an event from leading away while there is no network; where the academy answers all the same, go on. */
async function holdBack(event, goOn, link) {
  event.preventDefault();
  const answer = await fetch("/livez", { cache: "no-store" }).catch(() => null);
  if (answer?.ok || (link && (await isHeld(link)))) goOn();
  else sayUnreachable();
}

// The window hears of an event last: a script of the page that keeps what was typed comes first.
const released = new WeakSet();
addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  // The form of a dialog sends nothing.
  if (navigator.onLine || event.defaultPrevented || form.method === "dialog" || released.delete(form)) return;
  holdBack(event, () => {
    released.add(form);
    form.requestSubmit(submitter);
  });
});
addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (navigator.onLine || event.defaultPrevented || !link || link.origin !== location.origin) return;
  if (link.hash && link.pathname === location.pathname && link.search === location.search) return;
  holdBack(event, () => location.assign(link.href), link);
});
document.addEventListener("unreachable", ({ detail }) => sayUnreachable(detail));
addEventListener("online", () => document.getElementById("unreachable")?.hidePopover());

// A search names its key in aria-keyshortcuts: Ctrl+K or Command+K from anywhere, / from wherever nothing is being
// typed. A link is followed, a field is entered; where a narrow screen hides the field, the page of its search opens.
const TYPED_INTO = "input, textarea, select, [contenteditable], dialog[open] *";

function keyOf({ key, ctrlKey, metaKey, altKey, shiftKey, target }) {
  if (altKey) return null;
  if (ctrlKey || metaKey) return !shiftKey && key?.toLowerCase() === "k" ? "Control+K" : null;
  return key === "/" && !target.closest?.(TYPED_INTO) ? key : null;
}

document.addEventListener("keydown", (event) => {
  const key = event.defaultPrevented ? null : keyOf(event);
  const search = key && document.querySelector(`[aria-keyshortcuts~="${key}"]`);
  if (!search) return;
  event.preventDefault();
  if (!search.matches("input")) search.click();
  else if (!search.checkVisibility()) location.assign(search.form.action);
  else {
    search.focus();
    search.select();
  }
});

// A table that is wider than its place is a stop of the Tab key, so that arrows scroll it; one that fits is none.
// Without scripts each is one.
const widths = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const region = target.closest(".table-scroll");
    if (region.scrollWidth > region.clientWidth) region.tabIndex = 0;
    else region.removeAttribute("tabindex");
  }
});
for (const part of document.querySelectorAll(".table-scroll, .table-scroll > *")) widths.observe(part);

// Set by outbox-store.js while this browser holds something for somebody.
function holdsSomething() {
  try {
    return localStorage.getItem("preceptor.holds") !== null;
  } catch {
    return false;
  }
}
if (holdsSomething()) import("./send-later.js").catch(() => {});

document.documentElement.dataset.scripts = "on";
await attachAll(document);
document.documentElement.dataset.scripts = "attached";
