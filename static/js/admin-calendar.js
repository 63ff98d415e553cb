// Moving posts on the calendar: by dragging, or with each entry's form. What the server refuses goes back.
"use strict";
{
  const status = document.querySelector(".move-status [role=status]");
  const alert = document.querySelector(".move-status [role=alert]");
  const calendar = document.querySelector("[data-calendar]");
  const texts = calendar?.dataset;

  function say(message, problem = "") {
    status.textContent = message;
    alert.textContent = problem;
  }

  // Entries of a day stand by their time.
  function place(entry, day, at) {
    const list = day.querySelector(".entries");
    const next = [...list.children].find((other) => other !== entry && timeOf(other) > at);
    list.insertBefore(entry, next ?? null);
    markEmptyDays();
  }

  // A phone does not show them.
  function markEmptyDays() {
    for (const day of calendar.querySelectorAll(".day")) {
      day.classList.toggle("no-entries", !day.querySelector(".entry"));
    }
  }

  const timeOf = (entry) => entry.querySelector("time").textContent.trim();
  const dayFor = (date) => calendar.querySelector(`.day[data-day="${CSS.escape(date)}"]`);

  async function send(entry, fields) {
    const form = entry.querySelector(".move form");
    const body = new FormData(form);
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    let response;
    try {
      response = await fetch(entry.dataset.move, {method: "POST", body, headers: {Accept: "application/json"}});
    } catch {
      throw new Error(texts.failed);
    }
    const type = response.headers.get("Content-Type") || "";
    // A page instead of an answer: the way to the sign-in page, or no permission any more.
    if (!type.startsWith("application/json")) throw new Error(response.status < 500 ? texts.signedOut : texts.failed);
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.message);
    return answer;
  }

  async function move(entry, fields) {
    if (entry.getAttribute("aria-busy") === "true") return;
    const home = {list: entry.parentElement, next: entry.nextElementSibling, hidden: entry.hidden};
    const focused = document.activeElement;
    const day = dayFor(fields.day);
    entry.setAttribute("aria-busy", "true");
    say("");
    entry.hidden = false;
    if (day) place(entry, day, fields.time || timeOf(entry));
    try {
      const {message, now, undo} = await send(entry, fields);
      settle(entry, now);
      say(day ? message : `${message} ${texts.elsewhere}`);
      if (undo) offerUndo(entry, undo);
    } catch (error) {
      home.list.insertBefore(entry, home.next);
      entry.hidden = home.hidden;
      markEmptyDays();
      say("", error.message);
    } finally {
      entry.removeAttribute("aria-busy");
      // What had the focus has moved with the entry, or is gone: the button that undid a move.
      if (entry.contains(focused) && focused.checkVisibility()) focused.focus();
      else if (entry.contains(focused) || !focused.isConnected) entry.querySelector("summary").focus();
    }
  }

  // The entry shows what the server has written.
  function settle(entry, now) {
    const time = entry.querySelector("time");
    time.textContent = now.time;
    time.dateTime = `${now.day}T${now.time}:00+09:00`;
    for (const name of ["seen", "day", "time"]) entry.querySelector(`.move [name=${name}]`).value = now[name];
    entry.querySelector(".move").open = false;
    const day = dayFor(now.day);
    if (day) place(entry, day, now.time);
    else entry.hidden = true;
  }

  function offerUndo(entry, undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = texts.undo;
    button.addEventListener("click", () => move(entry, {day: undo.day, time: undo.time, seen: undo.seen}));
    status.append(" ", button);
  }

  if (calendar) {
    let dragged = null;
    calendar.addEventListener("dragstart", (event) => {
      const entry = event.target.closest?.(".entry[draggable=true]");
      if (!entry || entry.getAttribute("aria-busy") === "true") return;
      dragged = entry;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", entry.querySelector(".entry-title").textContent);
      calendar.classList.add("dragging");
    });
    calendar.addEventListener("dragend", () => {
      dragged = null;
      calendar.classList.remove("dragging");
      calendar.querySelector(".drop-here")?.classList.remove("drop-here");
    });
    calendar.addEventListener("dragover", (event) => {
      const day = event.target.closest?.(".day");
      if (!dragged || !day) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "move";
      if (!day.classList.contains("drop-here")) {
        calendar.querySelector(".drop-here")?.classList.remove("drop-here");
        day.classList.add("drop-here");
      }
    });
    calendar.addEventListener("drop", (event) => {
      const day = event.target.closest?.(".day");
      if (!dragged || !day) return;
      event.preventDefault();
      if (!day.contains(dragged)) move(dragged, {day: day.dataset.day, time: ""});
    });
    calendar.addEventListener("submit", (event) => {
      const entry = event.target.closest(".entry");
      event.preventDefault();
      const form = new FormData(event.target);
      move(entry, {day: form.get("day"), time: form.get("time")});
    });
  }
}
