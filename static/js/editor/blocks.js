// Links, code, tables, footnotes and rules: pure functions from a text and its selection to an edit.

const ADDRESS = /^https?:\/\/[^\s<>]+$/i;
const LINK = /(?<!!)\[[^\]\n]*\]\(([^)\s]*)\)/g;

export const isAddress = (text) => ADDRESS.test(text);
export const escaped = (text) => text.replace(/([\\[\]`*_<])/g, "\\$1");

export function link(value, start, end) {
  const first = value.lastIndexOf("\n", start - 1) + 1;
  for (const match of value.slice(first).split("\n", 1)[0].matchAll(LINK)) {
    const from = first + match.index, to = from + match[0].length;
    // Within a link: its address is what is to be changed.
    if (from <= start && end <= to) return {from: to, to, text: "", select: [to - 1 - match[1].length, to - 1]};
  }
  const text = value.slice(start, end).trim();
  if (isAddress(text)) return {from: start, to: end, text: `[](${text})`, select: [start + 1, start + 1]};
  const whole = `[${text}](https://)`;
  const address = start + text.length + 3;
  return {from: start, to: end, text: whole, select: text ? [address, address + 8] : [start + 1, start + 1]};
}

export function linkTo(address, value, start, end, title = "") {
  const text = `[${value.slice(start, end).trim() || escaped(title)}](${address})`;
  return {from: start, to: end, text, select: [start + text.length, start + text.length]};
}

export function code(value, start, end) {
  const text = value.slice(start, end);
  const line = value.slice(value.lastIndexOf("\n", start - 1) + 1).split("\n", 1)[0];
  if (text.includes("\n") || (!text && !line.trim())) {
    const fence = "`".repeat(Math.max(3, longest(text) + 1));
    const inner = text.replace(/\n$/, "");
    return block(value, start, end, `${fence}\n${inner}\n${fence}`, fence.length + 1, inner.length);
  }
  if (value[start - 1] === "`" && value[end] === "`") {
    return {from: start - 1, to: end + 1, text, select: [start - 1, end - 1]};
  }
  const ticks = "`".repeat(longest(text) + 1);
  const space = text.startsWith("`") || text.endsWith("`") ? " " : "";
  const place = start + ticks.length + space.length;
  return {from: start, to: end, text: ticks + space + text + space + ticks, select: [place, place + text.length]};
}

function longest(text) {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((ticks) => ticks.length));
}

// Cells that were copied from a spreadsheet become the table's.
export function table(value, start, end, column) {
  const text = value.slice(start, end).trim();
  const rows = text.includes("\t")
    ? text.split("\n").map((row) => row.split("\t"))
    : [1, 2, 3].map((row) => [1, 2, 3].map((number) => row === 1 ? column(number) : ""));
  const first = markdownTable(rows);
  return text && !text.includes("\t")
    ? block(value, end, end, first, 2, rows[0][0].length)
    : block(value, start, end, first, 2, rows[0][0].length);
}

export function markdownTable(rows) {
  const width = Math.max(...rows.map((row) => row.length));
  const cells = (row) => Array.from({length: width}, (_, n) => (row[n] ?? "").trim().replaceAll("|", "\\|") || " ");
  const lines = rows.map((row) => `| ${cells(row).join(" | ")} |`);
  lines.splice(1, 0, `|${" --- |".repeat(width)}`);
  return lines.join("\n");
}

export const rule = (value, start, end) => block(value, end, end, "---", 3, 0, true);

// Two edits: the number in the text, and the note at the end of it.
export function footnote(value, end) {
  const used = [...value.matchAll(/\[\^(\d+)\]/g)].map((match) => Number(match[1]));
  const number = Math.max(0, ...used) + 1;
  const mark = `[^${number}]`;
  const before = Math.max(value.trimEnd().length, end) + mark.length;
  const lastLine = value.trimEnd().split("\n").pop();
  const note = `${/^\[\^[^\]]+\]:/.test(lastLine) ? "\n" : "\n\n"}${mark}: `;
  return [
    {from: end, to: end, text: mark, select: [end + mark.length, end + mark.length]},
    {from: before, to: value.length + mark.length, text: note, select: [before + note.length, before + note.length]},
  ];
}

// On lines of its own, with a part of it selected; with `below`, the caret goes to what follows it.
export function block(value, from, to, text, offset, length, below = false) {
  const before = value.slice(0, from), after = value.slice(to);
  const lead = /^$|\n\n$/.test(before) ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const trail = /^$|^\n\n/.test(after) && !(below && !after) ? "" : after.startsWith("\n") ? "\n" : "\n\n";
  const place = from + lead.length + offset + (below ? 2 : 0);
  return {from, to, text: lead + text + trail, select: [place, place + length]};
}
