// Keeps what the server does not have yet. A value goes to the device's store, which outlives a reload and a
// closed tab. A store that is full or forbidden refuses it: then it goes to the tab's store, which outlives a
// reload, or else to memory. `put` says which of the three it was, at once, so that a page can warn.
//
// The stores are those that write before they return. A page that is closed right after a press has then kept
// the press; a store that writes later could lose it.

const memory = new Map();

function stored(store, key) {
  try {
    return JSON.parse(store().getItem(key));
  } catch {
    return null;
  }
}

function drop(store, key) {
  try {
    store().removeItem(key);
  } catch {
    // A forbidden store holds nothing.
  }
}

const device = () => localStorage;
const tab = () => sessionStorage;

/** Return the value under a key, or null. What could only be put in memory is the newest. */
export function get(key) {
  return memory.get(key) ?? stored(tab, key) ?? stored(device, key);
}

/** Return where the value under a key is: "device", "tab" or "memory"; null if there is none. */
export function placeOf(key) {
  if (memory.has(key)) return "memory";
  if (stored(tab, key) !== null) return "tab";
  return stored(device, key) === null ? null : "device";
}

/** Keep a value under a key and return where: "device", "tab" or "memory". */
export function put(key, value) {
  const text = JSON.stringify(value);
  for (const [name, store] of [["device", device], ["tab", tab]]) {
    try {
      store().setItem(key, text);
    } catch {
      drop(store, key); // an older value would be read in place of the newer one
      continue;
    }
    memory.delete(key);
    if (name === "device") drop(tab, key);
    return name;
  }
  memory.set(key, value);
  return "memory";
}

export function remove(key) {
  memory.delete(key);
  drop(tab, key);
  drop(device, key);
}

/** Return all keys that begin with a prefix. */
export function keys(prefix) {
  const all = new Set(memory.keys());
  for (const store of [device, tab]) {
    try {
      for (const key of Object.keys(store())) all.add(key);
    } catch {
      // A forbidden store holds nothing.
    }
  }
  return [...all].filter((key) => key.startsWith(prefix)).sort();
}
