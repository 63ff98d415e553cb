// Panels below a post's form are sent and renewed in place, so that unsaved text in the form stays;
// a finding's line leads into the text area.
"use strict";
{
  document.addEventListener("submit", async (event) => {
    const panel = event.target.closest("[data-swap]");
    if (!panel) return;
    event.preventDefault();
    const button = event.submitter;
    if (button) button.disabled = true;
    try {
      const answer = await fetch(event.target.action, {method: "POST", body: new FormData(event.target)});
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById(panel.id);
      if (!fresh) throw new Error("no such panel");
      panel.replaceWith(document.adoptNode(fresh));
      prepare(fresh);
      fresh.querySelector("[readonly], button")?.focus();
    } catch {
      event.target.submit(); // signed out, offline: the browser says what is the matter
    }
  });

  function prepare(root) {
    for (const button of root.querySelectorAll("[data-copy-from]")) {
      if (!navigator.clipboard) continue;
      button.hidden = false;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(document.getElementById(button.dataset.copyFrom).value);
        button.textContent = button.dataset.copied;
      });
    }
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.finding-where[data-line]");
    const line = Number(link?.dataset.line);
    const area = link && document.querySelector(link.getAttribute("href"));
    if (!line || area?.tagName !== "TEXTAREA") return;
    event.preventDefault();
    const lines = area.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    area.focus();
    area.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
    area.scrollTop = area.scrollHeight * (line / lines.length) - area.clientHeight / 2;
    area.scrollIntoView({block: "center"});
  });

  document.addEventListener("DOMContentLoaded", () => prepare(document));
}
