// Buttons and keys of the editor (WAI-ARIA practices: a toolbar is one stop of the Tab key).
import * as blocks from "./blocks.js";
import * as lines from "./lines.js";
import {toggleMark} from "./marks.js";
import {filled} from "./requests.js";
import {composes} from "./text.js";

const MAC = /mac|iphone|ipad/i.test(navigator.userAgentData?.platform ?? navigator.platform);

export class Toolbar {
  constructor(editor) {
    this.editor = editor;
    this.bar = editor.root.querySelector("[role=toolbar]");
    this.buttons = [...this.bar.querySelectorAll("button")];
    this.keys = new Map();
    for (const button of this.buttons) {
      const {command, keys} = button.dataset;
      button.tabIndex = button === this.buttons[0] ? 0 : -1;
      button.addEventListener("mousedown", (event) => event.preventDefault()); // the text keeps its selection
      button.addEventListener("click", () => this.run(command));
      if (!keys) continue;
      this.keys.set(keys, command);
      button.setAttribute("aria-keyshortcuts", `${MAC ? "Meta" : "Control"}+${keys}`);
      button.dataset.tip += ` (${spelt(keys)})`;
    }
    this.bar.addEventListener("keydown", (event) => this.move(event));
    this.bar.addEventListener("focusin", (event) => this.stop(event.target));
    editor.area.addEventListener("keydown", (event) => this.key(event));
    this.help = editor.root.querySelector(".editor-help");
    for (const place of this.help.querySelectorAll("[data-keys]")) {
      place.replaceChildren(...spelt(place.dataset.keys).split("+").map((key) => {
        const cap = document.createElement("kbd");
        cap.textContent = key;
        return cap;
      }));
    }
    this.help.querySelector("[data-close]").addEventListener("click", () => this.help.close());
    this.help.addEventListener("close", () => editor.area.focus());
  }

  move(event) {
    const place = this.buttons.indexOf(document.activeElement);
    const last = this.buttons.length - 1;
    const target = {ArrowRight: place === last ? 0 : place + 1, ArrowLeft: place === 0 ? last : place - 1, Home: 0, End: last}[event.key];
    if (target === undefined) return;
    event.preventDefault();
    this.buttons[target].focus();
  }

  stop(button) {
    for (const other of this.buttons) other.tabIndex = other === button ? 0 : -1;
  }

  key(event) {
    if (composes(event)) return;
    const {text} = this.editor;
    if (event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const edit = lines.nextLine(text.value, text.start, text.end);
      if (!edit) return;
      event.preventDefault();
      text.apply(edit);
      return;
    }
    if (!(MAC ? event.metaKey : event.ctrlKey) || (MAC ? event.ctrlKey : event.metaKey)) return;
    if (event.key === "[" || event.key === "]") {
      event.preventDefault(); // on a Mac they would leave the page
      text.apply(lines.indent(event.key === "]" ? 1 : -1, text.value, text.start, text.end));
      return;
    }
    // Shifted digits have other signs, which differ between keyboards.
    const digit = /^Digit(\d)$/.exec(event.code)?.[1];
    const name = `${event.altKey ? "alt+" : ""}${event.shiftKey ? "shift+" : ""}${digit ?? event.key.toLowerCase()}`;
    const command = this.keys.get(name);
    if (!command || command === "undo" || command === "redo") return; // those are the browser's own
    event.preventDefault();
    this.run(command);
  }

  run(command) {
    const {text, texts} = this.editor;
    if (text.composing) return;
    const place = [text.value, text.start, text.end];
    switch (command) {
      case "bold": return text.apply(toggleMark("**", ...place));
      case "italic": return text.apply(toggleMark("*", ...place));
      case "strike": return text.apply(toggleMark("~~", ...place));
      case "heading2": return text.apply(lines.heading(2, ...place));
      case "heading3": return text.apply(lines.heading(3, ...place));
      case "quote": return text.apply(lines.quote(...place));
      case "bullets": case "numbers": case "tasks": return text.apply(lines.list(command, ...place));
      case "link": return text.apply(blocks.link(...place));
      case "post": return this.editor.posts.open();
      case "picture": return this.editor.pictures.choose();
      case "code": return text.apply(blocks.code(...place));
      case "table": return text.apply(blocks.table(...place, (number) => filled(texts.textColumn, {number})));
      case "footnote": return blocks.footnote(text.value, text.end).forEach((edit) => text.apply(edit));
      case "rule": return text.apply(blocks.rule(...place));
      case "find": return this.editor.find.open();
      case "help": return this.help.showModal();
      default: // undo and redo are the browser's
        text.area.focus();
        return document.execCommand(command);
    }
  }
}

function spelt(keys) {
  const names = MAC ? {shift: "⇧", alt: "⌥"} : {shift: "Shift", alt: "Alt"};
  return [MAC ? "⌘" : "Ctrl", ...keys.split("+").map((key) => names[key] ?? key.toUpperCase())].join("+");
}
