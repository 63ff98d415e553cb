// Text and preview scroll together, by source line. Whoever was touched last leads, so that neither
// answers to the other's answer.

export class Scrolling {
  constructor(editor) {
    this.area = editor.area;
    this.preview = editor.preview;
    this.leader = this.area;
    this.mirror = document.createElement("div");
    this.mirror.className = "editor-mirror";
    this.mirror.setAttribute("aria-hidden", "true");
    this.area.after(this.mirror);
    for (const type of ["pointerenter", "wheel", "touchstart", "focus", "input", "keydown"]) {
      this.area.addEventListener(type, () => { this.leader = this.area; }, {passive: true});
    }
    this.area.addEventListener("scroll", () => this.follow(this.area), {passive: true});
    new ResizeObserver(() => { this.places = null; this.follow(this.area); }).observe(this.area);
    editor.root.addEventListener("preview", () => this.connect());
    this.connect();
  }

  connect() {
    this.places = null;
    const view = this.preview.frame.contentWindow;
    if (this.view !== view || this.page !== this.preview.frame.contentDocument) {
      this.view = view;
      this.page = this.preview.frame.contentDocument;
      for (const type of ["pointerenter", "pointermove", "wheel", "touchstart", "keydown"]) {
        this.page.addEventListener(type, () => { this.leader = this.page; }, {passive: true});
      }
      this.page.addEventListener("scroll", () => this.follow(this.page), {passive: true});
      // Pictures that arrive push what is below them.
      this.page.addEventListener("load", () => { this.places = null; }, {capture: true});
      view.addEventListener("resize", () => { this.places = null; });
    }
    this.follow(this.area);
  }

  follow(who) {
    if (who !== this.leader || this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = null;
      const scroller = this.page?.scrollingElement;
      if (!scroller || !this.area.clientHeight || !this.view.innerHeight) return;
      this.places ??= this.measure(scroller);
      if (this.leader === this.area) scroller.scrollTo({top: between(this.places, 0, 1, this.area.scrollTop), behavior: "instant"});
      else this.area.scrollTop = between(this.places, 1, 0, scroller.scrollTop);
    });
  }

  // [height in the text, height in the preview] of each marked line, from top to bottom.
  measure(scroller) {
    const marks = [];
    let above = 0;
    // There is no article yet while the frame loads anew, as it does when the page comes back from the browser's memory.
    for (const element of this.preview.article?.querySelectorAll("[data-line]") ?? []) {
      const line = Number(element.dataset.line);
      const top = element.getBoundingClientRect().top + scroller.scrollTop;
      // Footnotes stand at the end, whatever line they come from.
      if (line > (marks.at(-1)?.line ?? -1) && top >= above) marks.push({line, top: above = top});
    }
    const heights = this.heightsOf(marks.map(({line}) => line));
    const ends = [this.area.scrollHeight - this.area.clientHeight, scroller.scrollHeight - scroller.clientHeight];
    // The last screenful has nothing to align: it is spread so that both reach their ends together.
    const places = marks.map(({top}, number) => [heights[number], top]);
    const inside = places.filter(([text, read]) => text < ends[0] && read < ends[1]);
    return [[0, 0], ...inside, [Math.max(0, ends[0]), Math.max(0, ends[1])]];
  }

  // How far down each of these lines begins, long ones being wrapped.
  heightsOf(lines) {
    const style = getComputedStyle(this.area);
    for (const name of ["font", "lineHeight", "letterSpacing", "tabSize", "padding", "wordBreak", "lineBreak", "overflowWrap", "textAutospace"]) {
      if (style[name] !== undefined) this.mirror.style[name] = style[name];
    }
    this.mirror.style.width = `${this.area.clientWidth}px`;
    const wanted = new Set(lines);
    const spots = [];
    let piece = "";
    const content = document.createDocumentFragment();
    this.area.value.split("\n").forEach((line, number) => {
      if (wanted.has(number)) {
        const spot = document.createElement("span");
        content.append(piece, spot);
        spots.push(spot);
        piece = "";
      }
      piece += `${line}\n`;
    });
    content.append(piece);
    this.mirror.replaceChildren(content);
    const padding = Number.parseFloat(style.paddingTop);
    const heights = spots.map((spot) => Math.max(0, spot.offsetTop - padding));
    this.mirror.replaceChildren();
    return heights;
  }
}

function between(places, from, to, height) {
  let next = places.findIndex((place) => place[from] > height);
  if (next === -1) next = places.length - 1;
  const a = places[Math.max(0, next - 1)], b = places[next];
  const part = b[from] > a[from] ? (height - a[from]) / (b[from] - a[from]) : 0;
  return a[to] + Math.min(1, Math.max(0, part)) * (b[to] - a[to]);
}
