"""The library of pictures: its list, its forms, and what may be deleted."""

from pathlib import PurePosixPath

from django.contrib import admin, messages
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blog.admin.base import NewsroomAdmin, edit_link, is_autocomplete, short_moment
from blog.admin.covers import thumbnail_tag
from blog.admin.library import LibraryViews
from blog.admin.uploads import ImageForm, UploadForm
from blog.audit import record
from blog.models import Image, Page, Post

SHOWN_USES = 50


class AlternativeTextFilter(admin.SimpleListFilter):
    title = gettext_lazy("alternative text")
    parameter_name = "alt"

    def lookups(self, request, model_admin):
        return [("missing", gettext_lazy("Missing"))]

    def queryset(self, request, queryset):
        return queryset.filter(alt="") if self.value() == "missing" else queryset


class UseFilter(admin.SimpleListFilter):
    title = gettext_lazy("use")
    parameter_name = "use"

    def lookups(self, request, model_admin):
        return [("none", gettext_lazy("Unused"))]

    def queryset(self, request, queryset):
        return queryset.unused() if self.value() == "none" else queryset


@admin.register(Image)
class ImageAdmin(LibraryViews, NewsroomAdmin):
    form = ImageForm
    list_display = ["small_picture", "__str__", "about", "credit_line", "use_count", "uploaded"]
    list_display_links = ["__str__"]
    list_filter = [
        UseFilter,
        AlternativeTextFilter,
        "licence",
        ("uploaded_by", admin.RelatedOnlyFieldListFilter),
    ]
    list_per_page = 60
    list_select_related = ["uploaded_by"]
    date_hierarchy = "uploaded_at"
    search_fields = ["search_text"]
    search_help_text = gettext_lazy("File name, alternative text, credit, licence or notes")
    readonly_fields = ["picture", "address", "former_addresses", "dimensions", "shown_in"]
    readonly_fields += ["old_path", "uploaded_by", "uploaded_at"]

    class Media:
        css = {"all": ["css/admin-library.css"]}

    # The list

    def get_queryset(self, request):
        images = super().get_queryset(request)
        return images if is_autocomplete(request) else images.with_use_counts()

    def get_search_results(self, request, queryset, search_term):
        return queryset.search(search_term.replace("\0", "")), False

    @admin.display(description="")
    def small_picture(self, image):
        return thumbnail_tag(image)

    @admin.display(description=gettext_lazy("file"), ordering="size")
    def about(self, image):
        missing = "" if image.alt else format_html('<span class="lack">{}</span>', _("no alternative text"))
        kind = PurePosixPath(image.file.name).suffix.removeprefix(".").upper()
        text = f"{kind} {self.dimensions(image)} {filesizeformat(image.size)}"
        return format_html("{} {}", text, missing)

    @admin.display(description=gettext_lazy("credit"), ordering="credit", empty_value="")
    def credit_line(self, image):
        return " · ".join(filter(None, (image.credit, image.licence)))

    @admin.display(description=gettext_lazy("use"), ordering="cover_count")
    def use_count(self, image):
        if not image.cover_count and not image.body_count:
            return _("unused")
        counts = [(_("cover %d"), image.cover_count), (_("text %d"), image.body_count)]
        return " · ".join(text % count for text, count in counts if count)

    @admin.display(description=gettext_lazy("uploaded"), ordering="uploaded_at")
    def uploaded(self, image):
        who = f" {image.uploaded_by}" if image.uploaded_by else ""
        return f"{short_moment(image.uploaded_at)}{who}"

    # The form

    def get_fieldsets(self, request, obj=None):
        texts = ["alt", "credit", "licence", "notes"]
        if obj is None:
            return [(None, {"fields": ["file", *texts]})]
        about = ["address", "former_addresses", "dimensions", "old_path", "uploaded_by", "uploaded_at"]
        hidden = {"old_path": not obj.old_path, "former_addresses": not obj.former_files.exists()}
        return [
            (None, {"fields": ["picture", *texts]}),
            (_("Use"), {"fields": ["shown_in"]}),
            (_("File"), {"fields": [name for name in about if not hidden.get(name)]}),
        ]

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is None:
            kwargs["form"] = UploadForm
        return super().get_form(request, obj, change, **kwargs)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj and self.has_change_permission(request, obj):
            context["replace_url"] = reverse("admin:blog_image_replace", args=[obj.pk])
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_form(self, request, form, change):
        unsaved = super().save_form(request, form, change)
        return unsaved if change else form.stored(request.user)

    def save_model(self, request, obj, form, change):
        if change:
            obj.save(update_fields=form.changed_data)  # its smaller versions may be made at this moment
            if "alt" in form.changed_data:
                obj.render_bodies()  # a picture without a text of its own has this one
        elif form.existing:
            text = _("This picture is here already, so the existing one is used: {}")
            self.message_user(request, format_html(text, edit_link(obj)), messages.WARNING)

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

    @admin.display(description=gettext_lazy("old addresses"))
    def former_addresses(self, image):
        """Of files that were replaced; they lead to the one of now."""
        paths = image.former_files.values_list("path")
        return format_html('<ul class="plain">{}</ul>', format_html_join("", "<li>{}</li>", paths))

    @admin.display(description=gettext_lazy("pixels"))
    def dimensions(self, image):
        return f"{image.width} × {image.height}"

    @admin.display(description=gettext_lazy("shown in"))
    def shown_in(self, image):
        uses = [(use,) for use in self.uses(image)]
        items = format_html_join("", "<li>{}</li>", uses)
        return format_html('<ul class="plain">{}</ul>', items) if uses else _("nothing")

    # Deleting: only what nothing shows

    def uses(self, image):
        """Links to the posts and pages that show the picture, with how they do."""
        covers = Post.objects.filter(cover=image).only("title")
        bodies = Post.objects.filter(image_uses__image=image).only("title")
        pages = Page.objects.filter(image_uses__image=image).only("title")
        drafts = Post.objects.filter(working_draft__image_uses__image=image).only("title")
        kinds = [(covers, _("cover")), (bodies, _("body")), (pages, _("page")), (drafts, _("working draft"))]
        rows = [(row, kind) for found, kind in kinds for row in found[: SHOWN_USES + 1]]
        lines = [format_html("{} ({})", edit_link(row), kind) for row, kind in rows[:SHOWN_USES]]
        return [*lines, _("and more")] if len(rows) > SHOWN_USES else lines

    def get_deleted_objects(self, objs, request):
        used = [image for image in objs if image.cover_count or image.body_count]
        if used:
            return [], {}, set(), [use for image in used for use in self.uses(image)]
        return super().get_deleted_objects(objs, request)

    def delete_view(self, request, object_id, extra_context=None):
        try:
            return super().delete_view(request, object_id, extra_context)
        except (ProtectedError, IntegrityError):
            # Somebody began to use it between our check and our deletion. A second check says where.
            return super().delete_view(request, object_id, extra_context)

    @transaction.atomic
    def delete_queryset(self, request, queryset):
        keys = list(queryset.values_list("pk", flat=True))
        # Who is about to use one of them waits, and then finds it gone.
        locked = Image.objects.select_for_update().order_by("pk").in_bulk(keys)
        unused = Image.objects.filter(pk__in=locked).unused()
        if len(unused) < len(keys):
            text = _("Some of the images came into use meanwhile and were not deleted.")
            self.message_user(request, text, messages.ERROR)
        for image in unused:
            record(request.user, "deleted", image)
            image.delete()  # one by one: the file goes too
