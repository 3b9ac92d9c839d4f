// Keeps the page for visits without a network. All files of a build but the page itself have a hash of their contents in their names, so a file
// that is found under its name is the right one, whichever build has kept it, and the page alone decides which build is shown: the one that the site
// has now or, without an answer, the one of this service worker, which is kept whole or not at all. Data sets are not kept here; the training worker
// has them in a cache of its own.
//
// `cargo xtask dist` writes the list. Without one, as in this source, the script removes itself and everything that it has kept: publishing this
// very file in place of the written one is how a site takes the service worker back from all its visitors.
const BUILD = "";
/** What every visit needs: relative addresses with the SHA-256 of their contents. */
const NEEDED = {};
/** What is kept once a visitor has used it. */
const USED = {};

const BASE = new URL("./", self.location.href).href;
/** Other copies of the page may be on the same host. */
const PREFIX = `emergence-lab-page:${new URL(BASE).pathname}:`;
const CACHE = PREFIX + BUILD;
/** Milliseconds that the site may take to answer before the page that is kept is shown. */
const PATIENCE = 4_000;

const pathOf = (address) => (address.startsWith(BASE) ? address.slice(BASE.length) : "");

/** Whether an address is that of the page, whose queries are its own. */
const isPage = (address) => address.startsWith(BASE) && /^(index\.html)?([?#]|$)/.test(pathOf(address));

/** Whether these are the contents of this build. The page has the address of the site filled in, but also the name of its build. */
const belongs = async (path, bytes) => {
  if (path === "") return new TextDecoder().decode(bytes).includes(BUILD);
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...sum].map((byte) => byte.toString(16).padStart(2, "0")).join("") === (NEEDED[path] ?? USED[path]);
};

/** Keeps a file of this build; throws if the response is anything else. */
const store = async (cache, path, response) => {
  const bytes = await response.arrayBuffer();
  if (!response.ok || !(await belongs(path, bytes))) throw new Error(`${path}: not of build ${BUILD}`);
  // Written anew, since a redirected response must not answer a navigation; with its headers, since a policy may come as one.
  const headers = new Headers(response.headers);
  for (const name of ["content-encoding", "content-length", "vary"]) headers.delete(name);
  await cache.put(BASE + path, new Response(bytes, { headers }));
};

const install = async () => {
  await caches.delete(CACHE);
  const cache = await caches.open(CACHE);
  const fetched = (path) => fetch(BASE + path, { cache: "no-cache" });
  try {
    await store(cache, "", await fetched(""));
    // What is the same in this build is not fetched again.
    const obtain = async (path) => store(cache, path, (await caches.match(BASE + path)) ?? (await fetched(path)));
    await Promise.all(Object.keys(NEEDED).map(obtain));
    for (const path of Object.keys(USED)) {
      const used = await caches.match(BASE + path);
      if (used) await store(cache, path, used);
    }
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
};

/** Keeps the former build as well, for pages that are still open, and takes over pages that were loaded without a service worker. */
const activate = async () => {
  // In the order in which they were made; a later build may be waiting already.
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  const outdated = names.slice(0, Math.max(0, names.indexOf(CACHE) - 1));
  await Promise.all(outdated.map((name) => caches.delete(name)));
  await clients.claim();
};

/** The page as the site has it now; the one of this build if the site cannot be reached, is broken or takes too long. */
const page = async (request) => {
  const kept = await caches.match(BASE, { cacheName: CACHE });
  // Not from the browser's own cache, which without a network would show a build of which nothing else may have arrived.
  const asked = fetch(request, { cache: "no-cache" });
  if (!kept) return asked;
  const answered = asked.then(
    (response) => (response.status < 500 ? response : kept),
    () => kept,
  );
  return Promise.race([answered, new Promise((done) => setTimeout(done, PATIENCE, kept))]);
};

/** A file with a hash in its name. */
const file = async (event, path) => {
  const found = await caches.match(BASE + path);
  if (found) return found;
  const response = await fetch(event.request);
  if (path in NEEDED || path in USED) {
    const copy = response.clone();
    const storing = caches.open(CACHE).then((cache) => store(cache, path, copy));
    event.waitUntil(storing.catch(() => {}));
  }
  return response;
};

/** Keeps files that a page has loaded before there was a service worker; what a worker loads, the page does not see. */
const keep = async (paths) => {
  const isGpu = (path) => path.includes("worker_gpu");
  const isLoaded = (path) => paths.includes(path) || (isGpu(path) && paths.some(isGpu));
  const cache = await caches.open(CACHE);
  for (const path of Object.keys(USED).filter(isLoaded)) {
    if (!(await cache.match(BASE + path))) await store(cache, path, await fetch(BASE + path)).catch(() => {});
  }
};

const remove = async () => {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  await Promise.all(names.map((name) => caches.delete(name)));
  await self.registration.unregister();
};

if (BUILD === "") {
  self.addEventListener("install", () => self.skipWaiting());
  self.addEventListener("activate", (event) => event.waitUntil(remove()));
} else {
  self.addEventListener("install", (event) => event.waitUntil(install()));
  self.addEventListener("activate", (event) => event.waitUntil(activate()));
  self.addEventListener("message", (event) => event.waitUntil(keep(event.data.map(pathOf))));
  self.addEventListener("fetch", (event) => {
    const { request } = event;
    // A page that asks past all caches wants to know what the site has.
    if (request.method !== "GET" || ["reload", "no-store"].includes(request.cache)) return;
    const path = pathOf(request.url);
    if (request.mode === "navigate") {
      if (isPage(request.url)) event.respondWith(page(request));
    } else if (/[0-9a-f]{16}/.test(path)) {
      event.respondWith(file(event, path));
    }
  });
}
