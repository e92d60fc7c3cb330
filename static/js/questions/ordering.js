// The answer of a question that asks for an order, as the API takes it: the place of each item by its token. Each item has
// a field for its place, which the form sends without this script. With it, items move by buttons and the fields follow.

import { announce } from "../words.js";

const fieldsOf = (form) => [...form.querySelectorAll('select[name="answer"]')];
const itemsOf = (form) => [...form.querySelectorAll("[data-item]")];
const tokenOf = (field) => field.options[1].value.split(" ")[0];

function setPlace(field, place) {
  field.selectedIndex = place;
  field.closest("[data-item]").querySelector("[data-number]").textContent = place || "–";
}

/** Show which items can move, and whether the order still has to be kept. */
function refresh(form) {
  const items = itemsOf(form);
  items.forEach((item, index) => {
    const [up, down] = item.querySelectorAll("[data-move]");
    up.disabled = index === 0;
    down.disabled = index === items.length - 1;
  });
  form.querySelector("[data-keep-order]").hidden = fieldsOf(form).every((field) => field.selectedIndex > 0);
}

function keepOrder(form) {
  fieldsOf(form).forEach((field, index) => setPlace(field, index + 1));
  refresh(form);
  fieldsOf(form)[0].dispatchEvent(new Event("input", { bubbles: true }));
}

function move(form, button) {
  const item = button.closest("[data-item]");
  const list = item.parentElement;
  if (button.dataset.move === "1") item.nextElementSibling.after(item);
  else item.previousElementSibling.before(item);
  keepOrder(form);
  (button.disabled ? item.querySelector("[data-move]:not(:disabled)") : button).focus();
  const place = itemsOf(form).indexOf(item) + 1;
  announce(list.dataset.moved.replace("{place}", place).replace("{n}", list.children.length));
}

export function read(form) {
  const placed = fieldsOf(form).filter((field) => field.value);
  return { places: Object.fromEntries(placed.map((field) => [tokenOf(field), field.selectedIndex])) };
}

export function show(form, response) {
  const placeOf = (item) => response.places[tokenOf(item.querySelector("select"))] ?? 0;
  for (const field of fieldsOf(form)) setPlace(field, response.places[tokenOf(field)] ?? 0);
  const sorted = itemsOf(form).sort((one, other) => (placeOf(one) || Infinity) - (placeOf(other) || Infinity) || 0);
  sorted[0].parentElement.append(...sorted);
  refresh(form);
}

export function attach(form) {
  for (const field of form.querySelectorAll("[data-field]")) field.hidden = true;
  for (const buttons of form.querySelectorAll("[data-buttons]")) buttons.hidden = false;
  form.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-move], [data-keep-order] button");
    if (button?.dataset.move) move(form, button);
    else if (button) keepOrder(form);
  });
  refresh(form);
}
