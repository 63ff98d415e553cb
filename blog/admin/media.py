from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blog.admin.base import ChoiceSelect, InUse, NewsroomAdmin, edit_link, is_autocomplete, is_key
from blog.media.pictures import EXTENSIONS, MAX_BYTES, THUMBNAIL_SIDE, UnusablePicture, prepare, thumbnail
from blog.models import Image, Page, Post


def thumbnail_tag(image: Image | None):
    """A small picture beside a text that names it, hence without alternative text."""
    if image is None:
        return ""
    scale = min(1, THUMBNAIL_SIDE / max(image.width, image.height))
    return format_html(
        '<img class="thumbnail" src="{}" width="{}" height="{}" alt="" loading="lazy">',
        reverse("admin:blog_image_thumbnail", args=[image.pk]),
        max(1, round(image.width * scale)),
        max(1, round(image.height * scale)),
    )


class CoverSelect(ChoiceSelect):
    """Choosing a picture by its text, with thumbnails."""

    template_name = "admin/cover_select.html"

    class Media:
        js = ("admin/js/autocomplete.js", "js/admin-pictures.js")  # in this order

    def build_attrs(self, base_attrs, extra_attrs=None):
        pattern = reverse("admin:blog_image_thumbnail", args=[0])
        return super().build_attrs(base_attrs, extra_attrs) | {"data-thumbnail": pattern}

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        chosen = Image.objects.filter(pk=value).first() if is_key(value) else None
        context["widget"]["thumbnail"] = thumbnail_tag(chosen)
        return context


class UploadForm(forms.ModelForm):
    file = forms.FileField(
        label=gettext_lazy("file"),
        help_text=gettext_lazy(
            "JPEG, PNG, WebP, GIF or AVIF, up to 20 MB. It is turned upright and scaled to at most "
            "2400 pixels; place and camera are removed."
        ),
        widget=forms.FileInput(attrs={"accept": ",".join(f"image/{name.lower()}" for name in EXTENSIONS)}),
    )

    def clean_file(self):
        upload = self.cleaned_data["file"]
        try:
            if upload.size > MAX_BYTES:
                raise UnusablePicture(
                    _("The picture is larger than %(limit)d MB.") % {"limit": MAX_BYTES >> 20}
                )
            content = upload.read()
            self.existing = Image.objects.with_content(content)
            if self.existing is None:
                self.prepared = prepare(content)
                self.existing = Image.objects.with_content(self.prepared[0])
        except UnusablePicture as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return upload

    def stored(self, user) -> Image:
        """The new row; or the one that is there already, completed by what it lacks."""
        texts = {name: self.cleaned_data[name] for name in ("alt", "credit")}
        if self.existing is None:
            return Image.objects.store(
                *self.prepared, self.cleaned_data["file"].name, uploaded_by=user, **texts
            )
        for name, text in texts.items():
            if text and not getattr(self.existing, name):
                setattr(self.existing, name, text)
        self.existing.save(update_fields=list(texts))
        return self.existing


class AlternativeTextFilter(admin.SimpleListFilter):
    title = gettext_lazy("alternative text")
    parameter_name = "alt"

    def lookups(self, request, model_admin):
        return [("missing", gettext_lazy("Missing"))]

    def queryset(self, request, queryset):
        return queryset.filter(alt="") if self.value() == "missing" else queryset


@admin.register(Image)
class ImageAdmin(InUse, NewsroomAdmin):
    list_display = ["thumbnail", "__str__", "dimensions", "credit", "cover_of", "uploaded_by", "uploaded_at"]
    list_display_links = ["__str__"]
    list_filter = [AlternativeTextFilter]
    list_select_related = ["uploaded_by"]
    date_hierarchy = "uploaded_at"
    search_fields = ["alt", "credit", "file", "old_path"]
    readonly_fields = ["picture", "address", "dimensions", "old_path", "uploaded_by", "uploaded_at"]

    def get_urls(self):
        view = self.admin_site.admin_view(self.thumbnail_view, cacheable=True)
        return [path("<int:pk>/thumbnail/", view, name="blog_image_thumbnail"), *super().get_urls()]

    def thumbnail_view(self, request, pk):
        image = get_object_or_404(Image, pk=pk)
        try:
            with image.file.open("rb") as file:
                content = thumbnail(file.read())
        except (FileNotFoundError, UnusablePicture) as error:
            raise Http404 from error
        response = HttpResponse(content, content_type="image/webp")
        response["Cache-Control"] = "private, max-age=86400"
        return response

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return [(None, {"fields": ["file", "alt", "credit"]})]
        about = ["address", "dimensions", "old_path", "uploaded_by", "uploaded_at"]
        return [
            (None, {"fields": ["picture", "alt", "credit"]}),
            (
                _("File"),
                {"fields": about if obj.old_path else [name for name in about if name != "old_path"]},
            ),
        ]

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is None:
            kwargs["form"] = UploadForm
        return super().get_form(request, obj, change, **kwargs)

    def save_form(self, request, form, change):
        unsaved = super().save_form(request, form, change)
        return unsaved if change else form.stored(request.user)

    def save_model(self, request, obj, form, change):
        if change:
            super().save_model(request, obj, form, change)
        elif form.existing:
            text = _("This picture is here already, so the existing one is used: {}")
            self.message_user(request, format_html(text, edit_link(obj)), messages.WARNING)

    def get_queryset(self, request):
        images = super().get_queryset(request)
        return images if is_autocomplete(request) else images.annotate(cover_count=Count("posts"))

    def uses(self, image):
        shown = Q(body_html__contains=image.file.url)
        posts = Post.objects.filter(shown | Q(cover=image)).only("title")
        return [edit_link(row) for row in [*posts, *Page.objects.filter(shown).only("title")]]

    def delete_queryset(self, request, queryset):
        for image in queryset:
            image.delete()  # one by one: the file goes too

    @admin.display(description="")
    def thumbnail(self, image):
        return thumbnail_tag(image)

    @admin.display(description=gettext_lazy("picture"))
    def picture(self, image):
        return format_html(
            '<a href="{0}"><img class="picture" src="{0}" width="{1}" height="{2}" alt="{3}"></a>',
            image.file.url,
            image.width,
            image.height,
            image.alt,
        )

    @admin.display(description=gettext_lazy("address"))
    def address(self, image):
        return format_html('<a href="{0}">{0}</a>', image.file.url)

    @admin.display(description=gettext_lazy("pixels"))
    def dimensions(self, image):
        return f"{image.width} × {image.height}"

    @admin.display(description=gettext_lazy("cover of"), ordering="cover_count", empty_value="")
    def cover_of(self, image):
        return image.cover_count or None
