// Keeps what is typed in the form of a post, every few seconds: on the server, or else in this browser.
// Says who else has the post open. It never writes into a field that people type in.
"use strict";
{
  const WAIT = 2_000; // after the last key
  const LONGEST_WAIT = 8_000; // while somebody types without a pause
  const HEARTBEAT = 10_000;
  const SLOWEST = 60_000;
  const LONGEST_FAREWELL = 20_000; // characters; a browser sends 64 kB on behalf of a page that is gone
  const RELATED = "related_entries-";

  const SKIPPED = new Set(["csrfmiddlewaretoken", "editing", "editing_serial"]);
  const BUTTONS = new Set(["submit", "button", "reset", "image", "file"]);

  function snapshot(form) {
    const values = {};
    for (const field of form.elements) {
      const {name, type} = field;
      if (!name || name.startsWith("_") || SKIPPED.has(name) || BUTTONS.has(type) || name.includes("__prefix__")) continue;
      if (name.startsWith("decision-")) continue;
      if (type === "checkbox") values[name] = field.checked;
      else if (type !== "radio" || field.checked) values[name] = field.value;
    }
    return values;
  }

  // What of `to` differs from `from`; a list of rows is told whole.
  function changes(from, to) {
    const changed = Object.keys(to).filter((name) => from[name] !== to[name]);
    const rows = changed.some((name) => name.startsWith(RELATED))
      || Object.keys(from).some((name) => name.startsWith(RELATED) && !(name in to));
    const names = rows ? [...changed, ...Object.keys(to).filter((name) => name.startsWith(RELATED))] : changed;
    return Object.fromEntries(names.map((name) => [name, to[name]]));
  }

  const isEmpty = (object) => Object.keys(object).length === 0;

  class Refused extends Error {}

  class Autosave {
    constructor(panel, form) {
      this.panel = panel;
      this.form = form;
      this.texts = panel.dataset;
      this.tokenField = form.elements.editing;
      this.serialField = form.elements.editing_serial;
      this.page = panel.dataset.page;
      this.serial = Number(panel.dataset.serial);
      this.copies = window.newsroomCopies(panel.dataset.user);
      this.status = document.querySelector(".autosave-status");
      this.presence = panel.querySelector(".editing-presence");
      this.notice = panel.querySelector(".editing-notice");
      this.loaded = this.sent = snapshot(form);
      this.failures = 0;
      this.listen();
      this.sendWhatTheBrowserKept();
      this.later(1_000);
    }

    get token() {
      return this.tokenField.value;
    }

    // When to say something

    listen() {
      const {form} = this;
      for (const type of ["input", "change", "formset:added", "formset:removed"]) {
        form.addEventListener(type, () => this.touched());
      }
      window.django?.jQuery?.(form).on("change", () => this.touched());
      form.addEventListener("compositionstart", () => { this.composing = true; });
      form.addEventListener("compositionend", () => {
        this.composing = false;
        this.touched();
      });
      window.addEventListener("online", () => this.beat());
      window.addEventListener("focus", () => this.failures && this.beat());
      window.addEventListener("offline", () => this.tell("offline"));
      window.addEventListener("pageshow", (event) => event.persisted && this.returned());
      window.addEventListener("pagehide", () => this.leave());
      window.addEventListener("beforeunload", (event) => this.warn(event));
      document.addEventListener("visibilitychange", () => document.hidden && !this.left && this.beat());
      document.addEventListener("submit", (event) => event.target === form && this.submit(event));
    }

    touched() {
      if (!this.isUnsaved()) return;
      const now = Date.now();
      this.firstTouch ??= now;
      const wait = Math.max(0, Math.min(WAIT, this.firstTouch + LONGEST_WAIT - now));
      this.later(this.failures ? Math.max(wait, this.backoff()) : wait);
      if (!this.failures && this.status.dataset.kind !== "waiting") this.tell("waiting");
    }

    later(wait) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.beat(), wait);
    }

    backoff() {
      return Math.min(SLOWEST, WAIT * 2 ** this.failures);
    }

    // Saying it

    async beat() {
      if (this.composing || this.submitting) return;
      if (this.running) {
        this.again = true;
        return;
      }
      this.running = true;
      clearTimeout(this.timer);
      this.firstTouch = undefined;
      try {
        await this.say();
      } finally {
        this.running = false;
        const soon = this.again && !this.failures;
        this.again = false;
        if (!this.submitting) this.later(soon ? WAIT : this.failures ? this.backoff() : HEARTBEAT);
      }
    }

    async say() {
      const now = snapshot(this.form), fields = changes(this.sent, now), isChanged = !isEmpty(fields);
      const message = {token: this.token, page: this.page, post: this.texts.post};
      if (isChanged) {
        this.keepHere(now);
        Object.assign(message, {serial: this.serial, fields});
      }
      try {
        let answer = await this.post(message);
        if (answer.taken) answer = await this.post({...message, fork: true, fields: changes({}, now)});
        if (answer.token && answer.token !== this.token) this.tokenField.value = answer.token;
        this.failures = 0;
        if (isChanged) {
          this.sent = now;
          this.copies.remove(message.token);
          this.tell("saved");
        } else if (this.status.dataset.kind !== "saved") {
          this.tell(null);
        }
        this.hear(answer);
      } catch (error) {
        if (error.name === "AbortError") return;
        this.failures += 1;
        this.tell(error instanceof Refused ? error.message : "offline");
      }
    }

    // Under a number of its own: the server takes a text only once, and never an older one.
    keepHere(now) {
      this.serial += 1;
      const {token, page, serial} = this;
      return this.copies.put(token, {page, serial, post: this.texts.post, at: Date.now(), fields: changes(this.loaded, now)});
    }

    async post(message, isSecondTry = false) {
      this.request = new AbortController();
      const response = await fetch(this.texts.address, {
        method: "POST", body: JSON.stringify(message), signal: this.request.signal,
        headers: {"Content-Type": "application/json", "X-CSRFToken": this.form.elements.csrfmiddlewaretoken.value},
      });
      const isJson = (response.headers.get("Content-Type") || "").startsWith("application/json");
      if (response.ok && isJson) return response.json();
      if (response.status === 403 && !isJson && !isSecondTry) {
        await this.refreshToken(); // somebody has signed in again, and the old one is void
        return this.post(message, true);
      }
      const reasons = isJson ? await response.json() : {};
      if (reasons.signed_out) throw new Refused("signedOut");
      if (reasons.refused) throw new Refused("refused");
      if (response.status === 413 || reasons.too_long) throw new Refused("tooLong");
      throw new Error(response.statusText);
    }

    async refreshToken() {
      const response = await fetch(this.texts.address);
      if (!response.ok) throw new Refused(response.status === 403 ? "signedOut" : "offline");
      const {csrf, user} = await response.json();
      if (String(user) !== this.texts.user) throw new Refused("otherUser");
      for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = csrf;
    }

    // What the answer is for

    hear(answer) {
      if (answer.presence !== undefined && answer.presence.trim() !== this.heard) {
        this.heard = answer.presence.trim();
        this.presence.innerHTML = answer.presence;
      }
      if (answer.notice !== undefined && this.notice.textContent !== answer.notice) {
        this.notice.textContent = answer.notice;
      }
    }

    tell(kind) {
      if (kind === "offline" && !isEmpty(changes(this.sent, snapshot(this.form)))) {
        if (!this.keepHere(snapshot(this.form))) kind = "full";
      }
      this.status.dataset.kind = kind ?? "";
      const name = kind && `text${kind[0].toUpperCase()}${kind.slice(1)}`;
      const time = new Intl.DateTimeFormat("ja", {hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Tokyo"});
      this.status.textContent = name ? this.texts[name].replace("{time}", time.format(new Date())) : "";
      if (kind === "signedOut") {
        const link = Object.assign(document.createElement("a"), {
          href: this.texts.login, target: "_blank", rel: "noopener", textContent: this.texts.textSignIn,
        });
        this.status.append(" ", link);
      }
    }

    // What another visit left in this browser: it goes to the server, and is offered above the form.
    async sendWhatTheBrowserKept() {
      let found;
      for (const [token, {page, serial, post, fields}] of this.copies.others(this.token)) {
        const message = {token, page, serial, post, fields, closed: true, copies: this.token};
        try {
          let answer = await this.post(message);
          if (answer.taken) answer = await this.post({...message, fork: true});
          this.copies.remove(token);
          if (String(post) === this.texts.post) found = answer.copies;
        } catch {
          return; // the next visit tries again
        }
      }
      if (found !== undefined) this.panel.querySelector(".editing-copies").innerHTML = found;
    }

    // Leaving

    isUnsaved() {
      return !this.submitting && !isEmpty(changes(this.sent, snapshot(this.form)));
    }

    warn(event) {
      if (!this.isUnsaved()) return;
      this.keepHere(snapshot(this.form));
      event.preventDefault();
      event.returnValue = "";
    }

    leave() {
      if (this.submitting) return;
      this.left = true; // the page is hidden next, and must not say that it is here again
      const message = {token: this.token, page: this.page, post: this.texts.post, closed: true};
      if (this.isUnsaved()) {
        const now = snapshot(this.form), fields = changes(this.sent, now);
        this.keepHere(now);
        if (JSON.stringify(fields).length < LONGEST_FAREWELL) Object.assign(message, {serial: this.serial, fields});
      }
      fetch(this.texts.address, {
        method: "POST", keepalive: true, body: JSON.stringify(message),
        headers: {"Content-Type": "application/json", "X-CSRFToken": this.form.elements.csrfmiddlewaretoken.value},
      }).catch(() => {});
    }

    // From the browser's memory, by the back button.
    returned() {
      this.submitting = this.left = false;
      this.beat();
    }

    submit(event) {
      if (event.defaultPrevented) return;
      if (this.submitting) {
        event.preventDefault(); // a second click on the way
        return;
      }
      if (!navigator.onLine) {
        event.preventDefault();
        this.keepHere(snapshot(this.form));
        this.tell("noSubmit");
        return;
      }
      // Should the session have ended, the answer is the page for signing in, and this is what is left.
      this.keepHere(snapshot(this.form));
      this.serialField.value = this.serial;
      this.submitting = true;
      clearTimeout(this.timer);
      this.request?.abort();
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const panel = document.querySelector("#editing");
    const form = document.querySelector("#post_form");
    if (panel && form) new Autosave(panel, form);
  });
}
