// Several pictures at once: each with its alternative text, its progress and its own error.

const form = document.querySelector("form.uploads");
const list = form.querySelector(".upload-list");
const status = form.querySelector(".upload-status");
const texts = form.dataset;
let number = 0;

// Drawn, because the page may load no picture from outside of the server.
async function draw(canvas, file) {
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(canvas.width / bitmap.width, canvas.height / bitmap.height, 1);
    const [width, height] = [bitmap.width * scale, bitmap.height * scale];
    canvas.getContext("2d").drawImage(
      bitmap, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
    bitmap.close();
  } catch {
    canvas.hidden = true; // the server will say what is wrong with it
  }
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

class Upload {
  constructor(file) {
    this.file = file;
    number += 1;
    this.alt = element("input", {type: "text", id: `alt_${number}`, maxLength: 300, className: "vTextField"});
    this.error = element("p", {className: "upload-error", id: `error_${number}`});
    this.error.setAttribute("role", "alert");
    this.progress = element("progress", {max: 1, value: 0, hidden: true});
    this.progress.setAttribute("aria-label", `${texts.textUploading}: ${file.name}`);
    this.result = element("p", {className: "upload-result"});
    this.removal = element("button", {type: "button", className: "button remove", textContent: texts.textRemove});
    this.removal.setAttribute("aria-label", `${texts.textRemove}: ${file.name}`);
    this.removal.addEventListener("click", () => this.remove());
    const canvas = element("canvas", {width: 160, height: 120});
    canvas.setAttribute("aria-hidden", "true");
    this.item = element("li", {className: "upload"}, canvas, element("div", {},
      element("p", {className: "upload-name", textContent: file.name}),
      element("label", {htmlFor: this.alt.id, textContent: texts.textAlt}), this.alt,
      this.progress, this.error, this.result), this.removal);
    list.append(this.item);
    draw(canvas, file);
    if (file.size > Number(texts.maxBytes)) this.fail(texts.textTooBig);
  }

  remove() {
    uploads.delete(this);
    this.item.remove();
    form.querySelector("input[type=file]").focus();
  }

  fail(reason) {
    this.error.textContent = reason;
    this.item.classList.add("failed");
    this.progress.hidden = true;
  }

  async send() {
    const fields = new FormData(form);
    for (const [name, value] of [["alt", this.alt.value], ["notes", ""]]) fields.set(name, value);
    this.error.textContent = "";
    this.item.classList.remove("failed");
    this.progress.hidden = false;
    if (texts.offer) {
      const token = await this.putIntoBucket(fields.get("csrfmiddlewaretoken"));
      if (!token) return;
      fields.set("token", token);
    } else fields.set("file", this.file);
    this.answer(await this.request("POST", texts.address, fields));
  }

  // Straight to the storage, past the server, which then fetches and checks it.
  async putIntoBucket(csrfmiddlewaretoken) {
    const fields = new FormData();
    const about = {csrfmiddlewaretoken, name: this.file.name, size: this.file.size};
    for (const [name, value] of Object.entries(about)) fields.set(name, value);
    const offer = await this.request("POST", texts.offer, fields);
    if (offer.status !== 200) return this.answer(offer);
    const {address, token} = JSON.parse(offer.responseText);
    // A plain blob: a content type would have to be signed.
    const stored = await this.request("PUT", address, new Blob([this.file]));
    if (stored.status === 200) return token;
    return this.fail(texts.textFailed);
  }

  request(method, address, body) {
    const request = new XMLHttpRequest(); // fetch cannot tell how far an upload is
    request.upload.addEventListener("progress", (event) => { this.progress.value = event.loaded / event.total; });
    return new Promise((resolve) => {
      request.addEventListener("loadend", () => resolve(request));
      request.open(method, address);
      request.send(body);
    });
  }

  answer(request) {
    let answer;
    try {
      answer = JSON.parse(request.responseText);
    } catch {
      return this.fail(request.status && request.status < 500 ? texts.textSignedOut : texts.textFailed);
    }
    if (request.status !== 200) return this.fail(Object.values(answer).flat().join(" "));
    this.progress.hidden = true;
    uploads.delete(this);
    this.item.classList.add("stored");
    this.removal.remove();
    this.alt.readOnly = true;
    const link = element("a", {href: answer.page, textContent: texts.textOpen});
    link.setAttribute("aria-label", `${texts.textOpen}: ${this.file.name}`);
    return this.result.replaceChildren(answer.existing ? texts.textExisting : texts.textStored, " ", link);
  }
}

const uploads = new Set();

function take(files) {
  for (const file of files) uploads.add(new Upload(file));
  list.querySelector(".upload:not(.stored) input")?.focus();
}

const chooser = form.querySelector("input[type=file]");
chooser.addEventListener("change", () => {
  take([...chooser.files]);
  chooser.value = "";
});

const zone = form.querySelector(".drop-zone");
for (const name of ["dragenter", "dragover"]) {
  zone.addEventListener(name, (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    zone.classList.add("over");
  });
}
zone.addEventListener("dragleave", () => zone.classList.remove("over"));
zone.addEventListener("drop", (event) => {
  event.preventDefault();
  zone.classList.remove("over");
  take([...event.dataTransfer.files]);
});

const button = form.querySelector("input[type=submit]");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  const waiting = [...uploads].filter((upload) => upload.file.size <= Number(texts.maxBytes));
  let done = 0;
  for (const upload of waiting) {
    status.textContent = `${texts.textUploading} ${done += 1}/${waiting.length}`;
    await upload.send();
  }
  const stored = list.querySelectorAll(".stored").length;
  status.textContent = `${texts.textStored}: ${stored}/${list.children.length}`;
  list.querySelector(".failed input")?.focus();
  button.disabled = false;
});

window.addEventListener("beforeunload", (event) => { if (uploads.size) event.preventDefault(); });
