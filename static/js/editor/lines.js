// Headings, quotations and lists: pure functions from a text and its selection to an edit, or null.

const ITEM = /^([ \t]*)(?:[-*+][ \t]+(?:\[[ xX]\][ \t]+)?|\d+[.)][ \t]+)/;
const LISTS = {
  bullets: {test: /^[ \t]*[-*+][ \t]+(?!\[[ xX]\][ \t])/, marker: () => "- "},
  numbers: {test: /^[ \t]*\d+[.)][ \t]+/, marker: (number) => `${number}. `},
  tasks: {test: /^[ \t]*[-*+][ \t]+\[[ xX]\][ \t]+/, marker: () => "- [ ] "},
};
const LINE = /^((?:[ \t]*>[ \t]?)*)([ \t]*)(?:([-*+])([ \t]+)(\[[ xX]\][ \t]+)?|(\d{1,9})([.)])([ \t]+))?(.*)$/;
const INDENT = "    "; // enough below a number, not too much below a bullet

export function heading(level, value, start, end) {
  const mark = `${"#".repeat(level)} `;
  return onLines(value, start, end, (lines) => {
    const all = lines.some(Boolean) && lines.every((line) => !line || line.startsWith(mark));
    return lines.map((line) => {
      const text = line.replace(/^#{1,6}[ \t]+/, "");
      return all || (!line && lines.length > 1) ? text : mark + text;
    });
  });
}

export function quote(value, start, end) {
  return onLines(value, start, end, (lines) => {
    const all = lines.some(Boolean) && lines.every((line) => line.startsWith(">"));
    return lines.map((line) => all ? line.replace(/^>[ \t]?/, "") : line || lines.length === 1 ? `> ${line}` : ">");
  });
}

export function list(kind, value, start, end) {
  const {test, marker} = LISTS[kind];
  return onLines(value, start, end, (lines) => {
    const all = lines.some((line) => line.trim()) && lines.every((line) => !line.trim() || test.test(line));
    let number = 0;
    return lines.map((line) => {
      if (!line.trim() && lines.length > 1) return line;
      const indent = /^[ \t]*/.exec(line)[0], text = line.replace(ITEM, "$1").slice(indent.length);
      number += 1;
      return all ? indent + text : indent + marker(number) + text;
    });
  });
}

// One step deeper (`by` 1) or back (-1), for the list items among the lines.
export function indent(by, value, start, end) {
  const {from, to} = wholeLines(value, start, end);
  if (!value.slice(from, to).split("\n").some((line) => ITEM.test(line))) return null;
  return onLines(value, start, end, (lines) => lines.map((line) => {
    if (!line.trim()) return line;
    return by > 0 ? INDENT + line : line.replace(/^(?: {1,4}|\t)/, "");
  }));
}

// Enter: the next item of a list or line of a quotation; an empty one ends it.
export function nextLine(value, start, end) {
  if (start !== end) return null;
  const {from, to} = wholeLines(value, start, end);
  const [, quoted, space, bullet, gap, task, number, point, numberGap, text] = LINE.exec(value.slice(from, to));
  const item = bullet || number;
  const length = to - from - text.length;
  if ((!item && !quoted) || start < from + length || inCode(value.slice(0, from))) return null;
  if (!text.trim()) {
    let left = "\n"; // a blank line: what is typed next would go on with the last item
    if (item && space) left = value.slice(from, to).replace(/(?: {1,4}|\t)(?=[-*+\d])/, "");
    else if (item && quoted) left = quoted;
    return {from, to, text: left, select: [from + left.length, from + left.length]};
  }
  let marker = "";
  if (bullet) marker = bullet + gap + (task ? "[ ] " : "");
  else if (number) marker = Number(number) + 1 + point + numberGap;
  const line = `\n${quoted}${space}${marker}`;
  return {from: start, to: start, text: line, select: [start + line.length, start + line.length]};
}

function inCode(before) {
  return (before.match(/^ {0,3}(?:```|~~~)/gm) ?? []).length % 2 === 1;
}

function wholeLines(value, start, end) {
  const last = end > start && value[end - 1] === "\n" ? end - 1 : end;
  const next = value.indexOf("\n", last);
  return {from: value.lastIndexOf("\n", start - 1) + 1, to: next === -1 ? value.length : next};
}

function onLines(value, start, end, change) {
  const {from, to} = wholeLines(value, start, end);
  const lines = value.slice(from, to).split("\n");
  const text = change(lines).join("\n");
  if (start !== end) return {from, to, text, select: [from, from + text.length]};
  const caret = Math.max(from, start + text.length - (to - from));
  return {from, to, text, select: [caret, caret]};
}
