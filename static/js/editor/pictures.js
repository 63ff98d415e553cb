// Pictures by drop, paste or button: a place is kept in the text, the file goes to the server with its
// progress shown, and the Markdown takes the place whatever was typed meanwhile.
import {block} from "./blocks.js";
import {csrfToken, filled, reason} from "./requests.js";
import {composes} from "./text.js";

export class Pictures {
  constructor(editor) {
    Object.assign(this, {editor, text: editor.text, texts: editor.texts});
    this.list = editor.root.querySelector(".editor-uploads");
    this.chooser = editor.root.querySelector(".editor-files");
    this.status = editor.root.querySelector(".editor-status");
    this.queue = [];
    this.number = 0;
    this.chooser.addEventListener("change", () => {
      this.take([...this.chooser.files]);
      this.chooser.value = "";
    });
  }

  choose() { this.chooser.click(); }

  get isBusy() { return Boolean(this.current) || this.queue.length > 0; }

  take(files) {
    for (const file of files) {
      const upload = new Upload(this, file, this.number += 1);
      this.list.append(upload.row);
      this.keepPlace(upload.placeholder);
      this.queue.push(upload);
    }
    this.next();
  }

  keepPlace(placeholder) {
    const {value, start, end} = this.text;
    const edit = block(value, start, end, placeholder, placeholder.length, 0);
    this.text.apply(edit);
  }

  next() {
    if (this.current) return;
    this.current = this.queue.shift();
    this.current?.send();
  }

  // The upload is over; `markdown` takes its place, if the writer has left it.
  done(upload, markdown) {
    if (this.current === upload) this.current = null;
    this.queue = this.queue.filter((other) => other !== upload);
    this.text.settled(() => {
      const from = this.text.value.indexOf(upload.placeholder);
      if (from === -1) {
        if (markdown) upload.fail(this.texts.textUnplaced);
        return;
      }
      let to = from + upload.placeholder.length;
      if (!markdown) to += /^\n{0,2}/.exec(this.text.value.slice(to))[0].length;
      this.text.swap(from, to, markdown);
      if (markdown) this.inserted(upload, markdown);
    });
    this.next();
  }

  inserted(upload, markdown) {
    this.status.textContent = filled(this.texts.textUploaded, {name: upload.file.name});
    const [, alt, address] = /^!\[((?:\\.|[^\]])*)\]\((.+)\)$/.exec(markdown);
    if (alt) upload.close();
    else upload.askForAlt(address);
  }

  setAlt(address, alt) {
    const old = `![](${address})`;
    const from = this.text.value.indexOf(old);
    if (from === -1 || !alt) return;
    this.text.swap(from, from + old.length, `![${alt.replace(/([\\[\]`*_<&!])/g, "\\$1")}](${address})`);
  }
}

class Upload {
  constructor(pictures, file, number) {
    Object.assign(this, {pictures, file, texts: pictures.texts});
    const name = file.name.replace(/[[\]()`*_<>\s]+/g, " ").trim() || "picture";
    this.placeholder = `〔${filled(this.texts.textUploading, {name})} #${number}〕`;
    this.row = document.createElement("li");
    this.row.className = "editor-upload";
    this.label = element("span", {className: "editor-upload-name", textContent: file.name});
    this.progress = element("progress", {max: 1, value: 0});
    this.progress.setAttribute("aria-label", file.name);
    this.percent = element("span", {className: "editor-upload-percent", textContent: this.texts.textWaiting});
    this.button = element("button", {type: "button", textContent: this.texts.textCancel});
    this.button.addEventListener("click", () => this.cancel());
    this.row.append(this.label, this.progress, this.percent, this.button);
  }

  send() {
    const {area} = this.pictures.editor;
    if (this.file.size > Number(area.dataset.maxPictureBytes)) return this.refuse(this.texts.textTooBig);
    const request = this.request = new XMLHttpRequest();
    request.open("POST", area.dataset.markdownxUploadUrlsPath);
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.upload.addEventListener("progress", (event) => this.show(event.loaded / event.total));
    request.addEventListener("load", () => this.answered(request));
    request.addEventListener("error", () => this.refuse(this.texts.textUploadFailed));
    const body = new FormData();
    body.append("image", this.file);
    this.show(0);
    request.send(body);
    return undefined;
  }

  show(part) {
    this.progress.value = part;
    this.percent.textContent = `${Math.round(part * 100)} %`;
  }

  answered(request) {
    const type = request.getResponseHeader("Content-Type");
    if (request.status === 200) this.pictures.done(this, JSON.parse(request.responseText).image_code);
    else this.refuse(reason(request.status, type, request.responseText, this.texts, this.texts.textUploadFailed));
  }

  refuse(why) {
    this.fail(why);
    this.pictures.done(this, "");
  }

  fail(why) {
    this.row.classList.add("is-failed");
    const text = element("span", {className: "editor-upload-error", textContent: why});
    text.setAttribute("role", "alert");
    this.button = element("button", {type: "button", textContent: this.texts.textDismiss});
    this.button.addEventListener("click", () => this.close());
    this.row.replaceChildren(this.label, text, this.button);
  }

  cancel() {
    this.request?.abort();
    this.close();
    this.pictures.done(this, "");
  }

  close() {
    const hadFocus = this.row.contains(document.activeElement);
    this.row.remove();
    if (hadFocus) this.pictures.text.area.focus();
  }

  // Beside the text and not in its way: writing may go on.
  askForAlt(address) {
    const picture = element("img", {src: encodeURI(address), alt: ""});
    const label = element("label", {textContent: this.texts.textAlt});
    const input = element("input", {type: "text", maxLength: 300, placeholder: this.texts.textAltHint});
    label.append(input);
    const set = element("button", {type: "button", className: "is-main", textContent: this.texts.textAltSet});
    const later = element("button", {type: "button", textContent: this.texts.textAltLater});
    const finish = () => {
      this.pictures.text.settled(() => this.pictures.setAlt(address, input.value.trim().replace(/\s+/g, " ")));
      this.close();
    };
    set.addEventListener("click", finish);
    later.addEventListener("click", () => this.close());
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault(); // it would save the post
      if (!composes(event)) finish();
    });
    this.row.classList.add("is-asking");
    this.row.replaceChildren(picture, label, set, later);
  }
}

const element = (tag, properties) => Object.assign(document.createElement(tag), properties);
