// The publishing button says what it will do with the date in the form.
"use strict";
{
  const TOKYO = "Asia/Tokyo";

  function labelFor(button, value) {
    if (!value) return button.dataset.now;
    const moment = new Date(`${value.slice(0, 16)}:00+09:00`);
    if (Number.isNaN(moment.getTime())) return button.dataset.now;
    const year = (date) => new Intl.DateTimeFormat("en", {year: "numeric", timeZone: TOKYO}).format(date);
    const text = new Intl.DateTimeFormat(document.documentElement.lang, {
      year: year(moment) === year(new Date()) ? undefined : "numeric",
      month: "long", day: "numeric", hour: "numeric", minute: "2-digit", timeZone: TOKYO,
    }).format(moment);
    return (moment > new Date() ? button.dataset.later : button.dataset.earlier).replace("%s", text);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("input[name=_publish]");
    const field = document.querySelector("#id_published_at");
    if (!button || !field) return;
    const update = () => { button.value = labelFor(button, field.value); };
    field.addEventListener("input", update);
    update();
  });
}
