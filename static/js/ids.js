// Ids that are unique for ever, also where `crypto.randomUUID` does not exist: browsers offer it only to
// pages by https, while tablets in a local network and demos come by http.

export function uniqueId() {
  const ready = crypto.randomUUID?.();
  if (ready) return ready;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
