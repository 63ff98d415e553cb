// The Markdown editor: a live preview in a frame of its own, and pictures by drop, paste or button.
// It speaks django-markdownx's protocol, with the addresses and the latency from its attributes.
"use strict";
{
  const csrfToken = () => document.querySelector("input[name=csrfmiddlewaretoken]").value;

  async function send(address, fields, signal) {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    return fetch(address, {method: "POST", headers: {"X-CSRFToken": csrfToken()}, body, signal});
  }

  class Editor {
    constructor(root) {
      this.text = root.querySelector("textarea");
      this.frame = root.querySelector("iframe");
      this.status = root.querySelector(".editor-status");
      this.errors = root.querySelector(".editor-errors");
      this.messages = root.dataset;
      this.latency = Number(this.text.dataset.markdownxLatency);
      this.text.addEventListener("input", () => this.schedule());
      this.text.addEventListener("dragover", (event) => this.allowDrop(event));
      this.text.addEventListener("drop", (event) => this.take(event, event.dataTransfer.files));
      this.text.addEventListener("paste", (event) => this.paste(event));
      const chooser = root.querySelector("input[type=file]");
      chooser.addEventListener("change", async () => {
        await this.upload([...chooser.files]);
        chooser.value = "";
      });
      this.text.form.addEventListener("submit", (event) => this.holdBack(event));
      this.frame.addEventListener("load", () => this.show());
      this.render();
    }

    // Preview

    schedule() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.render(), this.latency);
    }

    async render() {
      this.running?.abort();
      const running = this.running = new AbortController();
      try {
        this.checkLength();
        const response = await send(this.text.dataset.markdownxUrlsPath, {content: this.text.value}, running.signal);
        if (!response.ok) throw new Error(await this.reason(response, this.messages.textFailed));
        this.html = await response.text();
        this.fail("preview", null);
        this.show();
      } catch (error) {
        if (error.name === "AbortError") return;
        this.fail("preview", error instanceof TypeError ? this.messages.textFailed : error.message);
      }
    }

    // Reasons come as {"field": ["…"]}; a page instead, with 403, says that the session is gone.
    async reason(response, otherwise) {
      const type = response.headers.get("Content-Type") || "";
      if (type.startsWith("application/json")) return Object.values(await response.json()).flat().join(" ");
      return response.status === 403 ? this.messages.textSignedOut : otherwise;
    }

    checkLength() {
      const longest = Number(this.text.dataset.maxBytes);
      if (this.text.value.length * 3 > longest && new Blob([this.text.value]).size > longest) {
        throw new Error(this.messages.textTooLong);
      }
    }

    // The server would answer a text of this size with an error page, and the text would be gone.
    holdBack(event) {
      try {
        this.checkLength();
      } catch (error) {
        event.preventDefault();
        this.fail("preview", error.message);
        this.text.focus();
      }
    }

    show() {
      const article = this.frame.contentDocument?.querySelector(".prose");
      if (!article || this.html === undefined) return;
      article.innerHTML = this.html;
      // The frame has no address of its own, so that its places need a hand to be jumped to.
      for (const link of article.querySelectorAll("a[href^='#']")) {
        link.addEventListener("click", (event) => {
          event.preventDefault();
          const place = decodeURIComponent(link.getAttribute("href").slice(1));
          this.frame.contentDocument.getElementById(place)?.scrollIntoView();
        });
      }
    }

    // Pictures

    allowDrop(event) {
      if (event.dataTransfer.types.includes("Files")) event.preventDefault();
    }

    take(event, files) {
      if (!files.length) return;
      event.preventDefault();
      this.upload([...files]);
    }

    paste(event) {
      // A copied table or paragraph brings a picture of itself; its text is what is meant.
      if (!event.clipboardData.types.includes("text/plain")) this.take(event, event.clipboardData.files);
    }

    async upload(files) {
      this.fail("upload", null);
      const refused = [];
      for (const [number, file] of files.entries()) {
        this.status.textContent = `${this.messages.textUploading} ${number + 1}/${files.length}: ${file.name}`;
        try {
          this.insert(await this.markdownFor(file));
        } catch (error) {
          refused.push(`${file.name}: ${error.message}`);
        }
      }
      const done = files.length - refused.length;
      this.status.textContent = done ? `${this.messages.textUploaded}: ${done}` : "";
      this.fail("upload", refused.join("\n"));
    }

    async markdownFor(file) {
      if (file.size > Number(this.text.dataset.maxPictureBytes)) throw new Error(this.messages.textTooBig);
      let response;
      try {
        response = await send(this.text.dataset.markdownxUploadUrlsPath, {image: file});
      } catch {
        throw new Error(this.messages.textUploadFailed);
      }
      if (!response.ok) throw new Error(await this.reason(response, this.messages.textUploadFailed));
      return (await response.json()).image_code;
    }

    // On a line of its own; the caret goes between the brackets, where the alternative text is missing.
    insert(markdown) {
      const {value, selectionStart, selectionEnd} = this.text;
      const before = value.slice(0, selectionStart), after = value.slice(selectionEnd);
      const lead = before === "" || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
      const trail = after === "" || after.startsWith("\n\n") ? "" : after.startsWith("\n") ? "\n" : "\n\n";
      this.text.focus();
      // The only way that leaves the browser's undo intact.
      if (!document.execCommand("insertText", false, lead + markdown + trail)) {
        this.text.setRangeText(lead + markdown + trail, selectionStart, selectionEnd, "end");
        this.schedule();
      }
      const start = selectionStart + lead.length;
      const caret = markdown.startsWith("![]") ? start + 2 : start + markdown.length;
      this.text.setSelectionRange(caret, caret);
    }

    // One line per kind of failure, until it is mended.
    fail(kind, message) {
      this.errors.querySelector(`[data-kind=${kind}]`)?.remove();
      if (!message) return;
      const line = document.createElement("li");
      line.dataset.kind = kind;
      line.textContent = message;
      this.errors.append(line);
    }
  }

  function start() {
    for (const root of document.querySelectorAll(".markdown-editor")) new Editor(root);
    // A file dropped beside the text would replace the page, and what was written with it.
    for (const type of ["dragover", "drop"]) {
      document.addEventListener(type, (event) => {
        if (event.dataTransfer?.types.includes("Files") && !event.target.matches("input[type=file]")) {
          event.preventDefault();
        }
      });
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
}
