// The text area as the editor's parts see it. Every change passes through the browser's own editing, which
// keeps its undo; nothing changes while an input method composes.

// Keys of an input method: 229 stands for them where `isComposing` comes too late (Safari, UI Events 5.6).
export const composes = (event) => event.isComposing || event.keyCode === 229;

export class Text {
  constructor(area) {
    this.area = area;
    this.composing = false;
    this.waiting = [];
    // Composing in any field counts: a change here would take the focus from it.
    document.addEventListener("compositionstart", () => { this.composing = true; });
    document.addEventListener("compositionend", () => {
      this.composing = false;
      // The input event of the text composed comes after this one in some browsers.
      setTimeout(() => { while (!this.composing && this.waiting.length) this.waiting.shift()(); });
    });
  }

  get value() { return this.area.value; }
  get start() { return this.area.selectionStart; }
  get end() { return this.area.selectionEnd; }
  get selected() { return this.value.slice(this.start, this.end); }

  select(from, to = from) { this.area.setSelectionRange(from, to); }

  // `edit` is {from, to, text, select: [from, to]} or nothing.
  apply(edit) {
    if (!edit || this.composing) return;
    const {from, to, text, select} = edit;
    this.area.focus({preventScroll: true});
    if (from !== to || text) this.#type(from, to, text);
    if (select) this.select(...select);
  }

  // For changes that are nobody's typing: caret, scrolling and focus stay where they are.
  swap(from, to, text) {
    if (this.composing) throw new Error("swap() while composing; use settled()");
    const {area, start, end} = this;
    const {activeElement} = document, {scrollTop} = area;
    const moved = (place) => place <= from ? place : place >= to ? place + text.length - (to - from) : from + text.length;
    area.focus({preventScroll: true});
    this.#type(from, to, text);
    this.select(moved(start), moved(end));
    area.scrollTop = scrollTop;
    if (activeElement !== area) activeElement?.focus({preventScroll: true});
  }

  // Runs `change` now, or as soon as the input method is done.
  settled(change) {
    if (this.composing) this.waiting.push(change);
    else change();
  }

  #type(from, to, text) {
    const {value} = this;
    this.select(from, to);
    const done = document.activeElement === this.area && document.execCommand(text ? "insertText" : "delete", false, text);
    if (done || (from === to && !text)) return;
    this.area.value = value; // in case a part of it was done
    this.area.setRangeText(text, from, to, "end");
    this.area.dispatchEvent(new InputEvent("input", {bubbles: true}));
  }
}
