// Bold, italic, strikethrough: pure functions from a text and its selection to an edit.

const PREFIX = /^[ \t]*(?:>[ \t]?)*[ \t]*(?:(?:[-*+]|\d+[.)])[ \t]+(?:\[[ xX]\][ \t]+)?|#{1,6}[ \t]+)?/;
const LATIN = /[A-Za-z0-9'’-]/;
const PAIRS = {
  "**": /\*\*(.+?)\*\*/g,
  "*": /(?<!\*)\*(?!\*)(.+?)(?<!\*)\*(?!\*)/g,
  "~~": /~~(.+?)~~/g,
};

export function toggleMark(mark, value, start, end) {
  if (value.slice(start, end).includes("\n")) return toggleLines(mark, value, start, end);
  const caret = start === end ? start : null;
  [start, end] = caret === null ? trimmed(value, start, end) : [start, end];
  const size = mark.length;
  if (holds(Math.min(run(value, start - 1, -1, mark[0]), run(value, end, 1, mark[0])), mark)) {
    return unwrapped(value, start - size, end + size, size, caret);
  }
  const inner = value.slice(start, end);
  const inside = Math.min(run(inner, 0, 1, mark[0]), run(inner, inner.length - 1, -1, mark[0]));
  if (inner.length > 2 * size && holds(inside, mark)) return unwrapped(value, start, end, size, caret);
  const pair = around(mark, value, start, end);
  if (pair && caret !== null && caret === pair.to - size) {
    return {from: caret, to: caret, text: "", select: [pair.to, pair.to]}; // at its end: out of it
  }
  if (pair) return unwrapped(value, pair.from, pair.to, size, caret);
  if (caret !== null) [start, end] = word(value, caret);
  const select = caret === null ? [start + size, end + size] : [caret + size, caret + size];
  return {from: start, to: end, text: mark + value.slice(start, end) + mark, select};
}

function unwrapped(value, from, to, size, caret) {
  const text = value.slice(from + size, to - size);
  return {from, to, text, select: caret === null ? [from, from + text.length] : [caret - size, caret - size]};
}

// Marks do not work beside white space; the wide space of Japanese counts.
function trimmed(value, start, end) {
  while (start < end && /\s/.test(value[start])) start += 1;
  while (start < end && /\s/.test(value[end - 1])) end -= 1;
  return [start, end];
}

function run(text, place, step, sign) {
  let length = 0;
  while (text[place + length * step] === sign) length += 1;
  return length;
}

// `***` is bold and italic.
function holds(length, mark) {
  return mark === "*" ? length === 1 || length === 3 : length >= mark.length;
}

function around(mark, value, start, end) {
  const first = value.lastIndexOf("\n", start - 1) + 1;
  const line = value.slice(first).split("\n", 1)[0];
  for (const match of line.matchAll(PAIRS[mark])) {
    const from = first + match.index, to = from + match[0].length;
    if (from + mark.length <= start && end <= to - mark.length) return {from, to};
  }
  return null;
}

// Japanese has no spaces that would say where a word begins.
function word(value, caret) {
  let start = caret, end = caret;
  while (start > 0 && LATIN.test(value[start - 1])) start -= 1;
  while (end < value.length && LATIN.test(value[end])) end += 1;
  return start < caret && caret < end ? [start, end] : [caret, caret];
}

function toggleLines(mark, value, start, end) {
  let place = start;
  const pieces = value.slice(start, end).split("\n").map((line) => {
    const atStart = place === 0 || value[place - 1] === "\n";
    place += line.length + 1;
    const lead = (atStart ? PREFIX.exec(line) : /^\s*/.exec(line))[0];
    const text = line.slice(lead.length).trimEnd();
    return {lead, text, trail: line.slice(lead.length + text.length)};
  });
  const size = mark.length;
  const marked = ({text}) => text.length > 2 * size && text.startsWith(mark) && text.endsWith(mark);
  const filled = pieces.filter(({text}) => text);
  const all = filled.length > 0 && filled.every(marked);
  const text = pieces.map((piece) => {
    let inner = piece.text;
    if (all && inner) inner = inner.slice(size, -size);
    else if (inner && !marked(piece)) inner = mark + inner + mark;
    return piece.lead + inner + piece.trail;
  }).join("\n");
  return {from: start, to: end, text, select: [start, start + text.length]};
}
