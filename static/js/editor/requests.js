// Questions to the server, with its reasons for a refusal.

export class Refusal extends Error {}

// The cookie follows a new sign-in in another tab; the field in the page does not.
export function csrfToken() {
  const cookie = document.cookie.split("; ").find((entry) => entry.startsWith("csrftoken="));
  return cookie ? cookie.slice("csrftoken=".length) : document.querySelector("input[name=csrfmiddlewaretoken]").value;
}

export function send(address, fields, signal) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  return fetch(address, {method: "POST", headers: {"X-CSRFToken": csrfToken()}, body, signal});
}

// Reasons come as {"field": ["…"]}; a page instead, with 403, says that the session is gone.
export function reason(status, type, body, texts, otherwise) {
  if (type?.startsWith("application/json")) return Object.values(JSON.parse(body)).flat().join(" ");
  return status === 403 ? texts.textSignedOut : otherwise;
}

export const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

// What a browser keeps for this person here; private windows may refuse to.
export const memory = {
  read(name) {
    try { return localStorage.getItem(`editor-${name}`); } catch { return null; }
  },
  write(name, value) {
    try { localStorage.setItem(`editor-${name}`, value); } catch { /* it is asked for again next time */ }
  },
};
