from django import forms
from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markdownx.models import MarkdownxField

from blog.admin.base import NewsroomAdmin
from blog.admin.markdown import MarkdownEditor, MarkdownForm
from blog.history.admin import HistoryMixin
from blog.models import Page, Post, Redirect
from blog.models.pages import RESERVED_SLUGS


class PageForm(MarkdownForm):
    def clean_slug(self):
        slug = self.cleaned_data["slug"]
        if slug in RESERVED_SLUGS:
            raise forms.ValidationError(_("/%s/ belongs to another part of the site.") % slug)
        return slug


@admin.register(Page)
class PageAdmin(HistoryMixin, NewsroomAdmin):
    form = PageForm
    formfield_overrides = {MarkdownxField: {"widget": MarkdownEditor}}
    list_display = ["title", "slug", "position", "is_published", "updated_at"]
    search_fields = ["title", "slug", "body"]
    fieldsets = [
        (None, {"fields": ["title", "body"]}),
        (gettext_lazy("Publication"), {"fields": ["slug", "description", "position", "is_published"]}),
    ]

    def view_on_site(self, page):
        return page.get_absolute_url() if page.is_published else None


@admin.register(Redirect)
class RedirectAdmin(NewsroomAdmin):
    list_display = ["old_path", "post"]
    list_select_related = ["post"]
    fields = ["old_path", "post"]
    autocomplete_fields = ["post"]
    search_fields = ["old_path", "post__title"]

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .defer("post__body", "post__body_html", "post__toc", "post__front_matter")
        )

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "post":
            kwargs["queryset"] = Post.objects.only("title")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
