// What the page knows about deploys: whether the site has another build by now, how to load that one, and the service worker, which keeps a whole
// build for visits without a network. Needs nothing of the page's program, which calls `isOutdated` and `reload`.
(() => {
  const metaOf = (name) => document.querySelector(`meta[name="${name}"]`)?.content;

  /** The page as the site has it now: under its present address, since what a cache has under that one is what has to be replaced. */
  const published = async (options) => (await fetch(location, options)).text();

  globalThis.emergenceLabDeploy = {
    /** Whether the site has another build of this page; rejects if it does not answer. */
    async isOutdated() {
      const [, now] = /name="build" content="(\w+)"/.exec(await published({ cache: "no-store" })) ?? [];
      return Boolean(now) && now !== metaOf("build");
    },

    /** Loads the page again, in the build that the site has now: it alone has no hash in its address, and names all other files. */
    async reload() {
      await published({ cache: "reload", signal: AbortSignal.timeout(4_000) }).catch(() => {});
      location.reload();
    },
  };

  // No service worker in frames, where browsers keep what it stores apart for every embedding site, nor for visitors who save data. The page of a
  // development server names none.
  const script = metaOf("service-worker");
  const isEmbed = window !== parent || new URLSearchParams(location.search).get("embed") === "1";
  if (!script || isEmbed || !isSecureContext || navigator.connection?.saveData) return;

  const register = async () => {
    await navigator.serviceWorker.register(script);
    const { active } = await navigator.serviceWorker.ready;
    // What was loaded before, and what is still on its way: the service worker does not see it.
    const tell = (list) => active.postMessage(list.getEntries().map(({ name }) => name));
    const observer = new PerformanceObserver(tell);
    observer.observe({ type: "resource", buffered: true });
    setTimeout(() => observer.disconnect(), 10_000);
  };
  const quietly = () => register().catch((error) => console.info(`No offline use: ${error.message}`));
  // After everything that the visitor waits for.
  addEventListener("load", () => (window.requestIdleCallback ?? setTimeout)(quietly));
})();
