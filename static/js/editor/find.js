// Find and replace. Full width and half width, large and small letters are found alike.
import {filled} from "./requests.js";
import {composes} from "./text.js";

// The text as it is compared, and where each of its characters stands in the original.
function folded(text) {
  let result = "";
  const places = [];
  let place = 0;
  for (const character of text) {
    const plain = character.normalize("NFKC").toLowerCase();
    for (let n = 0; n < plain.length; n += 1) places.push(place);
    result += plain;
    place += character.length;
  }
  places.push(place);
  return {text: result, places};
}

export function findAll(value, wanted) {
  const needle = folded(wanted).text, found = [];
  if (!needle) return found;
  const {text, places} = folded(value);
  for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + needle.length)) {
    const from = places[at];
    let after = at + needle.length;
    while (after < places.length - 1 && places[after] === places[after - 1]) after += 1; // the rest of a ㍿
    found.push({from, to: places[after]});
  }
  return found;
}

export class Find {
  constructor({root, text, texts}) {
    Object.assign(this, {root, text, texts});
    this.bar = root.querySelector(".editor-find");
    this.wanted = this.bar.querySelector(".editor-find-text");
    this.instead = this.bar.querySelector(".editor-replacement");
    this.status = this.bar.querySelector("[role=status]");
    const actions = {
      next: () => this.go(1), previous: () => this.go(-1), replace: () => this.replace(), all: () => this.replaceAll(),
      close: () => this.close(),
    };
    for (const button of this.bar.querySelectorAll("[data-find]")) {
      button.addEventListener("click", actions[button.dataset.find]);
    }
    this.bar.addEventListener("keydown", (event) => {
      if (composes(event)) return;
      if (event.key === "Escape") this.close();
      else if (event.key === "Enter" && event.target === this.wanted) this.go(event.shiftKey ? -1 : 1);
      else if (event.key === "Enter" && event.target === this.instead) this.replace();
      else return;
      event.preventDefault();
    });
  }

  open() {
    this.bar.hidden = false;
    if (this.text.selected && !this.text.selected.includes("\n")) this.wanted.value = this.text.selected;
    this.wanted.focus();
    this.wanted.select();
  }

  close() {
    this.bar.hidden = true;
    this.status.textContent = "";
    this.text.area.focus();
  }

  go(step) {
    const found = findAll(this.text.value, this.wanted.value);
    if (!found.length) {
      this.status.textContent = this.wanted.value ? this.texts.textNotFound : "";
      return;
    }
    let next = step > 0
      ? found.findIndex(({from}) => from >= this.text.end)
      : found.findLastIndex(({to}) => to <= this.text.start);
    if (next === -1) next = step > 0 ? 0 : found.length - 1;
    this.show(found[next]);
    this.status.textContent = filled(this.texts.textFound, {number: next + 1, count: found.length});
  }

  // Focusing the text with its caret there is what scrolls to it; the focus then goes back to the field.
  show({from, to}) {
    const {area} = this.text;
    const {activeElement} = document;
    area.blur();
    area.setSelectionRange(from, from);
    area.focus();
    area.setSelectionRange(from, to);
    activeElement.focus({preventScroll: true});
  }

  replace() {
    const here = findAll(this.text.value, this.wanted.value)
      .find(({from, to}) => from === this.text.start && to === this.text.end);
    if (here) {
      const text = this.instead.value, {activeElement} = document;
      this.text.apply({...here, text, select: [here.from + text.length, here.from + text.length]});
      activeElement.focus({preventScroll: true});
    }
    this.go(1);
  }

  replaceAll() {
    const found = findAll(this.text.value, this.wanted.value);
    if (found.length) {
      // One edit, and so one step of undo.
      const {value} = this.text, from = found[0].from, {to} = found.at(-1);
      let text = "", place = from;
      for (const each of found) {
        text += value.slice(place, each.from) + this.instead.value;
        place = each.to;
      }
      this.text.apply({from, to, text, select: [from, from]});
      this.wanted.focus();
    }
    this.status.textContent = found.length ? filled(this.texts.textReplaced, {count: found.length}) : this.texts.textNotFound;
  }
}
