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

/** Keep an event from leading away while there is no network; where the academy answers all the same, go on. */
async function holdBack(event, goOn) {
  event.preventDefault();
  const answer = await fetch("/livez", { cache: "no-store" }).catch(() => null);
  if (answer?.ok) goOn();
  else sayUnreachable();
}

const released = new WeakSet();
document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (navigator.onLine || event.defaultPrevented || released.delete(form)) return;
  holdBack(event, () => {
    released.add(form);
    form.requestSubmit(submitter);
  });
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (navigator.onLine || event.defaultPrevented || !link || link.origin !== location.origin) return;
  if (link.hash && link.pathname === location.pathname && link.search === location.search) return;
  holdBack(event, () => location.assign(link.href));
});
document.addEventListener("unreachable", ({ detail }) => sayUnreachable(detail));
addEventListener("online", () => document.getElementById("unreachable")?.hidePopover());

document.documentElement.dataset.scripts = "on";
const tables = document.querySelectorAll(".table-scroll");
if (tables.length) import("./scroll-stops.js").then(({ watch }) => watch(tables));
await attachAll(document);
document.documentElement.dataset.scripts = "attached";
