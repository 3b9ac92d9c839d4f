// Keeps the page for visits without a network, always as one build: its files are fetched together, checked against the list below, and used
// only if all of them have arrived. Data sets are not kept here; the training worker has them in a cache of its own.
//
// `cargo xtask dist` writes the list. Without one, as in this source, the script removes itself and everything that it has kept: publishing this
// very file in place of the written one is how a site takes the service worker back from all its visitors.
const BUILD = "";
/** What every visit needs: relative addresses with the SHA-256 of their contents. */
const NEEDED = {};
/** What is kept once a visitor has used it. */
const USED = {};

const PREFIX = "emergence-lab-page:";
const CACHE = PREFIX + BUILD;
const BASE = new URL("./", self.location.href).href;
/** Where a cache keeps which builds were there before its own, and the windows that were open then. */
const FORMER = `${BASE}.former-clients`;

const relative = (address) => (address.startsWith(BASE) ? address.slice(BASE.length) : null);

/** The path of a request for the page itself is empty, with or without `index.html`; queries belong to the page. */
const isPage = (address) => /^(index\.html)?([?#].*)?$/.test(relative(address) ?? "-");

const hexadecimal = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Whether these are the contents of this build. The page has the address of the site filled in, but also the name of its build. */
const belongs = async (path, bytes) => {
  if (path === "./") return new TextDecoder().decode(bytes).includes(BUILD);
  const sum = hexadecimal(await crypto.subtle.digest("SHA-256", bytes));
  return sum === (NEEDED[path] ?? USED[path]);
};

/** Fetches a file of this build; throws if the site does not have it, or has that of another build. */
const fetched = async (path, cache) => {
  const response = await fetch(new URL(path, BASE), { cache });
  if (!response.ok) throw new Error(`${path}: status ${response.status}`);
  const bytes = await response.arrayBuffer();
  if (!(await belongs(path, bytes))) throw new Error(`${path}: not of build ${BUILD}`);
  // Written anew, since a redirected response must not answer a navigation.
  const type = response.headers.get("content-type") ?? "application/octet-stream";
  const headers = { "content-type": type };
  // The policy may come as a header, and a worker has no other.
  const policy = response.headers.get("content-security-policy");
  if (policy) headers["content-security-policy"] = policy;
  return new Response(bytes, { headers });
};

const install = async () => {
  await caches.delete(CACHE);
  const cache = await caches.open(CACHE);
  try {
    await Promise.all(Object.keys(NEEDED).map(async (path) => cache.put(new URL(path, BASE), await fetched(path, "reload"))));
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
};

/** Whether all earlier builds are gone; once so, always so. */
let isAlone = false;

/**
 * Removes earlier builds once the windows that were open when this one took its place are closed: some may be served from there by a worker that
 * is no longer registered. Later builds, which may be waiting for their turn, are none of these.
 */
const tidy = async () => {
  const kept = isAlone ? null : await (await caches.open(CACHE)).match(FORMER);
  if (!kept) return;
  const { names, ids } = await kept.json();
  const living = await clients.matchAll({ includeUncontrolled: true, type: "all" });
  if (ids.some((id) => living.some((client) => client.id === id))) return;
  isAlone = true;
  await Promise.all(names.map((name) => caches.delete(name)));
};

const activate = async () => {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  const living = names.length > 0 ? await clients.matchAll({ includeUncontrolled: true, type: "all" }) : [];
  const ids = living.filter(({ url }) => relative(url) !== null).map(({ id }) => id);
  await (await caches.open(CACHE)).put(FORMER, new Response(JSON.stringify({ names, ids })));
  await tidy();
};

/** Answers with a file of this build. */
const answer = async (request, path) => {
  const cache = await caches.open(CACHE);
  const found = await cache.match(new URL(path, BASE));
  if (found) return found;
  if (path === "./") return fetch(request);
  try {
    const response = await fetched(path, "no-cache");
    await cache.put(new URL(path, BASE), response.clone()).catch(() => {});
    return response;
  } catch {
    // No file is better than one of another build.
    return Response.error();
  }
};

/** Keeps files that a page has loaded before it was served from here. */
const keep = async (addresses, gpu) => {
  const cache = await caches.open(CACHE);
  const loaded = addresses.map((address) => relative(address)).filter((path) => path !== null && Object.hasOwn(USED, path));
  // What a worker loads, the page does not see.
  const paths = [...loaded, ...Object.keys(USED).filter((path) => gpu && path.includes("worker_gpu"))];
  for (const path of new Set(paths)) {
    if (await cache.match(new URL(path, BASE))) continue;
    await fetched(path, "default")
      .then((response) => cache.put(new URL(path, BASE), response))
      .catch(() => {});
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
  self.addEventListener("message", (event) => {
    const { type, addresses, gpu } = event.data ?? {};
    if (type === "keep") event.waitUntil(keep(addresses, gpu));
  });
  self.addEventListener("fetch", (event) => {
    const { request } = event;
    // A page that asks past all caches wants to know what the site has.
    if (request.method !== "GET" || ["reload", "no-store"].includes(request.cache)) return;
    if (request.mode === "navigate") {
      if (!isPage(request.url)) return;
      event.waitUntil(tidy());
      event.respondWith(answer(request, "./"));
      return;
    }
    const path = relative(request.url.split("#")[0]);
    if (Object.hasOwn(NEEDED, path) || Object.hasOwn(USED, path)) event.respondWith(answer(request, path));
  });
}
