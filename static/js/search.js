// Suggestions below a search field while somebody types (ARIA 1.2: combobox with a list of options).
// Without this script, or when it fails, the field is that of a plain form.
"use strict";
{
  const WAIT = 150;

  class Suggestions {
    constructor(input) {
      this.input = input;
      this.labels = input.dataset;
      this.answers = new Map();
      this.list = document.createElement("ul");
      this.list.id = `${input.id}Suggestions`;
      this.list.className = "suggestions";
      this.list.setAttribute("role", "listbox");
      this.list.setAttribute("aria-label", this.labels.suggestionsLabel);
      this.list.hidden = true;
      this.status = document.createElement("span");
      this.status.className = "visually-hidden";
      this.status.setAttribute("role", "status");
      input.parentElement.classList.add("suggesting");
      input.parentElement.append(this.list, this.status);
      for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"],
        ["aria-controls", this.list.id], ["aria-expanded", "false"]]) input.setAttribute(name, value);
      input.addEventListener("input", (event) => { if (!event.isComposing) this.schedule(); });
      input.addEventListener("compositionend", () => this.schedule());
      input.addEventListener("keydown", (event) => this.key(event));
      input.addEventListener("blur", () => this.close());
      this.list.addEventListener("mousedown", (event) => event.preventDefault());
      this.list.addEventListener("click", (event) => {
        const option = event.target.closest("[role=option]");
        if (option) this.follow(option);
      });
    }

    schedule() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.suggest(), WAIT);
    }

    async suggest() {
      const typed = this.input.value.trim();
      if (!typed) return this.close();
      if (!this.answers.has(typed)) {
        this.request?.abort();
        this.request = new AbortController();
        try {
          const address = `${this.labels.suggestions}?q=${encodeURIComponent(typed)}`;
          const response = await fetch(address, {signal: this.request.signal});
          if (response.ok) this.answers.set(typed, (await response.json()).suggestions);
        } catch {
          // Another key was pressed, or the network is gone.
        }
      }
      // What was typed meanwhile has a request of its own.
      if (typed !== this.input.value.trim()) return;
      if (document.activeElement === this.input) this.open(this.answers.get(typed) ?? []);
    }

    open(found) {
      this.list.replaceChildren(...found.map(({kind, text, path}, number) => {
        const option = document.createElement("li");
        option.id = `${this.list.id}${number}`;
        option.dataset.path = path;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        const label = document.createElement("span");
        label.className = "suggestion-kind";
        label.textContent = kind === "tag" ? this.labels.suggestionsTag : this.labels.suggestionsPost;
        option.append(label, text);
        return option;
      }));
      this.list.hidden = !found.length;
      this.input.setAttribute("aria-expanded", String(found.length > 0));
      this.input.removeAttribute("aria-activedescendant");
      this.status.textContent = found.length ? `${this.labels.suggestionsCount}: ${found.length}` : "";
    }

    close() {
      clearTimeout(this.timer);
      if (!this.list.hidden) this.open([]);
    }

    key(event) {
      // While a Japanese word is being composed, the keys belong to the input method.
      if (event.isComposing || event.keyCode === 229 || this.list.hidden) return;
      const active = this.list.querySelector("[aria-selected=true]");
      if (event.key === "ArrowDown") this.move(active ? active.nextElementSibling : this.list.firstElementChild);
      else if (event.key === "ArrowUp") this.move(active ? active.previousElementSibling : this.list.lastElementChild);
      else if (event.key === "Enter" && active) this.follow(active);
      else if (event.key === "Escape") this.close();
      else return;
      event.preventDefault();
    }

    // From the last option down, or from the first up, the way leads back into the field.
    move(option) {
      for (const other of this.list.children) other.setAttribute("aria-selected", String(other === option));
      if (!option) return this.input.removeAttribute("aria-activedescendant");
      this.input.setAttribute("aria-activedescendant", option.id);
      return option.scrollIntoView({block: "nearest"});
    }

    follow(option) {
      this.close();
      window.location.assign(option.dataset.path);
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const facets = document.querySelector(".facets-fold");
    if (facets) facets.open = window.matchMedia("(min-width: 60rem)").matches;
    for (const input of document.querySelectorAll("input[data-suggestions]")) new Suggestions(input);
  });
}
