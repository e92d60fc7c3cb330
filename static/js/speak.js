// Says a sentence that is on the page when it opens, such as what a form did. A region that is full from the
// start is rarely spoken, so the words go into the one of words.js after the page has settled.

import { announce } from "./words.js";

const SETTLED = 150;

export function attach(element) {
  setTimeout(() => announce(element.textContent.trim()), SETTLED);
}
