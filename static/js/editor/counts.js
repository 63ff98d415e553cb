// How long the text is, as a Japanese desk counts: characters without Markdown's marks and white space.
import {filled} from "./requests.js";

const NOT_READ = [
  [/^[ \t]*(?:```|~~~).*$/gm, ""],
  [/^[ \t]*\|?[ \t]*:?-{3,}:?[ \t]*(?:\|[ \t]*:?-{3,}:?[ \t]*)*\|?[ \t]*$/gm, ""], // below a table's head
  [/^[ \t]*(?:[-*_][ \t]*){3,}$/gm, ""],
  [/^[ \t]*\{:[^}\n]*\}[ \t]*$/gm, ""],
  [/^((?:[ \t]*>)+)/gm, ""],
  [/^[ \t]*(?:#{1,6}[ \t]+|(?:[-*+]|\d+[.)])[ \t]+(?:\[[ xX]\][ \t]+)?|\[\^[^\]\n]+\]:)/gm, ""],
  [/!\[[^\]\n]*\]\([^)\n]*\)/g, ""],
  [/\[\^[^\]\n]+\]/g, ""],
  [/\[([^\]\n]*)\]\([^)\n]*\)/g, "$1"],
  [/<(?:https?:[^>\s]+|\/?[a-zA-Z][^>]*)>/g, ""],
  [/\*\*|~~|`|(?<![\w\\])[*_](?=\S)|(?<=\S)[*_](?!\w)/g, ""],
  [/^[ \t]*\|(.*?)\|?[ \t]*$/gm, (_, cells) => cells.replaceAll("|", "")],
  [/\\(?=[!-/:-@[-`{-~])/g, ""],
  [/\s/g, ""],
];

export function characters(markdown) {
  const text = NOT_READ.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), markdown);
  return [...text].length;
}

const WAIT = 250;
const digits = new Intl.NumberFormat(document.documentElement.lang || "ja");

export class Counts {
  constructor({root, area, texts}) {
    this.area = area;
    this.texts = texts;
    const part = (name) => root.querySelector(`.editor-${name}`);
    [this.total, this.selection, this.time, this.alts] = ["count", "selection", "minutes", "alts"].map(part);
    area.addEventListener("input", () => this.schedule());
    document.addEventListener("selectionchange", () => { if (document.activeElement === area) this.schedule(); });
    this.alts.addEventListener("click", () => this.goToNextPicture());
    this.count();
  }

  schedule() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.count(), WAIT);
  }

  count() {
    const {value, selectionStart, selectionEnd} = this.area;
    if (value !== this.counted) {
      this.total.textContent = filled(this.texts.textCharacters, {count: digits.format(characters(value))});
      this.counted = value;
    }
    const selected = value.slice(selectionStart, selectionEnd);
    this.selection.textContent = selected.trim()
      ? filled(this.texts.textSelected, {count: digits.format(characters(selected))}) : "";
  }

  minutes(count) {
    this.time.textContent = filled(this.texts.textMinutes, {count});
  }

  // A picture may have got its text from the library, so the page knows and not the Markdown.
  pictures(article) {
    const missing = [...article.querySelectorAll("img")].filter((picture) => !picture.alt.trim());
    this.missing = missing.map((picture) => decodeURIComponent(picture.getAttribute("src")));
    this.alts.hidden = !missing.length;
    this.alts.textContent = filled(this.texts.textAltMissing, {count: missing.length});
  }

  goToNextPicture() {
    const {value, selectionEnd} = this.area;
    const places = [...value.matchAll(/!\[\s*\]\(([^)\s]+)[^)]*\)/g)]
      .filter((match) => this.missing.includes(decodeURIComponent(match[1])))
      .map((match) => match.index + 2);
    const place = places.find((each) => each > selectionEnd) ?? places[0];
    if (place === undefined) return;
    this.area.blur(); // focusing it anew scrolls to the caret
    this.area.setSelectionRange(place, place);
    this.area.focus();
  }
}

// Beside a field with a length that is good to keep to.
export function guideLengths(texts) {
  for (const field of document.querySelectorAll("[data-guide]")) {
    const limit = Number(field.dataset.guide);
    const note = document.createElement("span");
    note.className = "length-guide";
    note.id = `${field.id}_guide`;
    field.after(note);
    field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") ?? ""} ${note.id}`.trim());
    const show = () => {
      const count = [...field.value.trim()].length;
      note.textContent = filled(texts.textGuide, {count: digits.format(count), limit});
      note.classList.toggle("is-over", count > limit);
    };
    field.addEventListener("input", show);
    show();
  }
}
