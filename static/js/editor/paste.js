// What is pasted or dropped: pictures, addresses over a selection, text with its formatting.
import {isAddress, linkTo} from "./blocks.js";
import {htmlToMarkdown} from "./html-to-markdown.js";

export function takePasted({area, text, pictures}) {
  let plain = false;
  area.addEventListener("keydown", (event) => { plain = event.shiftKey; });

  area.addEventListener("paste", (event) => {
    const {clipboardData: data} = event;
    if (text.composing) return;
    const words = data.getData("text/plain");
    const markdown = plain ? null : htmlToMarkdown(data.getData("text/html"));
    const {start, end} = text;
    if (data.files.length && !words) pictures.take([...data.files]); // a copied table brings a picture of itself, too
    else if (isAddress(words.trim()) && start !== end && !/\n|^https?:/.test(text.selected)) {
      text.apply(linkTo(words.trim(), text.value, start, end));
    } else if (markdown && markdown !== words.trim()) text.apply({from: start, to: end, text: markdown});
    else return;
    event.preventDefault();
  });

  area.addEventListener("dragover", (event) => { if (hasFiles(event)) event.preventDefault(); });
  area.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    const place = document.caretPositionFromPoint?.(event.clientX, event.clientY);
    if (place?.offsetNode === area) text.select(place.offset);
    pictures.take([...event.dataTransfer.files]);
  });
}

const hasFiles = (event) => event.dataTransfer?.types.includes("Files");

// A file dropped beside the text would replace the page, and what was written with it.
export function keepPageFromFiles() {
  for (const type of ["dragover", "drop"]) {
    document.addEventListener(type, (event) => {
      if (hasFiles(event) && !event.target.matches("input[type=file]")) event.preventDefault();
    });
  }
}
