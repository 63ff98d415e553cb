// The text's live preview, in a frame of its own: the site's HTML, some moments after the last key.
import {Refusal, reason, send} from "./requests.js";

export class Preview {
  constructor(editor) {
    this.editor = editor;
    this.frame = editor.root.querySelector(".markdownx-preview");
    this.latency = Number(editor.area.dataset.markdownxLatency);
    editor.area.addEventListener("input", () => this.schedule());
    // A frame without scripts: it is filled in from here as soon as it is there.
    this.frame.addEventListener("load", () => this.show());
    this.render();
  }

  get article() { return this.frame.contentDocument?.querySelector(".prose"); }

  schedule() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.editor.text.composing) this.schedule();
      else this.render();
    }, this.latency);
  }

  async render() {
    const {editor} = this;
    this.running?.abort();
    const running = this.running = new AbortController();
    try {
      editor.checkLength();
      const response = await send(editor.area.dataset.markdownxUrlsPath, {content: editor.area.value}, running.signal);
      const body = await response.text();
      if (!response.ok) {
        throw new Refusal(reason(response.status, response.headers.get("Content-Type"), body, editor.texts, editor.texts.textFailed));
      }
      this.html = body;
      editor.fail("preview", null);
      editor.counts.minutes(Number(response.headers.get("X-Reading-Minutes")));
      this.show();
    } catch (error) {
      if (error.name === "AbortError") return;
      editor.fail("preview", error instanceof Refusal ? error.message : editor.texts.textFailed);
    }
  }

  show() {
    const {article} = this;
    if (!article || this.html === undefined) return;
    if (this.shown !== this.html || !article.firstChild) {
      article.innerHTML = this.shown = this.html;
      // The frame has no address of its own, so that its places need a hand to be jumped to.
      for (const link of article.querySelectorAll("a[href^='#']")) {
        link.addEventListener("click", (event) => {
          event.preventDefault();
          const place = decodeURIComponent(link.getAttribute("href").slice(1));
          this.frame.contentDocument.getElementById(place)?.scrollIntoView();
        });
      }
    }
    this.editor.counts.pictures(article);
    this.editor.root.dispatchEvent(new Event("preview"));
  }
}
