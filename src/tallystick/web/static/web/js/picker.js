// The picker: a long list of choices that is searched by typing, by keyboard alone or by pointer.
// It stands on a plain <select data-picker>, whose value stays what the form sends, or on an
// <input list data-picker>, whose text does. Without script both are used as the browser has them.
(() => {
  "use strict";
  // More than these are not drawn: typing narrows them.
  const MOST = 500;
  const LEAP = 10;
  // Milliseconds without a key before options are asked for.
  const PAUSE = 150;
  let made = 0;

  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();

  // Options of a select, or of the datalist that a text field names; groups are told by name.
  function optionsIn(source) {
    return [...source.querySelectorAll("option")].map((option) => {
      const parent = option.parentElement;
      const { code = "", about = "", group = "" } = option.dataset;
      const label = option.textContent.trim();
      const name = option.dataset.name ?? (label || option.value);
      return {
        option,
        value: option.value,
        code,
        name,
        about,
        label: label || option.value,
        group: parent.tagName === "OPTGROUP" ? parent.label : group,
        isGone: "gone" in option.dataset,
        sought: fold(`${code} ${name} ${about}`),
      };
    });
  }

  // How well an option answers what was typed, the best first; none where a word is missing.
  function rank(option, query) {
    const words = query.split(/\s+/);
    if (!words.every((word) => option.sought.includes(word))) return null;
    const [code, name] = [fold(option.code), fold(option.name)];
    if (code === query || name === query) return 0;
    if (code.startsWith(query)) return 1;
    if (name.startsWith(query)) return 2;
    return words.every((word) => ` ${option.sought}`.includes(` ${word}`)) ? 3 : 4;
  }

  class Picker {
    constructor(control) {
      this.control = control;
      this.isSelect = control.tagName === "SELECT";
      this.noun = control.dataset.noun || "choice";
      this.isFree = "free" in control.dataset;
      this.key = `picker-${(made += 1)}`;
      this.shown = [];
      this.active = -1;
      this.hasTyped = false;
      this.field = control.closest(".picker") || this.wrap();
      this.input = this.isSelect ? this.standIn() : this.takeOver();
      this.listen();
      this.sync();
    }

    wrap() {
      const field = document.createElement("span");
      field.className = "picker";
      this.control.before(field);
      field.append(this.control);
      return field;
    }

    // A text field in the place of the select, with its name, its help and its label.
    standIn() {
      const { control } = this;
      const input = document.createElement("input");
      input.type = "text";
      input.className = control.className;
      for (const { name, value } of [...control.attributes]) {
        if (!name.startsWith("aria-")) continue;
        input.setAttribute(name, value);
        control.removeAttribute(name);
      }
      if (control.id) {
        input.id = control.id;
        control.id = `${control.id}-value`;
      }
      input.required = control.required;
      control.required = false;
      input.disabled = control.disabled;
      control.before(input);
      if (document.activeElement === control) input.focus();
      control.hidden = true;
      // Of the typing itself nobody else needs to know: the select tells what was chosen.
      for (const kind of ["input", "change"]) {
        input.addEventListener(kind, (event) => event.stopPropagation());
      }
      return input;
    }

    takeOver() {
      const { control } = this;
      this.source = control.getAttribute("list");
      control.removeAttribute("list");
      return control;
    }

    listen() {
      const { input } = this;
      input.setAttribute("role", "combobox");
      input.setAttribute("aria-autocomplete", "list");
      input.setAttribute("aria-expanded", "false");
      input.setAttribute("aria-haspopup", "listbox");
      input.autocomplete = "off";
      input.spellcheck = false;
      input.addEventListener("input", () => this.type());
      input.addEventListener("keydown", (event) => this.press(event));
      input.addEventListener("focus", () => input.select());
      input.addEventListener("blur", () => this.leave());
      input.addEventListener("click", () => (this.isOpen ? null : this.open()));
    }

    get isOpen() {
      return Boolean(this.popup && !this.popup.hidden);
    }

    get options() {
      const source = this.isSelect ? this.control : document.getElementById(this.source);
      return source ? optionsIn(source) : [];
    }

    // What stands chosen now, of a select.
    get chosen() {
      return this.isSelect ? this.control.selectedOptions[0] : null;
    }

    // Show in the field what is chosen.
    sync() {
      if (!this.isSelect) return;
      const { chosen, input } = this;
      const empty = this.control.querySelector('option[value=""]');
      input.placeholder = empty ? empty.textContent.trim() : "";
      input.value = chosen && chosen.value ? chosen.textContent.trim() : "";
      this.field.toggleAttribute("data-gone", Boolean(chosen && "gone" in chosen.dataset));
      this.hasTyped = false;
    }

    makePopup() {
      const popup = document.createElement("div");
      popup.className = "picker-panel";
      popup.hidden = true;
      const list = document.createElement("div");
      list.id = `${this.key}-list`;
      list.className = "picker-list";
      list.setAttribute("role", "listbox");
      list.setAttribute("aria-label", this.labelText());
      const said = document.createElement("p");
      said.className = "picker-said";
      said.setAttribute("role", "status");
      popup.append(list, said);
      // The field keeps the focus, whatever of the panel is pressed.
      popup.addEventListener("pointerdown", (event) => event.preventDefault());
      popup.addEventListener("mousedown", (event) => event.preventDefault());
      popup.addEventListener("click", (event) => {
        const row = event.target.closest('[role="option"]');
        if (row) this.choose(this.shown[Number(row.dataset.place)]);
      });
      this.field.append(popup);
      Object.assign(this, { popup, list, said });
    }

    labelText() {
      const label = this.input.labels && this.input.labels[0];
      return this.input.getAttribute("aria-label") || (label ? label.textContent.trim() : this.noun);
    }

    open() {
      if (this.input.disabled || this.input.readOnly) return;
      if (!this.popup) this.makePopup();
      this.popup.hidden = false;
      this.input.setAttribute("aria-expanded", "true");
      this.input.setAttribute("aria-controls", this.list.id);
      this.draw();
      this.place();
    }

    close() {
      if (!this.isOpen) return;
      this.popup.hidden = true;
      this.active = -1;
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-controls");
      this.input.removeAttribute("aria-activedescendant");
    }

    // Above the field where there is no room below it, and never beyond the page's end.
    place() {
      const [field, panel] = [this.field.getBoundingClientRect(), this.popup.getBoundingClientRect()];
      const below = window.innerHeight - field.bottom;
      this.popup.toggleAttribute("data-above", below < panel.height && field.top > below);
      const width = document.documentElement.clientWidth;
      this.popup.toggleAttribute("data-end", field.left + panel.width > width);
    }

    matching() {
      const offered = this.options.filter((one) => !one.isGone);
      const query = this.hasTyped ? fold(this.input.value) : "";
      // An answer fits what was asked for, by more than the page shows, such as an address.
      if (!query || (this.address && this.answered === query)) return offered;
      const ranked = offered
        .filter((one) => one.value)
        .map((one, place) => ({ one, place, rank: rank(one, query) }))
        .filter((found) => found.rank !== null);
      ranked.sort((a, b) => a.rank - b.rank || a.place - b.place);
      return ranked.map((found) => found.one);
    }

    draw() {
      const found = this.matching();
      this.shown = found.slice(0, MOST);
      const query = this.hasTyped ? fold(this.input.value) : "";
      const now = this.isSelect ? this.control.value : this.input.value;
      const rows = document.createDocumentFragment();
      let into = rows;
      let group = "";
      this.shown.forEach((one, place) => {
        // What was typed for is ordered by how well it fits, across the groups.
        if (!query && one.group !== group) {
          group = one.group;
          into = group ? this.groupOf(group, rows, place) : rows;
        }
        into.append(this.rowOf(one, place, one.value === now));
      });
      this.list.replaceChildren(rows);
      this.said.textContent = this.told(found);
      const standing = this.shown.findIndex((one) => one.value === now);
      this.point(query ? this.first(query) : now || this.isSelect ? standing : -1);
    }

    // The first row is pointed at while one types; of a free text only what is typed to its end.
    first(query) {
      if (!this.shown.length) return -1;
      if (!this.isFree) return 0;
      return this.shown.findIndex((one) => fold(one.value) === query || fold(one.code) === query);
    }

    groupOf(name, rows, place) {
      const group = document.createElement("div");
      const title = document.createElement("div");
      group.setAttribute("role", "group");
      title.id = `${this.key}-group-${place}`;
      title.className = "picker-group";
      title.textContent = name;
      group.setAttribute("aria-labelledby", title.id);
      group.append(title);
      rows.append(group);
      return group;
    }

    rowOf(one, place, isChosen) {
      const row = document.createElement("div");
      row.id = `${this.key}-${place}`;
      row.className = "picker-option";
      row.dataset.place = place;
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", "false");
      row.toggleAttribute("data-chosen", isChosen);
      for (const part of ["code", "name", "about"]) {
        if (!one[part]) continue;
        const span = document.createElement("span");
        span.className = `picker-${part}`;
        span.textContent = one[part];
        if (row.hasChildNodes()) row.append(" ");
        row.append(span);
      }
      return row;
    }

    told(found) {
      const many = (count) => `${count.toLocaleString("en")} ${this.noun}${count === 1 ? "" : "s"}`;
      const count = found.filter((one) => one.value).length;
      if (this.address && this.hasTyped && this.answered !== fold(this.input.value)) return "Looking";
      if (!count) {
        const typed = this.input.value.trim();
        const kept = this.isFree && typed ? " It is taken as you typed it." : "";
        return typed ? `No ${this.noun} fits that.${kept}` : `No ${this.noun} to choose from.`;
      }
      if (this.address) return `${many(count)} shown. Type to find others.`;
      if (found.length > MOST) return `The first ${MOST} of ${many(count)}. Type to find others.`;
      return many(count);
    }

    point(place) {
      const rows = this.list.querySelectorAll('[role="option"]');
      rows[this.active]?.setAttribute("aria-selected", "false");
      this.active = place;
      const row = rows[place];
      if (!row) {
        this.input.removeAttribute("aria-activedescendant");
        this.list.scrollTop = 0;
        return;
      }
      row.setAttribute("aria-selected", "true");
      this.input.setAttribute("aria-activedescendant", row.id);
      if (place === 0) this.list.scrollTop = 0;
      else row.scrollIntoView({ block: "nearest" });
    }

    move(by) {
      const last = this.shown.length - 1;
      if (last < 0) return;
      const from = this.active < 0 ? (by > 0 ? -1 : last + 1) : this.active;
      const to = from + by;
      if (Math.abs(by) === 1) this.point(to > last ? 0 : to < 0 ? last : to);
      else this.point(Math.max(0, Math.min(last, to)));
    }

    type() {
      this.hasTyped = true;
      if (this.isOpen) this.draw();
      else this.open();
      this.ask();
    }

    // Where the page holds only some of the options: the address that knows them all.
    get address() {
      const source = this.isSelect ? null : document.getElementById(this.source);
      return source ? source.dataset.options : "";
    }

    // Ask for those that fit, once the typing rests; only the last answer counts.
    ask() {
      clearTimeout(this.asking);
      if (!this.address) return;
      this.asking = setTimeout(async () => {
        const text = this.input.value;
        const address = new URL(this.address, document.baseURI);
        address.searchParams.set("q", text.trim());
        try {
          const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" } });
          if (!answer.ok || text !== this.input.value) return;
          document.getElementById(this.source).innerHTML = await answer.text();
          this.answered = fold(text);
        } catch {
          return; // What stands there stays; what was typed is looked up when it is saved.
        }
        if (this.isOpen) this.draw();
      }, PAUSE);
    }

    press(event) {
      if (event.isComposing || event.ctrlKey || event.metaKey) return;
      const { key } = event;
      if (key === "ArrowDown" || key === "ArrowUp") {
        event.preventDefault();
        if (key === "ArrowUp" && event.altKey) return this.giveUp();
        if (this.isOpen) return this.move(key === "ArrowDown" ? 1 : -1);
        this.open();
        if (this.active < 0) this.point(key === "ArrowDown" ? 0 : this.shown.length - 1);
      } else if (this.isOpen) {
        this.pressOpen(event, key);
      }
    }

    pressOpen(event, key) {
      const pointed = this.shown[this.active];
      if (key === "PageDown" || key === "PageUp") {
        event.preventDefault();
        this.move(key === "PageDown" ? LEAP : -LEAP);
      } else if (key === "Enter") {
        if (pointed) {
          event.preventDefault();
          this.choose(pointed);
        } else if (this.isSelect) event.preventDefault();
        else this.close();
      } else if (key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        this.giveUp();
      } else if (key === "Tab" && this.isSelect && this.hasTyped && this.input.value && pointed) {
        this.choose(pointed);
      }
    }

    giveUp() {
      this.close();
      this.sync();
      if (this.isSelect) this.input.select();
    }

    leave() {
      const { control } = this;
      const empties = this.isSelect && this.hasTyped && !this.input.value.trim();
      if (empties && control.value && control.querySelector('option[value=""]')) this.set("");
      this.close();
      this.sync();
    }

    choose(one) {
      this.close();
      this.set(one.value);
      this.sync();
      this.input.select();
    }

    set(value) {
      const { control } = this;
      if (control.value === value) return;
      control.value = value;
      if (!this.isSelect) this.hasTyped = false;
      control.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  const pickers = new WeakMap();

  function everyPicker(root) {
    return [...(root.matches?.("[data-picker]") ? [root] : []), ...root.querySelectorAll("[data-picker]")];
  }

  function equip(root) {
    for (const control of everyPicker(root)) {
      if (!pickers.has(control)) pickers.set(control, new Picker(control));
    }
  }

  // What a browser brings back, or a form puts back, is shown as it stands.
  function syncAll() {
    for (const control of everyPicker(document)) pickers.get(control)?.sync();
  }

  equip(document);
  document.addEventListener("htmx:load", (event) => equip(event.detail.elt));
  document.addEventListener("reset", () => setTimeout(syncAll));
  window.addEventListener("pageshow", syncAll);
})();
