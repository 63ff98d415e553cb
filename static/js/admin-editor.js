// The Markdown editor. The text area is the text; all parts below work on it and on nothing else.
// It speaks django-markdownx's protocol, with the addresses and the latency from its attributes.
import {Counts, guideLengths} from "./editor/counts.js";
import {Find} from "./editor/find.js";
import {Layout} from "./editor/layout.js";
import {PagePreview} from "./editor/page-preview.js";
import {keepPageFromFiles, takePasted} from "./editor/paste.js";
import {Pictures} from "./editor/pictures.js";
import {Posts} from "./editor/posts.js";
import {Preview} from "./editor/preview.js";
import {Refusal} from "./editor/requests.js";
import {Scrolling} from "./editor/scrolling.js";
import {Text} from "./editor/text.js";
import {Toolbar} from "./editor/toolbar.js";

class Editor {
  constructor(root) {
    this.root = root;
    this.texts = root.dataset;
    this.area = root.querySelector("textarea");
    this.errors = root.querySelector(".editor-errors");
    this.text = new Text(this.area);
    this.counts = new Counts(this);
    this.pictures = new Pictures(this);
    this.posts = new Posts(this);
    this.find = new Find(this);
    this.toolbar = new Toolbar(this);
    takePasted(this);
    this.layout = new Layout(this);
    this.preview = new Preview(this);
    this.scrolling = new Scrolling(this);
    if (this.area.dataset.pagePreview) this.page = new PagePreview(this);
    this.area.form.addEventListener("submit", (event) => this.holdBack(event));
  }

  checkLength() {
    const longest = Number(this.area.dataset.maxBytes);
    if (this.area.value.length * 3 > longest && new Blob([this.area.value]).size > longest) {
      throw new Refusal(this.texts.textTooLong);
    }
  }

  // The server would answer a text of that size with an error page, and the text would be gone; a picture
  // that is on its way would leave its placeholder in the article.
  holdBack(event) {
    try {
      this.checkLength();
      if (this.pictures.isBusy) throw new Refusal(this.texts.textUploadRunning);
      this.fail("save", null);
    } catch (error) {
      event.preventDefault();
      this.fail("save", error.message);
      this.errors.scrollIntoView({block: "center"});
      this.area.focus({preventScroll: true});
    }
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

keepPageFromFiles();
for (const root of document.querySelectorAll(".markdown-editor")) new Editor(root);
const editor = document.querySelector(".markdown-editor");
if (editor) guideLengths(editor.dataset);
