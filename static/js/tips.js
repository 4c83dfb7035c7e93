// One tooltip for the whole page: terms and formulas show on hover and on focus, Escape hides, the pointer may rest on it.
(() => {
  let shown = null;
  let timer = 0;
  const tip = () => document.getElementById("tip");

  const hide = () => {
    if (shown) shown.removeAttribute("aria-describedby");
    shown = null;
    tip().hidden = true;
  };

  const place = (anchor, box) => {
    const spot = anchor.getBoundingClientRect();
    const left = Math.max(8, Math.min(spot.left, document.documentElement.clientWidth - box.offsetWidth - 8));
    const below = spot.bottom + 6;
    const top = below + box.offsetHeight > window.innerHeight ? spot.top - box.offsetHeight - 6 : below;
    box.style.left = `${left}px`;
    box.style.top = `${Math.max(8, top)}px`;
  };

  const show = (anchor) => {
    clearTimeout(timer);
    if (shown === anchor) return;
    const box = tip();
    box.textContent = anchor.dataset.tip;
    box.hidden = false;
    shown = anchor;
    anchor.setAttribute("aria-describedby", "tip");
    place(anchor, box);
  };

  const later = () => { clearTimeout(timer); timer = setTimeout(hide, 200); };

  document.addEventListener("mouseover", (event) => {
    const anchor = event.target.closest("[data-tip]");
    if (anchor) show(anchor);
    else if (event.target.closest("#tip")) clearTimeout(timer);
    else if (shown && shown !== document.activeElement) later();
  });
  document.addEventListener("focusin", (event) => {
    const anchor = event.target.closest("[data-tip]");
    if (anchor) show(anchor); else if (shown) hide();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && shown) hide(); });
  document.addEventListener("scroll", () => { if (shown) hide(); }, true);
})();
