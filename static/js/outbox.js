// Answers on their way to the server. Each change is written to this device before it is sent, and stays here until
// the server has answered for exactly that change: a lost network, a reload or a closed tab loses nothing. What the
// server last had stays too while the attempt runs, for pages that are opened without a network.

import * as shelf from "./device-store.js";
import { uniqueId } from "./ids.js";
import * as store from "./outbox-store.js";

const PATIENCE = 20000;
const RETRY_AFTER = [1000, 2000, 4000, 8000, 15000, 30000];
// Refusals that are meant for the person themselves, though their status is that of a stranger's.
const ENDED = ["place_ended", "attempt_closed"];
// The server cannot read this attempt at the moment. The answer stays here until a later version of it can.
const WAITS = "needs-newer-version";
// Versions before held unsent answers here: {position: {version, url, sequence, response}}, without a version 1.
const BEFORE = "preceptor.unsent.";

const SEAL = "seal";
const DEVICE = "device";
const MOST_AT_ONCE = 100;

const attempts = new Map(); // attempt → {csrf, tries, timer, run}
const entityOf = (attempt) => `attempt:${attempt}`;
const answers = (attempt) => store.all(entityOf(attempt)).filter((item) => item.kind === "answer");
const queued = (attempt) => answers(attempt).filter((item) => item.state === "queued");

const waits = (attempt) => queued(attempt).length > 0 || sealOf(attempt) !== null;

function entryFrom(item) {
  const { id, url, sequence, made_from: madeFrom, body: response } = item;
  return { id, url, sequence, madeFrom, response };
}

/** Return the unsent answer to a question, or null. */
export function entryOf(attempt, position) {
  const item = store.get(entityOf(attempt), String(position));
  return item?.state === "queued" ? entryFrom(item) : null;
}

/** Return what the server last had of a question as far as this browser knows, or null. */
export function savedOf(attempt, position) {
  const item = store.get(entityOf(attempt), String(position));
  if (item?.state !== "saved") return null;
  return { ...entryFrom(item), savedAt: item.saved_at, isAnswered: item.answered };
}

/** Return where the unsent answers of an attempt are: "device", "tab" (until it is closed) or "memory" (until the
 * page is left). */
export function placeOf(attempt) {
  const places = queued(attempt).map(store.placeOf);
  return ["memory", "tab"].find((place) => places.includes(place)) ?? "device";
}

/** Return the seal of an attempt that waits to be sent, or null: {at, isOver}. */
export function sealOf(attempt) {
  const item = store.get(entityOf(attempt), SEAL);
  return item && { at: item.at, isOver: item.body.is_over };
}

/** Close an attempt on this device. It is sent after its answers, as soon as the academy can be reached. `isOver` says
 * that its time is over, so that it cannot be opened again. */
export async function seal(attempt, { url, csrf, isOver = false }) {
  const at = sealOf(attempt)?.at ?? new Date().toISOString();
  const body = { is_over: isOver };
  store.put({ entity: entityOf(attempt), item: SEAL, kind: SEAL, id: uniqueId(), sequence: 1, made_from: 0, url, body, state: "queued", at });
  await store.settled(entityOf(attempt));
  document.dispatchEvent(new CustomEvent("quiz:sealed", { detail: { attempt } }));
  begin(attempt, csrf);
  plan(attempt);
}

/** Open a sealed attempt again. */
export const reopen = (attempt) => store.remove(store.keyOf(entityOf(attempt), SEAL));

