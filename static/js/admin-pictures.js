// Thumbnails for the choice of a cover image, in the list and beside the chosen one.
"use strict";
{
  const $ = django.jQuery;

  function picture(select, id) {
    const image = document.createElement("img");
    image.className = "thumbnail";
    image.alt = "";
    image.src = select.dataset.thumbnail.replace("/0/", `/${id}/`);
    return image;
  }

  function choice(select, item) {
    const line = document.createElement("span");
    line.className = "picture-choice";
    if (item.id) line.append(picture(select, item.id));
    line.append(item.text);
    return line;
  }

  $(() => {
    for (const select of document.querySelectorAll(".cover-select select")) {
      const {options} = $(select).data("select2").options;
      $(select).select2({...options, templateResult: (item) => choice(select, item)});
      // Django tells of a picture added in the window behind "+" by this event, too.
      $(select).on("change", () => {
        const place = select.closest(".cover-select").querySelector(".cover-thumbnail");
        place.replaceChildren(...(select.value ? [picture(select, select.value)] : []));
      });
    }
  });
}
