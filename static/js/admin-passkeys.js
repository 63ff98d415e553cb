// Passkeys: the browser's part of adding one and of signing in with one. Also the button that prints codes.
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const keys = (list) => (list ?? []).map((key) => ({...key, id: bytes(key.id)}));

async function post(address, data) {
  const response = await fetch(address, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "X-CSRFToken": document.querySelector("input[name=csrfmiddlewaretoken]").value,
    },
    body: JSON.stringify(data),
  });
  const isJSON = response.headers.get("Content-Type")?.startsWith("application/json");
  const answer = isJSON ? await response.json() : {};
  if (!response.ok) throw new Error(answer.error ?? "");
  return answer;
}

function asJSON(credential) {
  const response = {clientDataJSON: text(credential.response.clientDataJSON)};
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[part]) response[part] = text(credential.response[part]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

async function add(place) {
  const options = await post(place.dataset.begin, {});
  options.challenge = bytes(options.challenge);
  options.user.id = bytes(options.user.id);
  options.excludeCredentials = keys(options.excludeCredentials);
  const credential = asJSON(await navigator.credentials.create({publicKey: options}));
  const {first} = await post(place.dataset.finish, {name: place.elements.name.value, credential});
  return first ? place.dataset.afterFirst : place.dataset.after;
}

async function signIn(place) {
  const options = await post(place.dataset.begin, {});
  options.challenge = bytes(options.challenge);
  options.allowCredentials = keys(options.allowCredentials);
  const credential = asJSON(await navigator.credentials.get({publicKey: options}));
  await post(place.dataset.finish, {credential});
  return place.dataset.after;
}

function offer(place, ceremony) {
  const error = place.querySelector(".passkey-error");
  const button = place.querySelector("button");
  const begin = async (event) => {
    event.preventDefault();
    button.disabled = true;
    error.textContent = "";
    try {
      location.assign(await ceremony(place));
    } catch (problem) {
      // A DOMException is the browser's own: cancelled, timed out, or a passkey that exists already.
      const own = problem instanceof DOMException ? place.dataset.cancelled : place.dataset.failed;
      error.textContent = (!(problem instanceof DOMException || problem instanceof TypeError) && problem.message) || own;
      button.disabled = false;
    }
  };
  if (place.matches("form")) place.addEventListener("submit", begin);
  else button.addEventListener("click", begin);
  place.hidden = false;
}

if (window.PublicKeyCredential) {
  for (const place of document.querySelectorAll("[data-passkeys]")) {
    offer(place, place.dataset.passkeys === "add" ? add : signIn);
  }
  document.querySelector("[data-passkeys-missing]")?.remove();
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
  button.hidden = false;
}
