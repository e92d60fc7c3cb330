// Says on the button how many days are ticked. Without this script it speaks of the ticked ones.

import { word } from "./words.js";

export function attach(form) {
  const words = form.querySelector("#save-series span");
  const say = () => {
    const ticked = form.querySelectorAll('input[name="day"]:checked').length;
    words.textContent = ticked ? word("save-count", { n: ticked }) : word("save-ticked");
  };
  form.addEventListener("change", say);
  say();
}
