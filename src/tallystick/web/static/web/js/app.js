// What the pages gain from script. Every act works without it.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("scripted");

  // "/" goes to the search field, Escape and a click elsewhere close menus.
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const search = document.querySelector("[data-search]");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    }
    if (event.key === "Escape") closeMenus(null);
  });
  document.addEventListener("click", (event) => closeMenus(event.target));

  // Chips scroll sideways on a phone: the one with the focus is shown whole, where browsers are
  // content with a part of it.
  document.addEventListener("focusin", (event) => {
    if (event.target.closest("nav.chips")) {
      event.target.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  });

  function closeMenus(target) {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (target && menu.contains(target)) continue;
      if (!target && menu.contains(document.activeElement)) menu.querySelector("summary").focus();
      menu.open = false;
    }
  }

  // The one dialog: htmx puts a question into it, any [data-close] puts it away.
  document.addEventListener("htmx:afterSwap", (event) => {
    const dialog = event.detail.target;
    if (dialog.id === "dialog" && !dialog.open) dialog.showModal();
  });
  document.addEventListener("click", (event) => {
    const dialog = event.target.closest("dialog");
    const away = event.target === dialog || event.target.closest("[data-close]");
    if (!dialog || !away) return;
    event.preventDefault();
    dialog.close();
  });

  // Lists: how many rows are ticked; the first box ticks all.
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (!form || !form.matches("[data-bulk]")) return;
    if (event.target.matches("[data-tick-all]")) {
      for (const box of ticks(form)) box.checked = event.target.checked;
    }
    countTicks(form);
  });

  function ticks(form) {
    return form.querySelectorAll('input[type="checkbox"][name="id"]');
  }

  function countTicks(form) {
    const all = ticks(form);
    const count = form.querySelectorAll('input[name="id"]:checked').length;
    const matching = form.querySelector('input[name="everything"]');
    const everything = Boolean(matching && matching.checked);
    const master = form.querySelector("[data-tick-all]");
    if (master) {
      master.checked = count > 0 && count === all.length;
      master.indeterminate = count > 0 && count < all.length;
    }
    const bar = form.querySelector(".bulk");
    if (!bar) return;
    bar.classList.toggle("open", count > 0 || everything);
    const shown = everything ? matching.dataset.count : String(count);
    for (const slot of bar.querySelectorAll("[data-count-of-ticks]")) {
      const noun = slot.dataset.noun;
      slot.textContent = noun ? `${shown} ${noun}${shown === "1" ? "" : "s"}` : shown;
    }
  }

  // <button data-copy="id of a field"><span data-copy-word>; without a clipboard the text is marked.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const field = document.getElementById(button.dataset.copy);
    const word = button.querySelector("[data-copy-word]");
    try {
      await navigator.clipboard.writeText(field.value);
      word.textContent = "Copied";
    } catch {
      field.focus();
      field.select();
      word.textContent = "Marked: copy it with your keyboard";
    }
  });

  // Countdowns: <button data-until="2026-01-31T12:00:00Z"><span data-left></span>; the server
  // refuses whoever presses without script.
  setInterval(() => {
    for (const element of document.querySelectorAll("[data-until]")) {
      const seconds = Math.ceil((Date.parse(element.dataset.until) - Date.now()) / 1000);
      const left = element.querySelector("[data-left]");
      if (seconds > 0) {
        const rest = String(seconds % 60).padStart(2, "0");
        element.disabled = true;
        if (left) left.textContent = `${Math.floor(seconds / 60)}:${rest}`;
      } else {
        if (left) left.textContent = "";
        element.disabled = false;
        element.removeAttribute("data-until");
      }
    }
  }, 250);

  // Refreshing: only while somebody looks, and never under their hands.
  const due = new WeakMap();
  setInterval(() => {
    for (const element of document.querySelectorAll("[data-refresh-seconds]")) {
      const next = due.get(element) ?? Date.now() + element.dataset.refreshSeconds * 1000;
      due.set(element, next);
      if (Date.now() < next || busy(element)) continue;
      due.set(element, Date.now() + element.dataset.refreshSeconds * 1000);
      window.htmx.trigger(element, "refresh");
    }
  }, 500);

  function busy(element) {
    return (
      document.hidden ||
      document.querySelector("dialog[open], details.menu[open]") ||
      element.querySelector("input:checked, :focus-visible") ||
      String(window.getSelection())
    );
  }

  document.addEventListener("htmx:load", () => {
    for (const form of document.querySelectorAll("[data-bulk]")) countTicks(form);
  });
})();
