// The service worker of an academy that wants none (OFFLINE_ATTEMPTS=off): it lets go of everything that one before
// held, and takes itself away. What waits for the server stays in the queue of the pages.

addEventListener("install", () => skipWaiting());

async function leave() {
  for (const name of await caches.keys()) if (name.startsWith("preceptor-")) await caches.delete(name);
  await registration.unregister();
}

addEventListener("activate", (event) => event.waitUntil(leave()));
