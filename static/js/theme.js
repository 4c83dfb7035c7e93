// Runs before the page is painted: the reader's choice of light or dark, else the system's.
(() => {
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const chosen = localStorage.getItem("duewatch-theme");
    document.documentElement.dataset.bsTheme = chosen || (system.matches ? "dark" : "light");
  };
  apply();
  system.addEventListener("change", () => { apply(); document.dispatchEvent(new Event("duewatch:theme")); });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    localStorage.setItem("duewatch-theme", document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark");
    apply();
    document.dispatchEvent(new Event("duewatch:theme"));
  });
})();
