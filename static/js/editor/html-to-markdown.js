// What is copied from Word, Google Docs or a web page, as Markdown. It reads an inert document: nothing in
// it loads or runs.
import {markdownTable} from "./blocks.js";

const BLOCKS = new Set(("ADDRESS ARTICLE ASIDE BLOCKQUOTE CENTER DD DETAILS DIV DL DT FIGCAPTION FIGURE FOOTER FORM H1 H2 H3 H4 H5 H6 "
  + "HEADER HR LI MAIN NAV OL P PRE SECTION SUMMARY TABLE UL").split(" "));
const SKIPPED = new Set("BUTTON HEAD IFRAME INPUT META NOSCRIPT OBJECT SCRIPT STYLE SVG TEMPLATE TITLE".split(" "));
const INDENT = "    ";

// The Markdown, or null for what is no more than plain text.
export function htmlToMarkdown(html) {
  // Styles and handlers would be breaches of this page's policy even in a document that is never shown.
  const inert = html.replace(/<style[\s\S]*?<\/style\s*>/gi, "")
    .replace(/<[a-z](?:"[^"]*"|'[^']*'|[^'">])*>/gi, (tag) => tag.replace(/\s(style|on\w+)(?=\s*=)/gi, " data-$1"));
  const {body} = new DOMParser().parseFromString(inert, "text/html");
  const conversion = new Conversion();
  const markdown = conversion.blocks(body).join("\n\n").replace(/\n{3,}/g, "\n\n").trim();
  return conversion.isMarked && markdown ? markdown : null;
}

class Conversion {
  isMarked = false;

  // The blocks of an element, one string each.
  blocks(element) {
    const found = [];
    let inline = [];
    const flush = () => {
      const text = paragraph(inline.map((node) => this.inline(node)).join(""));
      if (text) found.push(text);
      inline = [];
    };
    for (const node of element.childNodes) {
      if (node.nodeType === Node.ELEMENT_NODE && SKIPPED.has(node.tagName)) continue;
      if (isBlock(node)) {
        flush();
        this.block(node, found);
      } else {
        inline.push(node);
      }
    }
    flush();
    return found;
  }

  block(node, found) {
    const heading = /^H([1-6])$/.exec(node.tagName)?.[1];
    if (heading) {
      const text = oneLine(this.children(node, {bold: false}));
      if (text) found.push(this.mark(`${"#".repeat(Math.max(2, heading))} ${text}`));
    } else if (node.tagName === "UL" || node.tagName === "OL") {
      const list = this.list(node);
      if (list) found.push(this.mark(list));
    } else if (node.tagName === "TABLE") {
      this.table(node, found);
    } else if (node.tagName === "BLOCKQUOTE") {
      const inside = this.blocks(node).join("\n\n");
      if (inside) found.push(this.mark(inside.replace(/^/gm, "> ").replace(/^> $/gm, ">")));
    } else if (node.tagName === "PRE") {
      const code = node.textContent.replace(/\n$/, "");
      const fence = code.includes("```") ? "````" : "```";
      found.push(this.mark(`${fence}\n${code}\n${fence}`));
    } else if (node.tagName === "HR") {
      found.push(this.mark("---"));
    } else if (/mso-list:\s*l\d/i.test(node.dataset.style ?? "")) {
      this.wordItem(node, found);
    } else {
      found.push(...this.blocks(node));
    }
  }

  list(element) {
    const items = [];
    let number = Number(element.getAttribute("start")) || 1;
    for (const node of element.children) {
      if (node.tagName === "UL" || node.tagName === "OL") { // Google Docs puts a list into the list
        const inside = this.list(node);
        if (inside) items.push(inside.replace(/^(?=.)/gm, INDENT));
        continue;
      }
      const box = node.querySelector(":scope > input[type=checkbox], :scope > p > input[type=checkbox], :scope > label > input[type=checkbox]");
      const state = box ? (box.checked ? "[x] " : "[ ] ") : "";
      const marker = element.tagName === "OL" ? `${number}. ` : "- ";
      const [first = "", ...rest] = this.blocks(node);
      number += 1;
      if (!first && !rest.length) continue;
      const isList = (text) => /^(?:[-*+]|\d+\.) /.test(text);
      const inside = rest.map((text) => (isList(text) ? "\n" : "\n\n") + text.replace(/^(?=.)/gm, INDENT)).join("");
      items.push(marker + state + first.replace(/\n(?=.)/g, `\n${INDENT}`) + inside);
    }
    return items.join("\n");
  }

