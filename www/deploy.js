// What the page knows about deploys: whether the site has another build by now, how to load that one, and the service worker, which keeps a whole
// build for visits without a network. Needs nothing of the page's program, which calls `isOutdated` and `reload`.
(() => {
  const metaOf = (page, name) => page.querySelector(`meta[name="${name}"]`)?.content;
  const build = metaOf(document, "build");
  const base = new URL("./", document.baseURI).href;
  /** Milliseconds that loading the files of another build anew may take before the page is simply loaded. */
  const PATIENCE = 20_000;
  /** Names with a hash in them belong to one build alone. */
  const HASHED = /[0-9a-f]{12}/;

  /** The page as the site has it now. Addresses are those of this page, since what a cache has under them is what has to be replaced. */
  const published = async (cache) => {
    const response = await fetch(location.href.split("#")[0], { cache });
    return response.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
  };

  const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

  const registration = async () => (await navigator.serviceWorker?.getRegistration(base)) ?? null;

  /** Replaces in the browser's cache what the present build needs and what this page has loaded under names without a hash. */
  const refresh = async () => {
    const page = await published("reload");
    const needed = [...(page?.querySelectorAll("script[src], link[href]") ?? [])];
    const named = needed.map((element) => new URL(element.getAttribute("src") ?? element.getAttribute("href"), base).href);
    const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
    const plain = loaded.filter((address) => !HASHED.test(address));
    const own = [...named, ...plain].filter((address) => address.startsWith(base) && !address.startsWith(`${base}data/`));
    await Promise.allSettled([...new Set(own)].map((address) => fetch(address, { cache: "reload" })));
  };

  const deploy = (globalThis.emergenceLabDeploy = {
    /** Whether the site has another build of this page; false if it does not answer. */
    async isOutdated() {
      const page = await published("no-store").catch(() => null);
      const now = page && metaOf(page, "build");
      return Boolean(now) && now !== build;
    },

    /** Loads the page again, in the build that the site has now, whatever caches have. */
    async reload() {
      const all = async () => {
        await (await registration())?.unregister();
        await refresh();
      };
      await Promise.race([all().catch(() => {}), wait(PATIENCE)]);
      location.reload();
    },
  });

  // No service worker in frames, where browsers keep what it stores apart for every embedding site, nor for visitors who save data. The page of a
  // development server names none.
  const script = metaOf(document, "service-worker");
  const wanted = script && window === parent && isSecureContext && self.origin !== "null" && !navigator.connection?.saveData;
  if (!wanted || !navigator.serviceWorker) return;

  /**
   * A build that has arrived since the last visit is used from the beginning of this one, before anything can be lost. The service worker is
   * registered anew then: where one took the place of another while the page loads, Chromium has left navigations without an answer.
   */
  const begin = async () => {
    const found = await registration();
    if (!found?.waiting || !(await deploy.isOutdated()) || navigator.userActivation?.hasBeenActive) return false;
    await found.unregister();
    location.reload();
    return true;
  };

  /** Files that were loaded before there was a service worker, among them those of the worker for WebGPU once it computes. */
  const keep = async () => {
    const found = await registration();
    const addresses = performance.getEntriesByType("resource").map(({ name }) => name);
    const gpu = document.documentElement.dataset.backend === "webgpu";
    found?.active?.postMessage({ type: "keep", addresses, gpu });
  };

  /** After everything that the visitor waits for. */
  const register = async () => {
    const found = await navigator.serviceWorker.register(script, { scope: base });
    if (!found) return;
    await navigator.serviceWorker.ready;
    await keep();
    // Browsers look for another build at their leisure.
    await found.update();
    new MutationObserver(() => keep().catch(() => {})).observe(document.documentElement, { attributeFilter: ["data-backend", "lang"] });
  };

  const begun = begin().catch(() => false);
  const quietly = async () => {
    if (await begun) return;
    await register().catch((error) => console.info(`No offline use: ${error.message}`));
  };
  if (new URLSearchParams(location.search).get("embed") === "1") return;
  addEventListener("load", () => (window.requestIdleCallback ?? setTimeout)(quietly));
})();
