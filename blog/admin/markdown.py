"""The Markdown editor: django-markdownx's field and protocol, with our own views and script.

markdownx's own views accept anonymous visitors, SVG and unsanitised HTML; its script writes
"Invalid response" into the article when an upload fails, takes Tab from the keyboard's users, and
loses the browser's undo.
"""

import re
from urllib.parse import unquote

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms.widgets import Script
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from markdownx.widgets import AdminMarkdownxWidget

from blog.admin.toolbar import SIGNED_OUT, TEXTS, TOO_LONG, TOOLS
from blog.media.models import Image
from blog.media.pictures import MAX_BYTES, UnusablePicture
from blog.models.markdown import render_body

MAX_BODY_BYTES = 10 * 1024 * 1024
WRITING = ("blog.add_post", "blog.change_post", "blog.add_page", "blog.change_page")


class MarkdownEditor(AdminMarkdownxWidget):
    """A text area with a toolbar, a live preview beside it, and pictures by drop, paste or button.

    Without JavaScript it is the text area alone. A `data-page-preview` in its attributes is the address
    that answers the form's fields with the real page.
    """

    template_name = "admin/markdown_editor.html"

    class Media:
        extend = False
        css = {"all": ("css/admin-editor.css",)}
        js = (Script("js/admin-editor.js", type="module"),)

    def get_context(self, name, value, attrs=None):
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"] |= {"data-max-bytes": MAX_BODY_BYTES, "data-max-picture-bytes": MAX_BYTES}
        return context | {"tools": TOOLS, "texts": TEXTS}


def check_length(body: str) -> None:
    """Raises ValidationError for a body that no article has, before it is rendered."""
    if len(body.encode()) > MAX_BODY_BYTES:
        raise ValidationError(TOO_LONG)


class MarkdownForm(forms.ModelForm):
    """The base of the forms for posts and pages: a body keeps every blank that was typed."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "body" in self.fields:
            self.fields["body"].strip = False

    def clean_body(self):
        body, stored = _unix_lines(self.cleaned_data["body"]), self.initial.get("body") or ""
        check_length(body)
        return stored if body == _unix_lines(stored) else body


def _unix_lines(text: str) -> str:
    """Browsers send every line break as CRLF (HTML 4.10.22.7)."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def refused(field: str, message, status: int) -> JsonResponse:
    """Reasons by field, as markdownx gives them: `{"image": ["…"]}`."""
    return JsonResponse({field: [str(message)]}, status=status)


def for_writers(field: str):
    """Only staff who may write posts or pages; others get the reason as JSON, as a script expects it."""

    def decorate(view):
        def guarded(request: HttpRequest) -> HttpResponse:
            user = request.user
            if not user.is_authenticated:
                return refused(field, SIGNED_OUT, 403)
            if not (admin.site.has_permission(request) and any(map(user.has_perm, WRITING))):
                return refused(field, _("Your account may not write posts or pages."), 403)
            return view(request)

        return require_POST(guarded)

    return decorate


@for_writers("content")
def preview(request: HttpRequest) -> HttpResponse:
    """The site's own HTML for the Markdown in `content`, its blocks marked with their lines."""
    content = request.POST.get("content", "")
    try:
        check_length(content)
    except ValidationError as error:
        return refused("content", error.message, 400)
    rendered = render_body(_unix_lines(content), lines=True)
    response = HttpResponse(rendered.html)
    response["X-Reading-Minutes"] = rendered.reading_minutes
    response["Cache-Control"] = "private, no-store"
    return response


@for_writers("image")
def upload(request: HttpRequest) -> JsonResponse:
    """Store the picture in `image`; answers the Markdown that shows it as `{"image_code": "![](…)"}`."""
    file = request.FILES.get("image")
    if file is None:
        return refused("image", _("No file arrived."), 400)
    try:
        if file.size > MAX_BYTES:
            raise UnusablePicture(_("The picture is larger than %(limit)d MB.") % {"limit": MAX_BYTES >> 20})
        image = Image.objects.upload(file.read(), file.name, uploaded_by=request.user)
    except UnusablePicture as error:
        return refused("image", error, 400)
    return JsonResponse({"image_code": picture_markdown(image)})


def picture_markdown(image: Image) -> str:
    alt = re.sub(r"([\\\[\]`*_<&!])", r"\\\1", " ".join(image.alt.split()))
    return f"![{alt}]({unquote(image.file.url)})"
