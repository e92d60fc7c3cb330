// Opens the picture of a figure in a dialog that fills the screen, where it can be made larger: by two buttons, by
// two fingers, or by the wheel with Ctrl. It moves by one finger, by a pressed mouse and by the arrow keys. The
// legend stands below the picture, or beside it where the screen is wide.

import { uniqueId } from "./ids.js";
import { word } from "./words.js";

const STEPS = [1, 1.5, 2, 3, 4, 6];
const LARGEST = STEPS.at(-1);

function made(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

function pressable(words, action) {
  const button = made("button", "button button-secondary", words);
  button.type = "button";
  button.addEventListener("click", action);
  return button;
}

function signed(sign, words, action) {
  const button = pressable(sign, action);
  button.setAttribute("aria-label", words);
  return button;
}

// A copy without ids: what a shape refers to stays in the page, where it is found under its id.
function copyOf(element) {
  const copy = element.cloneNode(true);
  for (const part of [copy, ...copy.querySelectorAll("[id]")]) part.removeAttribute("id");
  return copy;
}

// One pointer pushes the picture; two make it larger or smaller round the point between them.
function follow(stage, zoom) {
  const pointers = new Map();
  const span = () => {
    const [a, b] = [...pointers.values()];
    return { apart: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  };
  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    stage.focus();
    stage.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  stage.addEventListener("pointermove", (event) => {
    const last = pointers.get(event.pointerId);
    if (!last) return;
    const before = pointers.size === 2 ? span() : null;
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (before) {
      const after = span();
      zoom(after.apart / Math.max(before.apart, 1), after);
      stage.scrollBy(before.x - after.x, before.y - after.y);
    } else {
      stage.scrollBy(last.x - event.clientX, last.y - event.clientY);
    }
  });
  for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, (event) => pointers.delete(event.pointerId));
  stage.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      zoom(Math.exp(-event.deltaY / 200), { x: event.clientX, y: event.clientY });
    },
    { passive: false },
  );
}

function stageFor(drawn) {
  const stage = made("div", "enlarged-stage");
  stage.tabIndex = 0;
  stage.dir = "ltr"; // a picture is not mirrored, so its scroll position is counted from the left
  stage.setAttribute("role", "region");
  const picture = copyOf(drawn);
  picture.removeAttribute("loading");
  picture.draggable = false;
  stage.append(picture);
  return [stage, picture];
}

/** Show a drawing or an image of a figure, with its caption and, if there is one, its legend. */
export function open(drawn, caption, legend) {
  const dialog = made("dialog", "dialog enlarged");
  const heading = made("h2", "", caption);
  heading.id = `picture-${uniqueId()}`;
  heading.tabIndex = -1;
  heading.autofocus = true;
  const [stage, picture] = stageFor(drawn);
  for (const element of [dialog, stage]) element.setAttribute("aria-labelledby", heading.id);
  const [wide, high] = ["width", "height"].map((side) => Number(drawn.getAttribute(side)));
  const size = made("p", "enlarged-size");
  size.setAttribute("role", "status");
  let scale = 1;

  // At 100 % the whole picture is seen, but never smaller than it was drawn while its width fits.
  const whole = () => {
    const fits = Math.min(stage.clientWidth, (stage.clientHeight * wide) / high);
    return Math.max(fits, Math.min(stage.clientWidth, wide));
  };
  const show = (next, point) => {
    const box = stage.getBoundingClientRect();
    const [across, down] = point ? [point.x - box.x, point.y - box.y] : [stage.clientWidth / 2, stage.clientHeight / 2];
    const place = [stage.scrollLeft + across, stage.scrollTop + down];
    const before = scale;
    scale = Math.min(Math.max(next, 1), LARGEST);
    picture.style.setProperty("inline-size", `${whole() * scale}px`);
    const grown = scale / before;
    stage.scrollTo(place[0] * grown - across, place[1] * grown - down);
    size.textContent = word("percent", { n: Math.round(scale * 100) });
    smaller.setAttribute("aria-disabled", String(scale === 1));
    larger.setAttribute("aria-disabled", String(scale === LARGEST));
  };
  const larger = signed("+", word("larger"), () => show(STEPS.find((step) => step > scale) ?? LARGEST));
  const smaller = signed("−", word("smaller"), () => show(STEPS.findLast((step) => step < scale) ?? 1));
  const row = made("div", "enlarged-bar");
  row.append(heading, larger, smaller, size, signed("×", word("close"), () => dialog.close()));
  dialog.append(row, stage);
  if (legend) dialog.append(Object.assign(copyOf(legend), { tabIndex: 0 }));
  const refit = () => show(scale);
  window.addEventListener("resize", refit);
  dialog.addEventListener("close", () => {
    window.removeEventListener("resize", refit);
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  follow(stage, (times, point) => show(scale * times, point));
  show(1);
  stage.scrollTo(0, 0);
}
