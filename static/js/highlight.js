// Offers to highlight what is selected in a lesson, and sends the form that does it without this script. The button
// follows the text in the order of the Tab key, so that a selection by the keyboard leads to it. It is loaded at the
// first selection.

const NEAR = 200;

/** Return the part of the text that holds the whole selection, and its range. */
function selected(text) {
  const selection = getSelection();
  if (selection.isCollapsed || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  const at = range.commonAncestorContainer;
  const part = (at.nodeType === Node.ELEMENT_NODE ? at : at.parentElement).closest(".lesson-text > .prose");
  const heading = part?.querySelector("h2[id]");
  return heading && text.contains(part) && { part, range, section: heading.id, words: selection.toString() };
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
    form.elements.before.value = before.toString().slice(-NEAR);
    const body = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
      if (answer.type !== "opaqueredirect") return form.requestSubmit();
    } catch {
      return form.requestSubmit();
    }
    form.reset();
    location.reload();
  }

  // The selection stays while the button is pressed.
  button.addEventListener("pointerdown", (event) => event.preventDefault());
  button.addEventListener("click", send);
  document.addEventListener("selectionchange", offer);
  offer();
}
