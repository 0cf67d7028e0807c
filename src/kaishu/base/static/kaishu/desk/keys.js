// Keys of the desk. An element with data-key="a" is pressed by that key; "?" shows the list.
// The keys can be switched off, and the choice stays on this computer (WCAG 2.1.4).
(() => {
  "use strict";
  const OFF = "kaishu-keys-off";
  const dialog = document.getElementById("keys");
  const tick = dialog && dialog.querySelector("[data-keys-on]");
  const kept = () => { try { return localStorage.getItem(OFF) === "1"; } catch { return false; } };
  const keep = (off) => { try { localStorage.setItem(OFF, off ? "1" : "0"); } catch { /* private window */ } };
  const all = (root = document) => [...root.querySelectorAll("[data-key]")].filter((one) => one.offsetParent !== null);
  const writes = (one) => one.matches("input:not([type=radio],[type=checkbox],[type=submit],[type=button]), textarea, select, [contenteditable]");

  const list = () => {
    const dl = dialog.querySelector("dl");
    dl.replaceChildren();
    const seen = new Set();
    for (const one of all()) {
      if (seen.has(one.dataset.key)) continue;
      seen.add(one.dataset.key);
      const dt = document.createElement("dt");
      const kbd = document.createElement("kbd");
      kbd.textContent = one.dataset.key.length === 1 ? one.dataset.key.toUpperCase() : one.dataset.key;
      dt.append(kbd);
      const dd = document.createElement("dd");
      dd.textContent = one.dataset.says || one.textContent.trim();
      dl.append(dt, dd);
    }
    tick.checked = !kept();
    dialog.showModal();
  };

  const press = (one) => {
    if (writes(one)) { one.focus(); one.select && one.select(); return; }
    if (one.matches("summary")) {
      one.parentElement.open = !one.parentElement.open;
      const first = one.parentElement.open && one.parentElement.querySelector("input:not([type=hidden]), select");
      (first || one).focus();
      return;
    }
    if (one.matches("input[type=radio]")) { one.checked = true; one.focus(); return; }
    one.click();
  };

  // The panel where the person is comes first, then what stands first on the page.
  const find = (key) => {
    const here = document.activeElement && document.activeElement.closest("form, details, section");
    const fits = (one) => one.dataset.key.toLowerCase() === key;
    return (here && all(here).find(fits)) || all().find(fits);
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const at = event.target;
    if (event.key === "Escape" && at.blur && !(dialog && dialog.open)) { at.blur(); return; }
    if (writes(at) || (dialog && dialog.open) || document.querySelector("dialog[open]")) return;
    if (event.key === "?" && dialog) { event.preventDefault(); list(); return; }
    if (kept() || event.repeat) return;
    if (event.key === "Enter" && at !== document.body) return;
    const one = find(event.key.toLowerCase());
    if (!one) return;
    event.preventDefault();
    press(one);
  });

  if (!dialog) return;
  tick.addEventListener("change", () => keep(!tick.checked));
  for (const button of document.querySelectorAll("[data-keys]")) {
    button.hidden = false;
    button.addEventListener("click", list);
  }
})();