  // Word writes a list as paragraphs that say in their style how deep they are.
  wordItem(node, found) {
    const sign = node.querySelector("[data-style*='mso-list:Ignore' i]");
    const number = /^\s*(\d+)[.)．、]/.exec(sign?.textContent ?? "")?.[1];
    const depth = Number(/level(\d+)/i.exec(node.dataset.style)?.[1] ?? 1);
    sign?.remove();
    const item = `${INDENT.repeat(depth - 1)}${number ? `${number}. ` : "- "}${oneLine(this.children(node))}`;
    this.isMarked = true;
    if (this.lastItem !== undefined && this.lastItem === found.at(-1)) found.push(`${found.pop()}\n${item}`);
    else found.push(item);
    this.lastItem = found.at(-1);
  }

  table(element, found) {
    const rows = [...element.rows].map((row) => [...row.cells].flatMap((cell) => [
      oneLine(this.blocks(cell).join(" "), cell.tagName === "TH"), ...Array(Math.max(0, Math.min(cell.colSpan, 50) - 1)).fill(""),
    ]));
    const filledRows = rows.filter((row) => row.some(Boolean));
    if (filledRows.length === 1 && filledRows[0].length === 1) { // a frame around something else
      found.push(...[...element.rows].flatMap((row) => [...row.cells].flatMap((cell) => this.blocks(cell))));
    } else if (filledRows.length) {
      found.push(this.mark(markdownTable(filledRows)));
    }
  }

  children(node, options) {
    return [...node.childNodes].map((child) => this.inline(child, options)).join("");
  }

  inline(node, options = {}) {
    if (node.nodeType === Node.TEXT_NODE) return escapeText(node.data.replace(/[ \t\r\n\u00a0]+/g, " "));
    if (node.nodeType !== Node.ELEMENT_NODE || SKIPPED.has(node.tagName)) return "";
    const style = (node.dataset.style ?? "").toLowerCase();
    if (/display:\s*none|mso-list:\s*ignore/.test(style)) return "";
    switch (node.tagName) {
      case "BR": return "\n";
      case "IMG": return this.picture(node);
      case "CODE": case "KBD": case "SAMP": case "TT": return this.wrapped(node.textContent, "`");
      case "A": return this.link(node, options);
      default:
    }
    let text = this.children(node, options);
    const isBold = /^(?:B|STRONG)$/.test(node.tagName) ? !/font-weight:\s*(?:normal|[1-4]00)/.test(style)
      : /font-weight:\s*(?:bold|[6-9]00)/.test(style);
    const isItalic = /^(?:I|EM)$/.test(node.tagName) ? !/font-style:\s*normal/.test(style) : /font-style:\s*italic/.test(style);
    if (/^(?:S|DEL|STRIKE)$/.test(node.tagName)) text = this.wrapped(text, "~~");
    if (isItalic) text = this.wrapped(text, "*");
    if (isBold && options.bold !== false) text = this.wrapped(text, "**");
    return text;
  }

  link(node, options) {
    const text = this.children(node, options);
    let address;
    try {
      address = new URL(node.getAttribute("href") ?? "");
      // Google Docs counts clicks.
      if (address.hostname === "www.google.com" && address.pathname === "/url") address = new URL(address.searchParams.get("q"));
    } catch {
      return text;
    }
    if (!text.trim() || !["http:", "https:", "mailto:"].includes(address.protocol)) return text;
    const target = address.origin === location.origin ? address.pathname + address.search + address.hash : address.href;
    const written = target.replaceAll("(", "%28").replaceAll(")", "%29");
    return this.around(text, (inner) => this.mark(`[${inner}](${written})`));
  }

  picture(node) {
    const source = node.getAttribute("src") ?? "";
    return /^https?:/i.test(source) ? this.mark(`![${escapeText(node.alt)}](${source.replace(/[\s()]/g, encodeURIComponent)})`) : "";
  }

  wrapped(text, mark) {
    return this.around(text, (inner) => this.mark(mark + inner + mark)).replaceAll(`${mark}${mark}`, mark === "*" ? `${mark}${mark}` : "");
  }

  // Marks stand beside letters: blanks go outside, and a line break ends them.
  around(text, wrap) {
    return text.split("\n").map((line) => {
      const inner = line.trim();
      return inner ? line.replace(inner, () => wrap(inner)) : line;
    }).join("\n");
  }

  mark(text) {
    this.isMarked = true;
    return text;
  }
}

function isBlock(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return false;
  // Google Docs wraps everything in a <b>.
  return BLOCKS.has(node.tagName) || [...node.children].some(isBlock);
}

function paragraph(text) {
  const lines = text.replace(/\*\*\*\*/g, "").split("\n").map((line) => line.trim());
  while (lines.length && !lines[0]) lines.shift();
  while (lines.length && !lines.at(-1)) lines.pop();
  // What was a new line remains one; two of them are a new paragraph.
  return lines.join("\n").replace(/\n{2,}/g, "\n\n").replace(/(?<!\n)\n(?!\n)/g, "  \n")
    .replace(/^(#{1,6} |[-+] |>)/gm, "\\$1").replace(/^(\d+)([.)] )/gm, "$1\\$2");
}

function oneLine(text, plain = false) {
  const line = text.replace(/\*\*\*\*/g, "").replace(/\s*\n\s*/g, " ").trim();
  return plain ? line.replace(/^\*\*(.*)\*\*$/, "$1") : line;
}

const escapeText = (text) => text.replace(/([\\`*[\]<])/g, "\\$1").replace(/(?<!\w)_|_(?!\w)/g, "\\_");
