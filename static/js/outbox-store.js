// The queue of what this browser holds for the person of this page, in IndexedDB: what waits for the server, and what
// the server last had of it. Items of another person are neither read nor changed. `queued` reads a copy in memory, so
// reading needs no wait; a write counts as "on this device" only after the database has committed it.
//
// Of an item: {key, version, owner, entity, item, id, sequence, made_from, url, body, state, at}. `entity` is what it
// belongs to ("attempt:…"), `item` its part, `sequence` the count of changes, `made_from` what the server had when the
// change was made, `state` "queued", or what became of it. Its key names its version, so that what a later
// version of this page holds is never replaced.
//
// A database that is refused or full is replaced by the stores of device-store.js.

import * as shelf from "./device-store.js";

const DATABASE = "preceptor";
const STORE = "items";
const SHELF = "preceptor.outbox.";
const PATIENCE = 3000;
export const VERSION = 1;
/** Tells every page of ours, without opening the database, that this browser holds something (main.js). */
export const HINT = "preceptor.holds";

/** How the stores of pages that the service worker holds are named: this, the person and the attempt (sw.js). */
export const PAGES = "preceptor-pages/";

export const owner = document.body.dataset.person ?? "";
const items = new Map();
const places = new Map();
const writes = new Map();
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("preceptor.outbox") : null;
let database = null;

export const keyOf = (entity, item) => `${owner}/${entity}/${item}/${VERSION}`;
const isOwn = (item) => Boolean(item) && item.owner === owner && item.version === VERSION;

function opened() {
  return new Promise((resolve, reject) => {
    // Without a number, so that a database of a later version opens too.
    const request = indexedDB.open(DATABASE);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    setTimeout(reject, PATIENCE);
  });
}

const answerOf = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

// The work is asked for, and its commit with it, before this returns: a page that closes right after it loses nothing.
function change(work) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, "readwrite", { durability: "strict" });
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    work(transaction.objectStore(STORE));
    transaction.commit?.();
  });
}

function stored() {
  const range = IDBKeyRange.bound(`${owner}/`, `${owner}/\uffff`);
  return answerOf(database.transaction(STORE).objectStore(STORE).getAll(range));
}

/** Read again what all windows of this browser hold of an entity. */
export async function refresh(entity) {
  if (!database) return;
  const now = await stored().catch(() => null);
  if (!now) return;
  for (const [key, item] of items) {
    if (item.entity === entity && places.get(key) === "device" && !now.some((other) => other.key === key)) items.delete(key);
  }
  for (const item of now) {
    if (isOwn(item) && item.entity === entity && places.get(item.key) !== "pending") remember(item, "device");
  }
}

function remember(item, place) {
  items.set(item.key, item);
  places.set(item.key, place);
}

/** Note whether this browser holds something. */
export function hint(isHeld) {
  try {
    if (isHeld) localStorage.setItem(HINT, owner);
    else localStorage.removeItem(HINT);
  } catch {
    // Without this store the answers are sent from the pages of their attempt.
  }
}

async function write(item) {
  let place = "device";
  try {
    await change((store) => store.put(item));
    shelf.remove(SHELF + item.key);
  } catch {
    place = shelf.put(SHELF + item.key, item);
    if (place === "device") place = "shelf";
  }
  if (items.get(item.key) !== item) return;
  places.set(item.key, place);
  hint(true);
  tabs?.postMessage({ key: item.key, item });
}

/** Hold an item. `settled` waits until it is clear where it is. */
export function put(item) {
  const whole = { ...item, key: keyOf(item.entity, item.item), version: VERSION, owner };
  remember(whole, "pending");
  writes.set(whole.key, write(whole));
  return whole;
}

export const settled = (entity) => Promise.all(all(entity).map(({ key }) => writes.get(key)));

export function remove(key) {
  items.delete(key);
  places.delete(key);
  shelf.remove(SHELF + key);
  tabs?.postMessage({ key, item: null });
  return change((store) => store.delete(key)).catch(() => {});
}

export const get = (entity, item) => items.get(keyOf(entity, item)) ?? null;
export const all = (entity) => [...items.values()].filter((item) => item.entity === entity);
export const entities = () => [...new Set([...items.values()].map((item) => item.entity))];

/** Return where an item is: "device" (in the database) or "shelf" (beside it), "tab" (until it is closed), "memory"
 * (until the page is left), or "pending". */
export const placeOf = (item) => places.get(item.key) ?? "device";

/** Take the hint away when this browser holds nothing of anybody any more: no item, and no page of an attempt. */
export async function tidy() {
  if (!database) return;
  const names = (await globalThis.caches?.keys().catch(() => [])) ?? [];
  if (names.some((name) => name.startsWith(PAGES))) return;
  const count = await answerOf(database.transaction(STORE).objectStore(STORE).count()).catch(() => 1);
  if (count === 0 && shelf.keys(SHELF).length === 0) hint(false);
}

function hear({ data: { key, item } }) {
  if (!key.startsWith(`${owner}/`) || (item && !isOwn(item)) || places.get(key) === "pending") return;
  if (item) remember(item, "device");
  else items.delete(key);
  document.dispatchEvent(new CustomEvent("outbox:elsewhere", { detail: { key, item } }));
}

async function load() {
  for (const key of shelf.keys(`${SHELF}${owner}/`)) {
    const item = shelf.get(key);
    if (isOwn(item)) remember(item, "pending");
  }
  const held = [...items.values()];
  try {
    database = await opened();
    // A later version of this page may need the database in another shape.
    database.onversionchange = () => database.close();
    for (const item of await stored()) if (isOwn(item) && !items.has(item.key)) remember(item, "device");
  } catch {
    return; // refused: a write says so
  }
  for (const item of held) put(item);
}

tabs?.addEventListener("message", hear);
if (owner) await load();
