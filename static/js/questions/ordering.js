// The answer of a question that asks for an order, as the API takes it: the place of each item by its token. Each item has
// a field for its place, which the form sends without this script. With it, items move by buttons and the fields follow.

import { announce } from "../words.js";

const fieldsOf = (question) => [...question.querySelectorAll('select[name^="answer"]')];
const itemsOf = (question) => [...question.querySelectorAll("[data-item]")];
const tokenOf = (field) => field.options[1].value.split(" ")[0];

function setPlace(field, place) {
  field.selectedIndex = place;
  field.closest("[data-item]").querySelector("[data-number]").textContent = place || "–";
}

/** Show which items can move, and whether the order still has to be kept. */
function refresh(question) {
  const items = itemsOf(question);
  items.forEach((item, index) => {
    const [up, down] = item.querySelectorAll("[data-move]");
    up.disabled = index === 0;
    down.disabled = index === items.length - 1;
  });
  question.querySelector("[data-keep-order]").hidden = fieldsOf(question).every((field) => field.selectedIndex > 0);
}

function keepOrder(question) {
  fieldsOf(question).forEach((field, index) => setPlace(field, index + 1));
  refresh(question);
  fieldsOf(question)[0].dispatchEvent(new Event("input", { bubbles: true }));
}

function move(question, button) {
  const item = button.closest("[data-item]");
  const list = item.parentElement;
  if (button.dataset.move === "1") item.nextElementSibling.after(item);
  else item.previousElementSibling.before(item);
  keepOrder(question);
  (button.disabled ? item.querySelector("[data-move]:not(:disabled)") : button).focus();
  const place = itemsOf(question).indexOf(item) + 1;
  announce(list.dataset.moved.replace("{place}", place).replace("{n}", list.children.length));
}

export function read(question) {
  const placed = fieldsOf(question).filter((field) => field.value);
  return { places: Object.fromEntries(placed.map((field) => [tokenOf(field), field.selectedIndex])) };
}

export function show(question, response) {
  const placeOf = (item) => response.places[tokenOf(item.querySelector("select"))] ?? 0;
  for (const field of fieldsOf(question)) setPlace(field, response.places[tokenOf(field)] ?? 0);
  const sorted = itemsOf(question).sort((one, other) => (placeOf(one) || Infinity) - (placeOf(other) || Infinity) || 0);
  sorted[0].parentElement.append(...sorted);
  refresh(question);
}

export function attach(question) {
  for (const field of question.querySelectorAll("[data-field]")) field.hidden = true;
  for (const buttons of question.querySelectorAll("[data-buttons]")) buttons.hidden = false;
  question.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-move], [data-keep-order] button");
    if (button?.dataset.move) move(question, button);
    else if (button) keepOrder(question);
  });
  refresh(question);
}
