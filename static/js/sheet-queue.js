// Marks, notes and the comment of one bedside sheet on their way to the server. Each is kept on this device until
// the server has answered for it: a lost network, an ended sign-in or a reload loses nothing. They are sent one
// after the other, in the order in which they were made. Each has an id, so that sending it again is safe, and
// belongs to the person who made it: it is never sent under another name.
//
// The page hears two events: "sheet:changed" when anything waits, goes or fails, and "sheet:saved" with the
// `target`, `revision` and `savedAt` of what the server has.

import * as store from "./device-store.js";
import { uniqueId } from "./ids.js";
import { word } from "./words.js";

const PREFIX = "preceptor.sheet.";
const FORMAT = 1; // items of another format belong to another version of this module and are left alone
const RETRY_AFTER = [3000, 10000, 30000];
const PATIENCE = 15000;

let running = null;
let retry = 0;
let tries = 0;
let count = 0;
let blocked = "";
let isLeaving = false;

const sheet = () => document.querySelector("[data-assessment][data-owner]").dataset;
const prefix = () => `${PREFIX}${sheet().owner}.${sheet().assessment}.`;
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

/** Return what waits on this device for this person and sheet, in order. */
export function items() {
  return store
    .keys(prefix())
    .map((key) => ({ ...store.get(key), key }))
    .filter((item) => item.format === FORMAT);
}

const of = (target) => items().filter((item) => item.target === target);
export const pendingOf = (target) => of(target).at(-1) ?? null;

/** Return "saved", "saving", "unsent", "refused" or "conflict", the truth about one step or the comment. */
export function stateOf(target) {
  const item = pendingOf(target);
  if (!item) return "saved";
  if (item.conflict) return "conflict";
  if (item.refused) return "refused";
  return blocked ? "unsent" : "saving";
}

/** Return why nothing can be sent now: "", "unreachable", "signed-out" or "other-person". */
export const blockedBy = () => blocked;

/** Return the targets that wait, each once. */
export const waiting = () => [...new Set(items().map((item) => item.target))];

/** Return whether what waits for a target would be lost with this page or tab. */
export const isAtRisk = (target) => of(target).some((item) => store.placeOf(item.key) !== "device");

/** Return whether another person left something unsent for this sheet on this device. */
export function holdsOfOthers() {
  return store.keys(PREFIX).some((key) => key.includes(`.${sheet().assessment}.`) && !key.startsWith(prefix()));
}

function save({ key, ...item }) {
  store.put(key, item);
}

/** Keep one change. It replaces an earlier change of the same target that was not sent yet. */
export function add(target, change, expected) {
  for (const item of of(target)) {
    if (!item.tried || item.refused || item.conflict) store.remove(item.key);
  }
  count += 1;
  const id = uniqueId();
  const turn = `${String(Date.now()).padStart(15, "0")}.${String(count).padStart(6, "0")}`;
  save({ key: `${prefix()}${turn}.${id}`, format: FORMAT, id, target, change, expected, tried: false });
  tell("sheet:changed");
}

/** Let go of what waits for a target. */
export function drop(target) {
  for (const item of of(target)) store.remove(item.key);
  tell("sheet:changed");
}

/** Choose what this person made over what is on record. */
export function insist(target) {
  const item = pendingOf(target);
  save({ ...item, expected: item.conflict.revision, conflict: null });
  tell("sheet:changed");
  return flush();
}

function request(item, options) {
  const body = { ...item.change, expected_revision: item.expected, person_id: sheet().owner };
  const isComment = item.target === "comment";
  const address = isComment ? "comment" : `steps/${item.target.slice("step-".length)}`;
  return fetch(`${sheet().api}/${address}`, {
    method: "PUT",
    headers: { "content-type": "application/json", accept: "application/json", "x-csrf-token": sheet().csrf },
    body: JSON.stringify(isComment ? body : { ...body, mark_id: item.id }),
    ...options,
  });
}

/** Say what the answer means: {saved}, {blocked}, {conflict: true} or {refused}. */
async function send(item) {
  let response;
  try {
    response = await request(item, { signal: AbortSignal.timeout(PATIENCE) });
  } catch {
    return { blocked: "unreachable" };
  }
  const body = await response.json().catch(() => null);
  if (response.ok && body) return { saved: body };
  if (response.status === 401) return { blocked: "signed-out" };
  if (response.status === 403) return { blocked: "other-person" };
  if (response.status >= 500 || [408, 429].includes(response.status) || !body) return { blocked: "unreachable" };
  if (response.status === 409 && body.reason === "stale") return { conflict: true };
  return { refused: body.errors?.[0]?.message ?? body.detail, reason: body.reason };
}

/** Return what is on record for a target, to be compared with what this person made. */
async function onRecord(target) {
  const response = await fetch(sheet().api).catch(() => null);
  const body = response?.ok ? await response.json() : null;
  if (!body) return null;
  if (target === "comment") return { revision: body.comment_revision, comment: body.comment };
  const step = body.steps.find((other) => `step-${other.key}` === target);
  return { revision: step.revision, mark: step.mark, note: step.note };
}

async function settle(item, answer) {
  const later = of(item.target).filter((other) => other.key > item.key);
  if (answer.saved) {
    store.remove(item.key);
    for (const other of later) save({ ...other, expected: answer.saved.revision });
    const savedAt = new Date(answer.saved.saved_at);
    tell("sheet:saved", { target: item.target, revision: answer.saved.revision, savedAt, isLast: !later.length });
  } else if (answer.conflict) {
    const conflict = await onRecord(item.target);
    if (!conflict) return false;
    if (later.length) store.remove(item.key);
    save({ ...(pendingOf(item.target) ?? item), conflict });
  } else if (later.length) {
    store.remove(item.key);
  } else {
    save({ ...item, refused: answer.refused || word("not-accepted"), reason: answer.reason });
  }
  return true;
}

async function run() {
  for (;;) {
    const item = items().find((other) => !other.refused && !other.conflict);
    if (!item) break;
    if (!item.tried) save({ ...item, tried: true });
    let answer = await send(item);
    // The next page may have been made before this answer: it sends the item again, and shows it until then.
    if (isLeaving) answer = { blocked: "unreachable" };
    if (answer.blocked || !(await settle(item, answer))) {
      blocked = answer.blocked ?? "unreachable";
      retry = setTimeout(flush, RETRY_AFTER[Math.min(tries, RETRY_AFTER.length - 1)]);
      tries += 1;
      return;
    }
    blocked = "";
    tell("sheet:changed");
  }
  blocked = "";
  tries = 0;
}

/** Send what waits; resolves when all is sent or nothing more can be sent now. */
export function flush() {
  clearTimeout(retry);
  running ??= run().finally(() => {
    running = null;
    tell("sheet:changed");
  });
  return running;
}

/** Let what is on its way wait for the next page. Whoever stays after all sends it again by the retry. */
export function prepareToLeave() {
  isLeaving = true;
  setTimeout(() => (isLeaving = false), RETRY_AFTER[0]);
}

/** Send what waits while the page is being left; it stays on this device until an answer is heard. */
export function sendOnLeaving() {
  const seen = new Set();
  for (const item of items()) {
    if (item.refused || item.conflict || seen.has(item.target)) continue;
    seen.add(item.target);
    if (!item.tried) save({ ...item, tried: true });
    request(item, { keepalive: true }).catch(() => null);
  }
}
