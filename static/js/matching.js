// The matching desk by keyboard. Every key presses what is on the page: links, buttons and fields that Tab reaches too.
(() => {
  const SETTING = "duewatch-matching-keys";
  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const isOn = () => localStorage.getItem(SETTING) !== "off";

  // --- amounts: whole minor units, so that nothing is rounded -------------------------------------------------
  const units = (text, digits) => {
    const found = /^(-?)(\d{1,16})(?:\.(\d*))?$/.exec(text.trim());
    if (!found) return 0n;
    const value = BigInt(found[2] + (found[3] || "").padEnd(digits, "0").slice(0, digits));
    return found[1] ? -value : value;
  };
  const plain = (value, digits) => {
    const text = (value < 0n ? -value : value).toString().padStart(digits + 1, "0");
    const whole = text.slice(0, text.length - digits);
    return (value < 0n ? "-" : "") + whole + (digits ? `.${text.slice(text.length - digits)}` : "");
  };
  const shown = (value, digits) => {
    const [whole, part] = plain(value < 0n ? -value : value, digits).split(".");
    const text = whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? `.${part}` : "");
    return value < 0n ? `(${text})` : text;
  };

  const rows = () => all("#items tbody tr");
  const box = (row) => find("input[type=checkbox]", row);
  const paid = (row) => find("input[name^=paid-]", row);
  const off = (row) => find("input[name^=off-]", row);
  const ofPayment = (row) => find("input[name^=used-]", row); // only where the currencies differ
  const used = (row) => (ofPayment(row) || paid(row)).value;
  const digitsOf = (row) => Number(row.dataset.digits);

  const add = () => {
    const form = find("#match[data-amount]");
    if (!form) return;
    const digits = Number(form.dataset.digits);
    let rest = units(form.dataset.amount, digits);
    for (const row of rows()) {
      const isChosen = box(row).checked;
      if (isChosen) rest -= units(used(row), digits);
      const own = digitsOf(row);
      const left = units(row.dataset.open, own) - (isChosen ? units(paid(row).value, own) + units(off(row).value, own) : 0n);
      find("[data-left]", row).textContent = shown(left, own);
    }
    const output = find("#remainder");
    output.value = shown(rest, digits);
    output.classList.toggle("text-worst", rest < 0n);
    return rest;
  };

  const tick = (row) => {
    const digits = Number(find("#match").dataset.digits);
    if (!box(row).checked) {
      paid(row).value = "";
      off(row).value = "";
      if (ofPayment(row)) ofPayment(row).value = "";
    } else if (!paid(row).value) {
      const rest = add();
      const open = units(row.dataset.open, digitsOf(row));
      if (ofPayment(row)) {
        paid(row).value = plain(open, digitsOf(row));
        ofPayment(row).value = plain(rest < 0n ? 0n : rest, digits);
      } else paid(row).value = plain(rest < 0n ? 0n : rest < open ? rest : open, digits);
      const buyer = find("#match-buyer");
      if (!buyer.value) buyer.value = row.dataset.buyer;
    }
    add();
  };

  const charge = () => {
    const row = document.activeElement.closest("#items tbody tr") || rows().find((one) => box(one).checked);
    if (!row) return;
    const digits = digitsOf(row);
    const missing = units(row.dataset.open, digits) - units(paid(row).value, digits);
    if (missing > 0n) off(row).value = plain(missing, digits);
    find("select", row).value = "bank_charge";
    add();
    off(row).focus();
    off(row).select();
  };

  document.addEventListener("change", (event) => {
    if (event.target.matches("#items input[type=checkbox]")) tick(event.target.closest("tr"));
  });
  document.addEventListener("input", (event) => {
    if (!event.target.matches("#items input[name]")) return;
    const row = event.target.closest("tr");
    if (event.target.matches("[name^=paid-]")) box(row).checked = event.target.value.trim() !== "";
    add();
  });

  // --- moving ---------------------------------------------------------------------------------------------------
  const step = (by) => {
    const lines = all("[data-queue] a");
    const here = lines.findIndex((line) => line.getAttribute("aria-current"));
    const next = lines[here + by];
    if (next) next.click();
  };
  const stepItem = (by) => {
    const boxes = all("#items input[type=checkbox]");
    const here = boxes.indexOf(document.activeElement);
    const next = boxes[Math.max(0, Math.min(boxes.length - 1, here + by))];
    if (next) next.focus();
  };
  const focus = (selector) => {
    const field = find(selector);
    if (!field) return;
    field.focus();
    if (field.select) field.select();
  };
  const press = (selector) => {
    const found = find(selector);
    if (found) found.click();
  };

  const isItem = () => document.activeElement.matches("#items input[type=checkbox]");
  const KEYS = {
    j: () => step(1),
    k: () => step(-1),
    ArrowDown: () => (isItem() ? stepItem(1) : step(1)),
    ArrowUp: () => (isItem() ? stepItem(-1) : step(-1)),
    t: () => focus("#items input[type=checkbox]"),
    "/": () => focus("#find-text"),
    b: () => focus("#match-buyer"),
    c: charge,
    i: () => focus("#ignore-reason"),
    u: () => press("[data-undo]"),
    0: () => press("[data-queue] a[aria-current]"),
    "?": () => find("#keys").showModal(),
  };
  for (const number of "12345") KEYS[number] = () => press(`[data-alternative="${number}"]`);

  const isTyping = (element) => element.matches("input:not([type=checkbox]), textarea, select, [contenteditable]");
  const isPressed = (element) => element.matches("a, button, summary");

  document.addEventListener("keydown", (event) => {
    if (!find("#desk") || event.ctrlKey || event.metaKey || event.altKey || find("dialog[open]")) return;
    const here = document.activeElement;
    if (event.key === "Escape" && isTyping(here)) {
      find("#line-title")?.focus();
      return;
    }
    if (isTyping(here)) return;
    if (event.key === "Enter") {
      const isOnDesk = here === document.body || here.closest("#desk, #main") !== null;
      if (isPressed(here) || !isOnDesk) return;
      event.preventDefault();
      press("#accept");
      return;
    }
    const act = KEYS[event.key];
    if (!act || !isOn()) return;
    event.preventDefault();
    act();
  });

  // --- the list of keys, and switching them off -------------------------------------------------------------
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-show-keys]")) find("#keys").showModal();
  });
  document.addEventListener("change", (event) => {
    if (event.target.id === "keys-on") localStorage.setItem(SETTING, event.target.checked ? "on" : "off");
  });
  const settle = () => {
    const current = find("[data-queue] a[aria-current]");
    if (current) current.scrollIntoView({ block: "nearest" });
    add();
  };
  document.addEventListener("DOMContentLoaded", () => {
    find("#keys-on").checked = isOn();
    settle();
  });
  document.addEventListener("htmx:afterSettle", settle);
})();
