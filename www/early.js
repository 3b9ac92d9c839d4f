// Runs before the first paint, so that an embed never flashes the header or the wrong colors. The page itself sets the
// same attributes again once it has read the query properly.
(() => {
  const query = new URLSearchParams(location.search);
  const root = document.documentElement;
  const theme = query.get("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  if (query.get("embed") === "1") root.dataset.embed = "";
  if (query.get("hide")) root.dataset.hide = query.get("hide").replaceAll(",", " ");

  // A page whose program cannot be loaded or compiled says so; once it runs, it speaks for itself.
  const failed = (reason) => {
    const status = document.querySelector("#status[data-early]");
    if (!status || root.dataset.state !== "loading") return;
    root.dataset.state = "failed";
    status.textContent = "Stopped";
    const notice = document.createElement("p");
    notice.className = "notice failure";
    notice.textContent = `The page could not be loaded (${reason}). It needs a browser with WebAssembly SIMD; otherwise please reload it.`;
    document.querySelector("#notices").append(notice);
  };
  addEventListener("unhandledrejection", ({ reason }) => failed(reason?.message ?? reason));
  addEventListener("error", ({ message, target }) => {
    if (message || target?.localName === "script") failed(message ?? "a script is missing");
  }, true);
})();
