// Offers to highlight what is selected in a lesson, and sends the form that does it without this script. The button
// follows the text in the order of the Tab key, so that a selection by the keyboard leads to it. It is loaded at the
// first selection.

const NEAR = 200;
const INSIDE_LINES = "a, abbr, b, bdi, button.term, code, del, dfn, em, i, ins, mark, small, span, strong, sub, sup";
const LEFT_OUT = "svg, button:not(.term), summary, math, select, textarea";

/** Return the words of a range as the server counts them (app/learning/marking.py): without drawings, buttons and the
 *  questions of checks, which a selection holds too, and a space at each block. */
function wordsOf(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.nodeType === Node.ELEMENT_NODE && node.matches(LEFT_OUT)) return " ";
  const words = [...node.childNodes].map(wordsOf).join("");
  return node.nodeType === Node.ELEMENT_NODE && node.matches(INSIDE_LINES) ? words : ` ${words} `;
}

/** Return the part of the text that holds the whole selection, and its range. */
function selected(text) {
  const selection = getSelection();
  if (selection.isCollapsed || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  const at = range.commonAncestorContainer;
  const within = at.nodeType === Node.ELEMENT_NODE ? at : at.parentElement;
  const part = within.closest(LEFT_OUT) ? null : within.closest(".lesson-text > .prose");
  const heading = part?.querySelector("h2[id]");
  return heading && text.contains(part) && { part, range, section: heading.id, words: wordsOf(range.cloneContents()) };
}

/** Show the words again at the height at which they were highlighted. The browser would count from the top of the page,
 *  where sections that are not drawn yet have another height; those that come into the window get theirs in a frame. */
export async function comeBack({ section, top }) {
  history.replaceState(null, "");
  history.scrollRestoration = "auto";
  const heading = document.getElementById(section);
  for (let turn = 0; turn < 4; turn += 1) {
    scrollBy({ top: heading.getBoundingClientRect().top - top, behavior: "instant" });
    await new Promise(requestAnimationFrame);
  }
}

export function attach(text) {
  const form = document.getElementById("highlight");
  const button = form.querySelector("[type=submit]").cloneNode(true);
  button.type = "button";
  button.classList.add("highlight-button");

  function offer() {
    if (document.activeElement === button) return;
    const here = selected(text);
    if (here?.words.trim()) here.part.after(button);
    else button.remove();
  }

  async function send() {
    const here = selected(text);
    if (!here) return;
    const before = new Range();
    before.selectNodeContents(here.part);
    before.setEnd(here.range.startContainer, here.range.startOffset);
    form.elements.section.value = here.section;
    form.elements.words.value = here.words;
    form.elements.before.value = wordsOf(before.cloneContents()).slice(-NEAR);
    const body = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
      if (answer.type !== "opaqueredirect") return form.requestSubmit();
    } catch {
      return form.requestSubmit();
    }
    form.reset();
    const top = document.getElementById(here.section).getBoundingClientRect().top;
    history.replaceState({ section: here.section, top }, "");
    history.scrollRestoration = "manual";
    location.reload();
  }

  // The selection stays while the button is pressed.
  button.addEventListener("pointerdown", (event) => event.preventDefault());
  button.addEventListener("click", send);
  document.addEventListener("selectionchange", offer);
  offer();
}
