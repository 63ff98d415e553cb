// Who writes into a conflict's own text has decided for it.
"use strict";
{
  document.addEventListener("input", (event) => {
    if (!event.target.matches(".conflict textarea")) return;
    event.target.closest(".more").querySelector("input[value=text]").checked = true;
  });
}
