// Answers on their way to the server. Each is kept on this device until the server has answered for it, so
// a lost network, a reload or a closed tab loses nothing. Nothing else of an attempt is stored here.

import * as store from "./device-store.js";

const PREFIX = "preceptor.unsent.";
// Of an entry: {version, url, sequence, response}. One without a version is of version 1. Entries of a later
// version were kept by a later version of this page: they are left alone, and that version sends them.
const VERSION = 1;
const underWay = new Map();
const PATIENCE = 20000;
// Refusals that are meant for the person themselves, though their status is that of a stranger's.
const ENDED = ["place_ended", "attempt_closed"];
// The server cannot read this attempt at the moment. The answer stays here until a later version of it can.
const WAITS = "needs-newer-version";

function read(attempt) {
  return store.get(PREFIX + attempt) ?? {};
}

function write(attempt, entries) {
  if (Object.keys(entries).length) store.put(PREFIX + attempt, entries);
  else store.remove(PREFIX + attempt);
}

/** Return where the unsent answers of an attempt are: "device", "tab" (until it is closed) or "memory" (until
 * the page is left). */
export function placeOf(attempt) {
  return store.placeOf(PREFIX + attempt) ?? "device";
}

const isReadable = (entry) => Boolean(entry) && (entry.version ?? 1) <= VERSION;

export function entryOf(attempt, position) {
  const entry = read(attempt)[position];
  return isReadable(entry) ? entry : null;
}

export function keep(attempt, position, entry) {
  write(attempt, { ...read(attempt), [position]: { ...entry, version: VERSION } });
}

export function forget(attempt, position) {
  const { [position]: _gone, ...rest } = read(attempt);
  write(attempt, rest);
}

export function forgetAll(attempt) {
  write(attempt, {});
}

async function put(entry, csrf, keepalive) {
  let response;
  try {
    response = await fetch(entry.url, {
      method: "PUT",
      keepalive,
      headers: { "content-type": "application/json", "x-csrf-token": csrf },
      body: JSON.stringify({ sequence: entry.sequence, response: entry.response }),
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    return { kind: "unreachable" };
  }
  const body = await response.json().catch(() => ({}));
  if (response.ok) return { kind: "saved", sequence: body.sequence, savedAt: body.saved_at, isAnswered: body.answered };
  if (response.status === 401) return { kind: "signed-out" };
  // To another person who signed in meanwhile this attempt does not exist: the answer is kept for its owner.
  const isStranger = [403, 404].includes(response.status) && !ENDED.includes(body.reason);
  if (isStranger) return { kind: "other-person" };
  const isLater = response.status >= 500 || response.status === 429 || response.status === 408;
  if (isLater || body.reason === WAITS) return { kind: "unreachable" };
  return { kind: "refused", status: response.status, reason: body.reason, detail: body.detail ?? "" };
}

async function deliverNow(attempt, position, csrf, keepalive) {
  for (;;) {
    const entry = entryOf(attempt, position);
    if (!entry) return { kind: "nothing" };
    const outcome = await put(entry, csrf, keepalive);
    const current = entryOf(attempt, position);
    const changed = current !== null && current.sequence !== entry.sequence;
    if (outcome.kind === "saved" && outcome.sequence > entry.sequence) {
      // Another window was further on. What this person chose here is newer still.
      if (current) keep(attempt, position, { ...current, sequence: outcome.sequence + 1 });
      continue;
    }
    if (outcome.kind === "refused" && outcome.reason === "sequence-taken") {
      if (current) keep(attempt, position, { ...current, sequence: current.sequence + 1 });
      continue;
    }
    if (["unreachable", "signed-out", "other-person"].includes(outcome.kind)) return outcome;
    if (changed) continue;
    forget(attempt, position);
    return outcome;
  }
}

// One delivery per question at a time: a later change waits for the earlier one's answer. Everything that shows
// the state of an answer listens to "quiz:delivered", so that it is true whoever began the delivery.
export function deliver(attempt, position, csrf, { keepalive = false } = {}) {
  const key = `${attempt}/${position}`;
  if (!underWay.has(key)) {
    const delivery = deliverNow(attempt, position, csrf, keepalive)
      .finally(() => underWay.delete(key))
      .then((outcome) => {
        const detail = { attempt, position: String(position), outcome };
        document.dispatchEvent(new CustomEvent("quiz:delivered", { detail }));
        return outcome;
      });
    underWay.set(key, delivery);
  }
  return underWay.get(key);
}

// Returns whether nothing is left that the server might still take.
export async function deliverAll(attempt, csrf) {
  document.dispatchEvent(new Event("quiz:flush"));
  const positions = () => Object.keys(read(attempt)).filter((position) => entryOf(attempt, position));
  await Promise.all(positions().map((position) => deliver(attempt, position, csrf)));
  return positions().length === 0;
}
