// The attempt has ended: nothing of it stays on this device.

import { forgetAll } from "./outbox.js";

export function attach(element) {
  forgetAll(element.dataset.attempt);
}
