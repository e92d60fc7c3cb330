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
      module.attach(element);
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

document.documentElement.dataset.scripts = "on";
const tables = document.querySelectorAll(".table-scroll");
if (tables.length) import("./scroll-stops.js").then(({ watch }) => watch(tables));
await attachAll(document);
document.documentElement.dataset.scripts = "attached";