/** Return whether a page can be opened without a network. */
export async function holdsPage(path) {
  return Boolean(navigator.serviceWorker?.controller && (await caches.match(path.split(/[?#]/)[0])));
}

/** Hold a changed answer. `sequence` counts the changes of the question, on from that of the server's answer. */
export function keep(attempt, position, { url, sequence, response }) {
  if (sealOf(attempt)) return;
  const before = store.get(entityOf(attempt), String(position));
  const madeFrom = before?.state === "queued" ? before.made_from : sequence - 1;
  store.put({
    entity: entityOf(attempt),
    item: String(position),
    kind: "answer",
    id: uniqueId(),
    sequence,
    made_from: madeFrom,
    count: (before?.count ?? 0) + 1,
    url,
    body: response,
    state: "queued",
    at: new Date().toISOString(),
  });
}

/** Forget everything of an attempt that has ended. */
export async function forgetAll(attempt) {
  shelf.remove(BEFORE + attempt);
  await Promise.all(store.all(entityOf(attempt)).map((item) => store.remove(item.key)));
  const names = (await globalThis.caches?.keys()) ?? [];
  await Promise.all(names.filter((name) => name.endsWith(`/${attempt}`)).map((name) => caches.delete(name)));
  await store.tidy();
}

/** Ask the academy, and say what its answer means for what is held here. */
async function ask(url, { method, csrf, body, keepalive = false }) {
  let response;
  try {
    response = await fetch(url, {
      method,
      keepalive,
      headers: { "content-type": "application/json", ...(csrf && { "x-csrf-token": csrf }) },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    return { kind: "unreachable" };
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return { kind: "saved", answer };
  if (response.status === 401) return { kind: "signed-out" };
  // To another person who signed in meanwhile this attempt does not exist: the answer is kept for its owner.
  const isStranger = [403, 404].includes(response.status) && !ENDED.includes(answer.reason);
  if (isStranger) return { kind: "other-person" };
  const isLater = response.status >= 500 || response.status === 429 || response.status === 408;
  if (isLater || answer.reason === WAITS) return { kind: "unreachable" };
  return { kind: "refused", status: response.status, reason: answer.reason, detail: answer.detail ?? "" };
}

/** Return the id of this browser for an attempt. Where its store is refused, each page is a device of its own. */
function deviceOf(attempt) {
  const known = store.get(entityOf(attempt), DEVICE);
  if (known) return known.id;
  const item = { entity: entityOf(attempt), item: DEVICE, kind: DEVICE, id: uniqueId(), state: "saved" };
  return store.put(item).id;
}

// Each answer says which stored one it was made from, so that the server sees when another device has been on.
const partOf = (item) => ({
  id: item.id,
  position: Number(item.item),
  sequence: item.count,
  made_from: Math.max(item.made_from, 0),
  response: item.body,
});

function outcomeOf(part) {
  const { sequence, saved_at: savedAt, answered: isAnswered, reason, detail } = part;
  const kind = ["saved", "conflict"].includes(part.status) ? part.status : "refused";
  return { kind, sequence, savedAt, isAnswered, reason, detail: detail ?? "" };
}

/** Send some answers, and return what became of each. */
async function post(attempt, batch, csrf, keepalive = false) {
  const body = { device: deviceOf(attempt), answers: batch.map(partOf) };
  const { answer, ...outcome } = await ask(`/api/v1/attempts/${attempt}/answers`, { method: "POST", csrf, body, keepalive });
  if (answer) {
    document.dispatchEvent(new CustomEvent("quiz:clock", { detail: { attempt, ...answer } }));
    return answer.answers.map(outcomeOf);
  }
  // An answer that the server cannot even take apart does no harm to the others.
  if (outcome.status === 422 && batch.length > 1) {
    return (await Promise.all(batch.map((item) => post(attempt, [item], csrf)))).flat();
  }
  return batch.map(() => outcome);
}

const STAYS = ["unreachable", "signed-out", "other-person"];

/** Do what an answer of the server means for the item that was sent, and return whether that settles its question. */
function settle(sent, outcome) {
  const current = store.get(sent.entity, sent.item);
  if (STAYS.includes(outcome.kind)) return true;
  if (current?.id === sent.id) {
    // What was refused stays too: the count of this device goes on from it.
    const { kind: state, sequence = current.sequence, savedAt: saved_at, isAnswered: answered } = outcome;
    store.put({ ...current, state, sequence, saved_at, answered });
    return true;
  }
  // It was changed meanwhile, from what was sent.
  if (current && outcome.kind === "saved") {
    store.put({ ...current, made_from: outcome.sequence, sequence: Math.max(current.sequence, outcome.sequence + 1) });
  }
  return !current;
}

// Everything that shows the state of an answer listens to "quiz:delivered", so that it is true whoever sent it.
function tell(attempt, position, outcome) {
  document.dispatchEvent(new CustomEvent("quiz:delivered", { detail: { attempt, position, outcome } }));
}

async function send(attempt, outcomes) {
  const { csrf } = attempts.get(attempt);
  const done = new Set();
  await store.refresh(entityOf(attempt));
  for (;;) {
    // Each change is on this device before it leaves it.
    await store.settled(entityOf(attempt));
    const batch = queued(attempt)
      .filter((item) => !done.has(item.id))
      .slice(0, MOST_AT_ONCE);
    if (!batch.length) break;
    const parts = await post(attempt, batch, csrf);
    const settled = batch.map((item, index) => {
      done.add(item.id);
      return settle(item, parts[index]) ? [item.item, parts[index]] : null;
    });
    await store.settled(entityOf(attempt));
    for (const [position, outcome] of settled.filter(Boolean)) {
      outcomes.set(position, outcome);
      tell(attempt, position, outcome);
    }
  }
  await sendSeal(attempt, csrf);
}

/** Return whether a sealed attempt goes on: its time was not over, or the academy has opened it again since. */
async function goesOn(attempt, sealed) {
  const { answer } = await ask(`/api/v1/attempts/${attempt}`, { method: "GET" });
  if (!answer?.may.includes("save")) return false;
  const now = Date.parse(answer.now);
  // Answers are taken for some seconds after the end too, but nobody works in them.
  if (sealed.body.is_over) return !answer.ends_at || Date.parse(answer.ends_at) > now;
  return Date.parse(answer.reopened_at) > Date.parse(sealed.at) + now - Date.now();
}

// The seal goes after the last answer. Whatever the academy decides then, its page of the attempt says so.
async function sendSeal(attempt, csrf) {
  const sealed = store.get(entityOf(attempt), SEAL);
  if (!sealed || queued(attempt).length) return;
  if (await goesOn(attempt, sealed)) {
    await reopen(attempt);
    document.dispatchEvent(new CustomEvent("quiz:opened", { detail: { attempt } }));
    return;
  }
  const { kind } = await ask(sealed.url, { method: "POST", csrf });
  if (STAYS.includes(kind)) return;
  await forgetAll(attempt);
  document.dispatchEvent(new CustomEvent("quiz:sent", { detail: { attempt } }));
}

// One sender per browser, where browsers can say so. Without that each window sends, and the server knows an answer again.
function alone(attempt, work) {
  return navigator.locks?.request(`preceptor.outbox.${attempt}`, work) ?? work();
}

function plan(attempt) {
  const state = attempts.get(attempt);
  clearTimeout(state.timer);
  if (!waits(attempt)) {
    state.tries = 0;
    return;
  }
  // At random around the planned wait, so that a class whose network returns does not come at once.
  const wait = RETRY_AFTER[Math.min(state.tries, RETRY_AFTER.length - 1)] * (0.75 + Math.random() / 2);
  state.tries += 1;
  state.timer = setTimeout(() => run(attempt), wait);
}

async function run(attempt) {
  const state = attempts.get(attempt);
  if (!state.run) {
    const outcomes = new Map();
    state.run = alone(attempt, () => send(attempt, outcomes))
      .then(() => outcomes)
      .finally(() => {
        state.run = null;
        plan(attempt);
      });
  }
  return state.run;
}

function begin(attempt, csrf) {
  if (!attempts.has(attempt)) attempts.set(attempt, { tries: 0, timer: 0, run: null });
  Object.assign(attempts.get(attempt), { csrf });
}

/** Send the unsent answers of an attempt, and return what became of one. With `keepalive` it is sent at once, because
 * the page is being left. */
export async function deliver(attempt, position, csrf, { keepalive = false } = {}) {
  begin(attempt, csrf);
  if (keepalive) {
    if (queued(attempt).length) post(attempt, queued(attempt).slice(0, MOST_AT_ONCE), csrf, true);
    return { kind: "nothing" };
  }
  // What was changed while a delivery was under way goes with the next.
  for (let turn = 0; turn < 2; turn += 1) {
    const outcomes = await run(attempt);
    if (outcomes.has(String(position))) return outcomes.get(String(position));
    if (!entryOf(attempt, position)) break;
  }
  const saved = savedOf(attempt, position);
  return saved ? { ...saved, kind: "saved" } : { kind: "nothing" };
}

/** Send everything, and return whether nothing is left that the server might still take. */
export async function deliverAll(attempt, csrf) {
  document.dispatchEvent(new Event("quiz:flush"));
  begin(attempt, csrf);
  await run(attempt);
  return queued(attempt).length === 0;
}

// What another window of this browser has sent is saved here too.
document.addEventListener("outbox:elsewhere", ({ detail: { key, item } }) => {
  const [, entity, position] = key.split("/");
  const attempt = entity.slice("attempt:".length);
  const saved = savedOf(attempt, position);
  if (saved) tell(attempt, position, { ...saved, kind: "saved" });
  else if (item?.state !== "queued") tell(attempt, position, { kind: "nothing" });
});

function again() {
  if (document.visibilityState !== "visible") return;
  for (const attempt of attempts.keys()) if (waits(attempt)) run(attempt);
}
window.addEventListener("online", again);
window.addEventListener("pageshow", again);
document.addEventListener("visibilitychange", again);

/** Return the positions of an attempt's questions that this browser holds something of. */
export const positionsOf = (attempt) => answers(attempt).map((item) => item.item);

/** Return the attempts of this person of which something waits. */
export const waiting = () => store.entities().map((entity) => entity.slice("attempt:".length)).filter(waits);

// Only the page of an attempt takes over what versions before held of it: the server has shown it to its owner.
async function takeOver(attempt) {
  const before = Object.entries(shelf.get(BEFORE + attempt) ?? {});
  const later = before.filter(([, entry]) => (entry?.version ?? 1) > 1);
  if (later.length === before.length) return;
  for (const [position, entry] of before) {
    if (entry && (entry.version ?? 1) === 1 && !entryOf(attempt, position)) keep(attempt, position, entry);
  }
  await store.settled(entityOf(attempt));
  if (later.length) shelf.put(BEFORE + attempt, Object.fromEntries(later));
  else shelf.remove(BEFORE + attempt);
}
const here = document.querySelector("[data-attempt]:not([data-behaviour~=quiz-done])")?.dataset.attempt;
if (here && store.owner) takeOver(here);
