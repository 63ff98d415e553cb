// The real page of what stands in the form, answered by the server into a frame as wide as a desktop's or
// a phone's window and scaled to fit. A new page is loaded behind the old one and takes its place when it
// is there: nothing flickers, the reader's place stays, and the browser's history does not grow.
import {csrfToken} from "./requests.js";

const WIDTHS = {desktop: 1280, phone: 390};
const WAIT = 900;
const SANDBOX = "allow-same-origin allow-popups allow-popups-to-escape-sandbox";

export class PagePreview {
  constructor(editor) {
    this.editor = editor;
    this.address = editor.area.dataset.pagePreview;
    this.box = editor.root.querySelector(".editor-page");
    this.status = editor.root.querySelector(".editor-page-status");
    const {form} = editor.area;
    // The editor's own fields (find, a picture's text) have no name and are not part of the post.
    for (const type of ["input", "change"]) {
      form.addEventListener(type, (event) => { if (event.target.name) this.schedule(); });
    }
    // Django's choices by typing tell nobody but jQuery.
    window.django?.jQuery?.(form).on("change", () => this.schedule());
    new ResizeObserver(() => this.fit()).observe(this.box);
    editor.root.addEventListener("layout", () => this.onLayout());
    this.onLayout();
  }

  get isVisible() {
    const {preview, view} = this.editor.root.dataset;
    return preview === "page" && view !== "write" && this.box.clientWidth > 0;
  }

  onLayout() {
    this.fit();
    if (this.isVisible && this.isStale !== false) this.load();
  }

  schedule() {
    this.isStale = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (!this.isVisible) return;
      if (this.editor.text.composing) this.schedule();
      else this.load();
    }, WAIT);
  }

  load() {
    clearTimeout(this.timer);
    this.isStale = false;
    this.coming?.remove();
    const frame = this.coming = document.createElement("iframe");
    frame.name = `typed-${Date.now()}`;
    frame.title = this.box.dataset.title;
    frame.setAttribute("sandbox", SANDBOX);
    frame.className = "editor-page-frame is-coming";
    this.box.append(frame);
    this.fit();
    frame.addEventListener("load", () => this.arrived(frame));
    this.box.setAttribute("aria-busy", "true");
    this.post(frame.name);
  }

  post(target) {
    const form = document.createElement("form");
    Object.assign(form, {method: "post", action: this.address, target, enctype: "multipart/form-data", hidden: true});
    const fields = new FormData(this.editor.area.form);
    fields.set("csrfmiddlewaretoken", csrfToken());
    for (const [name, value] of fields) {
      if (typeof value !== "string") continue; // files are not shown before they are uploaded
      const field = document.createElement("textarea");
      field.name = name;
      field.value = value;
      form.append(field);
    }
    document.body.append(form);
    form.submit();
    form.remove();
  }

  arrived(frame) {
    let page;
    try { page = frame.contentDocument; } catch { page = null; }
    if (page?.location.href === "about:blank") return;
    if (frame !== this.coming) return frame.remove();
    this.coming = null;
    this.box.removeAttribute("aria-busy");
    this.status.textContent = page ? "" : this.editor.texts.textPageFailed;
    if (!page) return frame.remove();
    const old = this.shown;
    const place = old?.contentWindow?.scrollY ?? 0;
    this.shown = frame;
    frame.classList.remove("is-coming");
    frame.contentWindow.scrollTo({top: place, behavior: "instant"});
    old?.remove();
    // Its links open in windows of their own; those to its own places are jumped to.
    page.addEventListener("click", (event) => {
      const link = event.target.closest?.("a[href]");
      if (!link || !link.getAttribute("href").startsWith("#")) return;
      event.preventDefault();
      page.getElementById(decodeURIComponent(link.hash.slice(1)))?.scrollIntoView();
    });
    return undefined;
  }

  // The page sees a window of the real width; here it is as large as there is room for.
  fit() {
    const room = {width: this.box.clientWidth, height: this.box.clientHeight};
    if (!room.width || !room.height) return;
    const width = WIDTHS[this.editor.root.dataset.width];
    const scale = Math.min(1, room.width / width);
    for (const frame of this.box.querySelectorAll("iframe")) {
      frame.style.width = `${width}px`;
      frame.style.height = `${room.height / scale}px`;
      frame.style.transform = `scale(${scale})`;
      frame.style.left = `${Math.max(0, (room.width - width * scale) / 2)}px`;
    }
  }
}
