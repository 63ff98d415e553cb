"""Small pictures beside texts, and the choice of a cover."""

from django.urls import reverse
from django.utils.html import format_html

from blog.admin.base import ChoiceSelect
from blog.admin.uploads import PictureField
from blog.media.pictures import MAX_BYTES, THUMBNAIL_SIDE
from blog.models import Image
from blog.querysets import is_key


def thumbnail_address(image: Image) -> str:
    return image.thumbnail.url if image.thumbnail else reverse("admin:blog_image_thumbnail", args=[image.pk])


def thumbnail_tag(image: Image | None):
    """A small picture beside a text that names it, hence without alternative text."""
    if image is None:
        return ""
    scale = min(1, THUMBNAIL_SIDE / max(image.width, image.height))
    return format_html(
        '<img class="thumbnail" src="{}" width="{}" height="{}" alt="" loading="lazy">',
        thumbnail_address(image),
        max(1, round(image.width * scale)),
        max(1, round(image.height * scale)),
    )


def picture_choice(image: Image) -> dict:
    """What the scripts show of a picture."""
    return {
        "id": image.pk,
        "text": str(image),
        "alt": image.alt,
        "thumbnail": thumbnail_address(image),
        "page": reverse("admin:blog_image_change", args=[image.pk]),
    }


class CoverSelect(ChoiceSelect):
    """Choosing a picture by its text, with thumbnails."""

    template_name = "admin/cover_select.html"

    class Media:
        css = {"all": ["css/admin-library.css"]}
        js = ("admin/js/autocomplete.js", "js/admin-pictures.js", "js/admin-cover.js")  # in this order

    def build_attrs(self, base_attrs, extra_attrs=None):
        pattern = reverse("admin:blog_image_thumbnail", args=[0])
        return super().build_attrs(base_attrs, extra_attrs) | {"data-thumbnail": pattern}

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        chosen = Image.objects.filter(pk=value).first() if is_key(value) else None
        context["widget"]["thumbnail"] = thumbnail_tag(chosen)
        context["choices_address"] = reverse("admin:blog_image_choices")
        context["upload_address"] = reverse("admin:blog_image_upload")
        context["accept"] = PictureField.widget.attrs["accept"]
        context["max_bytes"] = MAX_BYTES
        return context
