// The service worker of running attempts, as /sw.js (app/web/service_worker.py puts RELEASE before it). It holds the
// pages of one person's running attempt, without keys, and what they are made of, so that a quiz goes on without a
// network. It stands between the browser and the academy for two paths only: /attempts/, and /sign-out, where it lets
// go of the pages before the request leaves. docs/decisions/0030-attempts-without-a-network.md

const SHELL = "preceptor-shell";
const PAGES = "preceptor-pages/"; // + owner/attempt
const OFFLINE = "/offline";
const HELD_AT = "x-held-at";
const IS_HELD = " data-held";
const PATIENCE = 4000;
const PARTS = /(?:src|href)="(\/(?:static|media)\/[^"#]+)/g;

const isShell = (path) => path.startsWith("/static/") || path.startsWith("/media/");
const after = (time) => new Promise((resolve) => setTimeout(resolve, time, null));

async function holders() {
  return (await caches.keys()).filter((name) => name.startsWith(PAGES));
}

/** Let go of the pages of attempts; those of one attempt, or of all. */
async function drop(isMeant = () => true) {
  for (const name of await holders()) if (isMeant(name)) await caches.delete(name);
}

async function hold(cache, request) {
  if (await cache.match(request)) return;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer);
}

async function prepare() {
  const shell = await caches.open(SHELL);
  // As a visitor: the page shows nothing of anybody.
  const offline = await fetch(new Request(OFFLINE, { credentials: "omit", cache: "no-store" }));
  const parts = await offline.clone().text();
  await shell.put(OFFLINE, offline);
  const files = [...RELEASE.files, ...[...parts.matchAll(PARTS)].map(([, path]) => path)];
  await Promise.all(files.map((file) => hold(shell, file)));
}

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(prepare());
});
/** Take over. The files of earlier releases stay while an attempt is held: its pages name those that they were made for. */
async function takeOver() {
  await clients.claim();
  if ((await holders()).length) return;
  const shell = await caches.open(SHELL);
  const offline = await (await shell.match(OFFLINE)).text();
  const needed = new Set([OFFLINE, ...RELEASE.files, ...[...offline.matchAll(PARTS)].map(([, path]) => path)]);
  for (const { url } of await shell.keys()) if (!needed.has(new URL(url).pathname)) await shell.delete(url);
}

addEventListener("activate", (event) => event.waitUntil(takeOver()));

async function holdPage(cache, path, page) {
  const text = await page.text();
  const shell = await caches.open(SHELL);
  await Promise.all([...text.matchAll(PARTS)].map(([, file]) => hold(shell, file).catch(() => {})));
  const headers = new Headers(page.headers);
  headers.set(HELD_AT, String(Date.now()));
  await cache.put(path, new Response(text, { headers }));
}

/** Return a held page. Its clock goes on from the time at which the academy made it. */
async function held(path) {
  const page = await caches.match(path);
  if (!page) return null;
  const gone = Math.max(Date.now() - Number(page.headers.get(HELD_AT)), 0);
  const text = await page.text();
  const onward = text.replace(/<html/, `$&${IS_HELD}`).replace(/\bdata-now="([^"]+)"/, (_, now) => `data-now="${new Date(Date.parse(now) + gone).toISOString()}"`);
  return new Response(onward, { headers: page.headers });
}

// One page after the other: the person answers meanwhile.
async function holdAttempt({ owner, attempt, pages }) {
  const name = `${PAGES}${owner}/${attempt}`;
  await drop((other) => !other.startsWith(`${PAGES}${owner}/`));
  const cache = await caches.open(name);
  for (const path of pages) {
    if (await cache.match(path)) continue;
    const page = await fetch(path, { redirect: "manual" }).catch(() => null);
    if (!page?.ok) return;
    await holdPage(cache, path, page);
  }
}

addEventListener("message", (event) => {
  if (event.data.type === "hold") event.waitUntil(holdAttempt(event.data));
});

/** Do what an answer of the academy says about the pages that are held. */
async function learn(path, answer) {
  const [, , attempt] = path.split("/");
  const isOf = (name) => name.endsWith(`/${attempt}`);
  if ([401, 403, 404].includes(answer.status)) return drop(isOf);
  const name = (await holders()).find(isOf);
  const cache = name && (await caches.open(name));
  if (cache && answer.ok && (await cache.match(path))) await holdPage(cache, path, answer);
  return undefined;
}

/** A page comes from the academy. Where that does not answer in time, or only that it is broken, from this device. */
async function page(event) {
  const { pathname } = new URL(event.request.url);
  const network = fetch(event.request).then((answer) => {
    event.waitUntil(learn(pathname, answer.clone()));
    return answer;
  });
  const answer = await Promise.race([network.catch(() => null), after(PATIENCE)]);
  if (answer && answer.status < 500) return answer;
  return (await held(pathname)) ?? network.catch(() => caches.match(OFFLINE));
}

async function part(request) {
  return (await caches.match(request.url.split("#")[0])) ?? fetch(request);
}

/** A form that cannot be sent leads back to the page where the answers can be sealed. */
async function form(event) {
  const { pathname } = new URL(event.request.url);
  return fetch(event.request).catch(() => Response.redirect(`/attempts/${pathname.split("/")[2]}/check`, 303));
}

async function signOut(event) {
  await drop();
  return fetch(event.request);
}

addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (origin !== location.origin) return;
  const isNavigation = event.request.mode === "navigate";
  if (isNavigation && pathname === "/sign-out") event.respondWith(signOut(event));
  else if (isNavigation && event.request.method === "GET") event.respondWith(page(event));
  else if (isNavigation) event.respondWith(form(event));
  else if (isShell(pathname)) event.respondWith(part(event.request));
});
