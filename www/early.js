// Runs before the first paint, so that an embed never flashes the header or the wrong colours. The page itself sets the
// same attributes again once it has read the query properly.
(() => {
  const query = new URLSearchParams(location.search);
  const root = document.documentElement;
  const theme = query.get("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  if (query.get("embed") === "1") root.dataset.embed = "";
  if (query.get("hide")) root.dataset.hide = query.get("hide").replaceAll(",", " ");
})();
