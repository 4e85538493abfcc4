// Runs before the first paint, so no page flashes in the wrong theme. The choice is written by src/ui/theme.ts.
(function () {
  var chosen = null;
  try { chosen = localStorage.getItem("hamlet.theme"); } catch { /* storage is off: follow the system */ }
  var dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
