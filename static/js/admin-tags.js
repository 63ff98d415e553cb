// Suggests the tags that are there already while one is typed (ARIA 1.2 combobox with a list).
"use strict";
{
  const SEPARATORS = /[,、，]/;
  const WAIT = 200;

  class TagSuggestions {
    constructor(input) {
      this.input = input;
      this.list = document.createElement("ul");
      this.list.id = `${input.id}_suggestions`;
      this.list.className = "tag-suggestions";
      this.list.setAttribute("role", "listbox");
      this.list.setAttribute("aria-label", input.dataset.suggestionsLabel);
      this.list.hidden = true;
      input.after(this.list);
      for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"],
        ["aria-controls", this.list.id], ["aria-expanded", "false"]]) input.setAttribute(name, value);
      input.addEventListener("input", (event) => { if (!event.isComposing) this.schedule(); });
      input.addEventListener("compositionend", () => this.schedule());
      input.addEventListener("keydown", (event) => this.key(event));
      input.addEventListener("blur", () => this.close());
      this.list.addEventListener("mousedown", (event) => {
        event.preventDefault();
        const option = event.target.closest("[role=option]");
        if (option) this.accept(option);
      });
    }

    // The name around the caret: where it starts, where it ends, what it is.
    name() {
      const {value, selectionStart: caret} = this.input;
      let start = caret;
      while (start > 0 && !SEPARATORS.test(value[start - 1])) start -= 1;
      let end = caret;
      while (end < value.length && !SEPARATORS.test(value[end])) end += 1;
      return {start, end, text: value.slice(start, caret).trim()};
    }

    schedule() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.suggest(), WAIT);
    }

    async suggest() {
      const {text} = this.name();
      if (!text) return this.close();
      const response = await fetch(`${this.input.dataset.suggestions}&term=${encodeURIComponent(text)}`);
      if (!response.ok || text !== this.name().text || document.activeElement !== this.input) return this.close();
      const chosen = new Set(this.input.value.split(SEPARATORS).map((name) => name.trim()));
      const names = (await response.json()).results.map((result) => result.text);
      return this.open(names.filter((name) => !chosen.has(name)).slice(0, 8));
    }

    open(names) {
      this.list.replaceChildren(...names.map((name, number) => {
        const option = document.createElement("li");
        option.id = `${this.list.id}_${number}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.textContent = name;
        return option;
      }));
      this.list.hidden = !names.length;
      this.input.setAttribute("aria-expanded", String(names.length > 0));
      this.input.removeAttribute("aria-activedescendant");
    }

    close() {
      clearTimeout(this.timer);
      this.open([]);
    }

    key(event) {
      if (event.isComposing || this.list.hidden) return;
      const active = this.list.querySelector("[aria-selected=true]");
      if (event.key === "ArrowDown") this.move(active?.nextElementSibling ?? this.list.firstElementChild);
      else if (event.key === "ArrowUp") this.move(active?.previousElementSibling ?? this.list.lastElementChild);
      else if (event.key === "Enter" && active) this.accept(active);
      else if (event.key === "Escape") this.close();
      else return;
      event.preventDefault();
    }

    move(option) {
      for (const other of this.list.children) other.setAttribute("aria-selected", String(other === option));
      this.input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({block: "nearest"});
    }

    accept(option) {
      const {start, end} = this.name();
      const name = SEPARATORS.test(option.textContent) ? `"${option.textContent}"` : option.textContent;
      const rest = this.input.value.slice(end);
      this.input.setRangeText(`${start ? " " : ""}${name}${rest ? "" : ", "}`, start, end, "end");
      this.close();
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const input of document.querySelectorAll(".tags-input")) new TagSuggestions(input);
  });
}
