// The library as a dialog beside the choice of a cover. Without this script there is the plain choice.
"use strict";
{
  const $ = django.jQuery;
  const WAIT = 250; // milliseconds after the last key

  class Library {
    constructor(root) {
      this.select = root.querySelector("select");
      this.dialog = root.querySelector("dialog");
      this.texts = this.dialog.dataset;
      const find = (name) => this.dialog.querySelector(`.${name}`);
      [this.search, this.grid, this.status, this.more, this.file, this.alt, this.error] =
        ["library-search", "library-grid", "library-status", "library-more", "library-file", "library-alt", "upload-error"].map(find);
      const opener = root.querySelector(".open-library");
      opener.hidden = false;
      opener.addEventListener("click", () => this.open());
      find("close-library").addEventListener("click", () => this.dialog.close());
      this.dialog.addEventListener("close", () => opener.focus());
      this.dialog.addEventListener("click", (event) => { if (event.target === this.dialog) this.dialog.close(); });
      // The dialog stands inside the post's form: what is typed here is no edit of the post, and Enter would
      // save it.
      for (const name of ["input", "change"]) this.dialog.addEventListener(name, (event) => event.stopPropagation());
      this.dialog.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
      });
      this.search.addEventListener("input", (event) => { if (!event.isComposing) this.schedule(); });
      this.search.addEventListener("compositionend", () => this.schedule());
      this.more.addEventListener("click", () => this.load(this.next));
      this.grid.addEventListener("click", (event) => {
        const button = event.target.closest("button");
        if (button) this.choose({id: button.value, text: button.textContent});
      });
      this.grid.addEventListener("keydown", (event) => this.move(event));
      find("library-send").addEventListener("click", () => this.upload());
    }

    open() {
      this.dialog.showModal();
      this.search.focus();
      this.load(1);
    }

    schedule() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.load(1), WAIT);
    }

    async load(page) {
      this.running?.abort();
      const running = this.running = new AbortController();
      const query = new URLSearchParams({q: this.search.value, page});
      try {
        const answer = await this.ask(`${this.texts.choices}?${query}`, {signal: running.signal});
        const items = answer.results.map((picture) => this.item(picture));
        if (page === 1) this.grid.replaceChildren(...items);
        else this.grid.append(...items);
        this.next = answer.next;
        this.more.hidden = !answer.next;
        const count = this.grid.children.length;
        this.status.textContent = count ? `${this.texts.textFound} ${count}` : this.texts.textNone;
        if (page > 1) items[0]?.querySelector("button").focus();
      } catch (error) {
        if (error.name !== "AbortError") this.status.textContent = error.message;
      }
    }

    // A page instead of JSON says that the session is gone.
    async ask(address, options) {
      let response;
      try {
        response = await fetch(address, {...options, headers: {Accept: "application/json"}});
      } catch (error) {
        if (error.name === "AbortError") throw error;
        throw new Error(this.texts.textFailed);
      }
      const isJson = (response.headers.get("Content-Type") || "").startsWith("application/json");
      if (!isJson) throw new Error(response.status < 500 ? this.texts.textSignedOut : this.texts.textFailed);
      const answer = await response.json();
      if (!response.ok) throw new Error(Object.values(answer).flat().join(" "));
      return answer;
    }

    item(picture) {
      const image = document.createElement("img");
      Object.assign(image, {src: picture.thumbnail, alt: "", loading: "lazy"});
      const name = document.createElement("span");
      name.textContent = picture.text;
      const button = document.createElement("button");
      Object.assign(button, {type: "button", value: picture.id});
      button.setAttribute("aria-pressed", String(this.select.value === String(picture.id)));
      button.append(image, name);
      const item = document.createElement("li");
      item.append(button);
      return item;
    }

    move(event) {
      const step = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: this.columns(), ArrowUp: -this.columns()}[event.key];
      const buttons = [...this.grid.querySelectorAll("button")];
      const target = step && buttons[buttons.indexOf(document.activeElement) + step];
      if (!target) return;
      event.preventDefault();
      target.focus();
    }

    columns() {
      return getComputedStyle(this.grid).gridTemplateColumns.split(" ").length;
    }

    choose({id, text}) {
      for (const option of this.select.options) if (option.value === String(id)) option.remove();
      $(this.select).append(new Option(text, id, true, true)).trigger("change");
      this.dialog.close();
    }

    async upload() {
      const [file] = this.file.files;
      if (!file) return this.file.focus();
      this.error.textContent = "";
      if (file.size > Number(this.texts.maxBytes)) {
        this.error.textContent = this.texts.textTooBig;
        return null;
      }
      const body = new FormData();
      const csrf = document.querySelector("input[name=csrfmiddlewaretoken]").value;
      for (const [name, value] of Object.entries({file, alt: this.alt.value, csrfmiddlewaretoken: csrf})) body.append(name, value);
      this.status.textContent = this.texts.textUploading;
      try {
        const picture = await this.ask(this.texts.upload, {method: "POST", body});
        this.file.value = this.alt.value = "";
        this.choose(picture);
      } catch (error) {
        this.error.textContent = error.message;
        this.file.focus();
      }
      this.status.textContent = "";
      return null;
    }
  }

  $(() => {
    for (const root of document.querySelectorAll(".cover-select")) new Library(root);
  });
}
