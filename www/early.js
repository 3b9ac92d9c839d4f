// Runs before the first paint, so that an embed never flashes the header or the wrong colors. The page itself sets the
// same attributes again once it has read the query properly.
(() => {
  const query = new URLSearchParams(location.search);
  const root = document.documentElement;
  const theme = query.get("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  if (query.get("embed") === "1") root.dataset.embed = query.has("show") ? "figure" : "page";
  const part = location.hash.slice(1);
  if (["layers", "inside", "emergence", "learn", "about"].includes(part)) root.dataset.part = part;
  if (query.get("height")) root.style.setProperty("--figure-height", `${parseInt(query.get("height"), 10)}px`);
  // A link to another part shows it from its beginning.
  addEventListener("hashchange", () => scrollTo(0, 0));
  if (query.get("hide")) root.dataset.hide = query.get("hide").replaceAll(",", " ");

  // The texts of the few sentences below in the language of the page.
  const wanted = query.get("lang") ?? "auto";
  const language = (wanted === "auto" ? navigator.language : wanted).split("-")[0].toLowerCase();
  const catalog = async () => {
    if (language === "en") return {};
    const response = await fetch(`${document.querySelector("meta[name=texts]").content}${encodeURIComponent(language)}.json`);
    return response.ok ? response.json() : {};
  };

  // A page whose program cannot be loaded or compiled says so; once it runs, it speaks for itself.
  const show = async (sentenceOf) => {
    const status = document.querySelector("#status[data-early]");
    if (!status || root.dataset.state !== "loading") return;
    root.dataset.state = "failed";
    const texts = await catalog().catch(() => ({}));
    const translated = (text) => texts[text] ?? text;
    status.textContent = translated("Stopped");
    const notice = document.createElement("p");
    notice.className = "notice failure";
    notice.textContent = sentenceOf(translated);
    document.querySelector("#notices").append(notice);
    if (parent !== window) parent.postMessage({ type: "emergence-lab:failed", state: "failed", error: notice.textContent }, "*");
  };
  // In a frame without an origin every consequence looks like another cause: modules, workers and storage all need one.
  const sandboxed = self.origin === "null";
  const failed = (reason) =>
    show((translated) => {
      if (sandboxed) return translated("This frame is sandboxed: the page that shows it must add allow-same-origin to the frame's sandbox attribute.");
      const sentence = translated("The page could not be loaded ({reason}). It needs a browser with WebAssembly SIMD; otherwise please reload it.");
      return sentence.replace("{reason}", reason ?? translated("a script is missing"));
    });

  if (sandboxed) addEventListener("DOMContentLoaded", () => failed());
  // A blocked script raises no error.
  addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
    if (!effectiveDirective.startsWith("script-src")) return;
    show((translated) => translated("The page could not be loaded: the content security policy of this site blocks its scripts or WebAssembly."));
  });
  addEventListener("unhandledrejection", ({ reason }) => failed(reason?.message ?? reason));
  addEventListener("error", ({ message, target }) => {
    if (message || target?.localName === "script") failed(message);
  }, true);
})();
