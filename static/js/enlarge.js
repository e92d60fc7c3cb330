// Gives every figure inside a button that opens its picture in a dialog, where it can be made larger: the
// labels of a drawing are too small to read on a phone. The picture scrolls by finger, by mouse (pressed and
// moved) and, once it has the focus, by the arrow keys.

import { uniqueId } from "./ids.js";
import { word } from "./words.js";

const STEPS = [1, 1.5, 2, 3, 4];

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

// A mouse has no finger to push the picture with: pressed and moved, it does the same.
function drag(stage) {
  stage.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    event.preventDefault();
    stage.focus();
    stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener("pointermove", (event) => {
    if (stage.hasPointerCapture(event.pointerId)) stage.scrollBy(-event.movementX, -event.movementY);
  });
}

function open(image, caption) {
  const dialog = made("dialog", "dialog enlarged");
  const heading = made("h2", "", caption);
  heading.id = `picture-${uniqueId()}`;
  heading.tabIndex = -1;
  heading.autofocus = true;
  const stage = made("div", "enlarged-stage");
  stage.tabIndex = 0;
  stage.dir = "ltr"; // a picture is not mirrored, so its scroll position is counted from the left
  stage.setAttribute("role", "region");
  for (const element of [dialog, stage]) element.setAttribute("aria-labelledby", heading.id);
  const picture = made("img");
  picture.src = image.currentSrc;
  picture.alt = image.alt;
  picture.draggable = false;
  const [wide, high] = ["width", "height"].map((side) => Number(image.getAttribute(side)));
  stage.append(picture);
  const size = made("p", "enlarged-size");
  size.setAttribute("role", "status");
  let step = 0;

  // At 100 % the whole picture is seen; what was in the middle stays there.
  const whole = () => Math.min(stage.clientWidth, (stage.clientHeight * wide) / high);
  const show = (next) => {
    const before = STEPS[step];
    step = Math.min(Math.max(next, 0), STEPS.length - 1);
    const middle = [stage.scrollLeft + stage.clientWidth / 2, stage.scrollTop + stage.clientHeight / 2];
    picture.style.setProperty("inline-size", `${whole() * STEPS[step]}px`);
    const grown = STEPS[step] / before;
    stage.scrollTo(middle[0] * grown - stage.clientWidth / 2, middle[1] * grown - stage.clientHeight / 2);
    size.textContent = word("percent", { n: STEPS[step] * 100 });
    smaller.setAttribute("aria-disabled", String(step === 0));
    larger.setAttribute("aria-disabled", String(step === STEPS.length - 1));
  };
  const larger = pressable(word("larger"), () => show(step + 1));
  const smaller = pressable(word("smaller"), () => show(step - 1));
  const row = made("div", "button-row");
  row.append(larger, smaller, size, pressable(word("close"), () => dialog.close()));
  dialog.append(heading, row, stage);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  drag(stage);
  // A phone held upright begins at the left, where the labels can be read.
  const readable = STEPS.findIndex((one) => whole() * one >= wide * 0.75);
  show(readable < 0 ? STEPS.length - 1 : readable);
  stage.scrollTo(0, 0);
}

export function attach(text) {
  for (const figure of text.querySelectorAll("figure:has(img)")) {
    const image = figure.querySelector("img");
    const caption = figure.querySelector("figcaption")?.firstChild?.textContent.trim() || image.alt;
    const button = pressable(word("enlarge"), () => open(image, caption));
    button.className = "button button-quiet button-small enlarge";
    button.setAttribute("aria-label", word("enlarge-which", { caption }));
    image.after(button);
  }
}
