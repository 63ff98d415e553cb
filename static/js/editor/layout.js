// What is seen: text, preview or both; which preview, how wide; in the page or over the whole window.
import {composes} from "./text.js";
import {memory} from "./requests.js";

const CHOICES = {view: ["write", "split", "read"], preview: ["text", "page"], width: ["desktop", "phone"]};

export class Layout {
  constructor({root, area}) {
    this.root = root;
    for (const part of root.querySelectorAll(".editor-bar, .editor-reading-bar, .editor-foot")) part.hidden = false;
    root.classList.add("is-running");
    root.querySelector(".editor-reading-bar").hidden = !area.dataset.pagePreview; // then there is nothing to choose
    for (const [name, values] of Object.entries(CHOICES)) {
      if (name === "preview" && !area.dataset.pagePreview) continue;
      for (const button of root.querySelectorAll(`[data-set-${name}]`)) {
        button.addEventListener("click", () => this.set(name, button.getAttribute(`data-set-${name}`)));
      }
      const kept = memory.read(name);
      this.set(name, values.includes(kept) ? kept : root.dataset[name]);
    }
    this.full = root.querySelector(".editor-full");
    this.full.addEventListener("click", () => this.fill(!root.classList.contains("is-full")));
    root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || composes(event) || event.defaultPrevented || event.target.closest("dialog")) return;
      if (root.classList.contains("is-full")) this.fill(false);
    });
    this.fill(memory.read("full") === "yes");
  }

  set(name, value) {
    this.root.dataset[name] = value;
    memory.write(name, value);
    for (const button of this.root.querySelectorAll(`[data-set-${name}]`)) {
      button.setAttribute("aria-pressed", String(button.getAttribute(`data-set-${name}`) === value));
    }
    this.changed();
  }

  fill(full) {
    this.root.classList.toggle("is-full", full);
    document.documentElement.classList.toggle("has-full-editor", full);
    this.full.setAttribute("aria-pressed", String(full));
    memory.write("full", full ? "yes" : "no");
    this.changed();
  }

  changed() { this.root.dispatchEvent(new Event("layout")); }
}
