// Small help for server-rendered pages: filters that submit themselves, failed fragments that say so.
document.addEventListener("change", (event) => {
  const field = event.target.closest("select[data-submit]");
  if (field) field.form.requestSubmit();
});

// Empty filters stay out of the address.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-clean]")) return;
  for (const field of event.target.elements) if (field.name && field.value === "") field.disabled = true;
});
window.addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form[data-clean] [name]:disabled")) field.disabled = false;
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// A fragment that did not load leaves a line in its place, with the way on.
const failed = (event) => {
  const target = event.detail.target;
  const words = document.body.dataset.fragmentFailed;
  if (!target || !words) return;
  const line = document.createElement("p");
  line.className = "notice notice-bad";
  line.setAttribute("role", "alert");
  line.textContent = words;
  target.prepend(line);
};
document.addEventListener("htmx:responseError", failed);
document.addEventListener("htmx:sendError", failed);
