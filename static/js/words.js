// The words of scripts, in the language of the page, and the two regions of layout.html that speak them. The page
// carries the words of the scripts that it uses (app/web/script_words.py), so that a script works without the network
// and holds no sentence itself.

const language = document.documentElement.lang;
/** Digits are those of the pages: what a page counts and what a script counts stand side by side. */
const numberingSystem = "latn";
const texts = JSON.parse(document.getElementById("words")?.textContent || "{}");

/** Return a number as the language writes it. */
export function number(value) {
  return new Intl.NumberFormat(language, { numberingSystem }).format(value);
}

/** Return a time of day, in the zone of the device if none is named. */
export function time(moment, zone) {
  return moment.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone, numberingSystem });
}

/** Return some names as the language lists them: a, b and c. */
export function listed(names) {
  return new Intl.ListFormat(language).format(names);
}

/** Return a text with its values. Where it depends on a number, that is `n`. */
export function word(name, values = {}) {
  const text = texts[name];
  const form = typeof text === "object" ? (text[new Intl.PluralRules(language).select(values.n)] ?? text.other) : text;
  return form.replace(/\{(\w+)\}/g, (_, key) => (typeof values[key] === "number" ? number(values[key]) : values[key]));
}

const CLEAR_AFTER = 5000;
let timer = 0;

/** Speak a text; at most one at a time. */
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
