// The dialog that links to another post, found by a part of its title (ARIA 1.2 combobox with a listbox).
import {linkTo} from "./blocks.js";
import {filled, reason} from "./requests.js";
import {composes} from "./text.js";

const WAIT = 200;

export class Posts {
  constructor({root, text, texts}) {
    Object.assign(this, {text, texts});
    this.dialog = root.querySelector(".editor-posts");
    this.input = this.dialog.querySelector("input");
    this.list = this.dialog.querySelector("[role=listbox]");
    this.status = this.dialog.querySelector("[role=status]");
    this.input.addEventListener("input", (event) => { if (!event.isComposing) this.schedule(); });
    this.input.addEventListener("compositionend", () => this.schedule());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.accept(option);
    });
    this.dialog.addEventListener("click", (event) => { if (event.target === this.dialog) this.dialog.close(); });
    this.dialog.addEventListener("close", () => { this.running?.abort(); this.text.area.focus(); });
  }

  open() {
    this.place = [this.text.start, this.text.end];
    this.input.value = this.text.selected.includes("\n") ? "" : this.text.selected.trim();
    this.show([]);
    this.dialog.showModal();
    this.input.select();
    this.search();
  }

  schedule() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.search(), WAIT);
  }

  async search() {
    this.running?.abort();
    const running = this.running = new AbortController();
    const address = `${this.dialog.dataset.address}?${new URLSearchParams({q: this.input.value})}`;
    try {
      const response = await fetch(address, {signal: running.signal});
      const body = await response.text();
      if (!response.ok) {
        this.show([]);
        this.status.textContent = reason(response.status, response.headers.get("Content-Type"), body, this.texts, this.texts.textPageFailed);
        return;
      }
      const {results} = JSON.parse(body);
      this.show(results);
      this.status.textContent = results.length ? filled(this.texts.textPostsFound, {count: results.length}) : this.texts.textNoPosts;
    } catch (error) {
      if (error.name !== "AbortError") this.status.textContent = this.texts.textUploadFailed;
    }
  }

  show(posts) {
    this.found = posts;
    this.list.replaceChildren(...posts.map((post, number) => {
      const option = document.createElement("li");
      option.id = `${this.list.id}_${number}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      if (!post.path) option.setAttribute("aria-disabled", "true");
      const part = (name, text) => Object.assign(document.createElement("span"), {className: name, textContent: text});
      option.append(part("post-title", post.title), " ", part("post-date", post.date || this.texts.textNoAddress), " ",
        part(`state state-${post.state}`, post.state_label));
      return option;
    }));
    this.input.removeAttribute("aria-activedescendant");
    const first = this.list.querySelector("[role=option]:not([aria-disabled])");
    if (first) this.move(first);
  }

  key(event) {
    if (composes(event)) return;
    const options = [...this.list.children];
    const place = options.indexOf(this.active);
    if (event.key === "ArrowDown") this.move(options[place + 1] ?? options[0]);
    else if (event.key === "ArrowUp") this.move(options[place - 1] ?? options.at(-1));
    else if (event.key === "Enter") this.accept(this.active);
    else return; // Escape is the dialog's own
    event.preventDefault();
  }

  get active() { return this.list.querySelector("[aria-selected=true]"); }

  move(option) {
    if (!option) return;
    for (const other of this.list.children) other.setAttribute("aria-selected", String(other === option));
    this.input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({block: "nearest"});
  }

  accept(option) {
    const post = this.found[[...this.list.children].indexOf(option)];
    if (!post?.path) return;
    this.dialog.close();
    // A search may have changed the words in the dialog, never those in the text.
    this.text.apply(linkTo(decodeURI(post.path), this.text.value, ...this.place, post.title));
  }
}
