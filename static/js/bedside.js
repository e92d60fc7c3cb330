// What the parts of the bedside sheet share: the chip that says what is saved, and the way to save.

const PATIENCE = 15000;
let waiting = 0;

export function chip(state, words) {
  const element = document.getElementById("save-chip");
  if (!element) return;
  element.dataset.state = state;
  element.querySelector("[data-words]").textContent = words;
}

/** Save something with the revision that its form knows, and keep the new revision there. */
export async function put(form, what) {
  const revision = form.elements.expected_revision;
  const response = await fetch(form.dataset.save, {
    method: "PUT",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ ...what, expected_revision: Number(revision.value) }),
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (!response.ok) return { status: response.status };
  const saved = await response.json();
  revision.value = String(saved.revision);
  return { status: 200, at: new Date(saved.saved_at) };
}

export function begin() {
  waiting += 1;
  chip("saving", "Saving…");
}

/** Say "Saved" only when nothing else is on its way. */
export function saved(at) {
  if (waiting !== 1) return;
  const time = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  chip("saved", `Saved ${time}`);
}

export function end() {
  waiting -= 1;
}
