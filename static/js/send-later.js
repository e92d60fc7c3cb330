// On every page of a browser that holds something: what waits for the server is sent when its person is signed in
// again, and pages of an attempt are let go of as soon as another person, or nobody, is signed in.

import { deliverAll, waiting } from "./outbox.js";
import { owner, PAGES } from "./outbox-store.js";

// A page of an error, or the one that stands in the place of a page without a network, does not know who is signed in.
const [{ responseStatus = 200 }] = performance.getEntriesByType("navigation");
const isCertain = owner !== "" || (responseStatus === 200 && !document.querySelector("[data-no-network]"));
const names = (await globalThis.caches?.keys()) ?? [];
const foreign = names.filter((name) => name.startsWith(PAGES) && !(owner && name.startsWith(`${PAGES}${owner}/`)));
if (isCertain) await Promise.all(foreign.map((name) => caches.delete(name)));
if (owner && !document.querySelector("[data-attempt]")) for (const attempt of waiting()) deliverAll(attempt, "");
