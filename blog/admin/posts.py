from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db import models
from django.db.models import F
from django.urls import path
from django.utils.encoding import uri_to_iri
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markdownx.models import MarkdownxField

from blog.admin.actions import WorkflowActions
from blog.admin.base import NewsroomAdmin, is_autocomplete
from blog.admin.covers import CoverSelect, thumbnail_tag
from blog.admin.markdown import MarkdownEditor
from blog.admin.post_form import LocalDateTimeInput, MomentField, PostForm
from blog.admin.preview import PostPreview, PreviewsOfTypedPosts
from blog.admin.related import RelatedPostInline
from blog.admin.search import search_posts
from blog.admin.states import CoverFilter, State, StateFilter, badge, state_of
from blog.editing.admin import EditingMixin
from blog.history.admin import HistoryMixin
from blog.models import Post
from blog.overview.lists import MineFilter, OverviewList, ProblemFilter, WorkingDraftFilter
from blog.workflow.admin import WorkflowDesk, choosable_posts
from blog.workflow.roles import draft_filter
from blog.workflow.transitions import perform

FOLDED = ["secondary", "collapse"]


class PostList(ChangeList):
    def get_queryset(self, request, exclude_parameters=None):
        posts = super().get_queryset(request, exclude_parameters).without_text()
        return posts.annotate(has_working_draft=draft_filter(request.user)).prefetch_related("tags")


@admin.register(Post)
class PostAdmin(
    EditingMixin,
    PreviewsOfTypedPosts,
    WorkflowDesk,
    WorkflowActions,
    HistoryMixin,
    OverviewList,
    NewsroomAdmin,
):
    form = PostForm
    inlines = [RelatedPostInline]
    autocomplete_fields = ["category", "author", "pillar"]
    formfield_overrides = {
        MarkdownxField: {"widget": MarkdownEditor},
        models.DateTimeField: {"form_class": MomentField, "widget": LocalDateTimeInput},
        models.URLField: {"assume_scheme": "https"},
    }

    list_display = ["thumbnail", "title", "state", "publication", "category", "author", "tag_names"]
    list_display_links = ["title"]
    list_filter = [
        StateFilter,
        MineFilter,
        WorkingDraftFilter,
        ProblemFilter,
        "category",
        "author",
        CoverFilter,
    ]
    list_filter += ["featured", "noindex"]
    date_hierarchy = "published_at"
    ordering = [F("published_at").desc(nulls_first=True), "-pk"]
    search_fields = ["title", "slug", "excerpt", "tags", "body"]

    class Media:
        css = {"all": ("css/admin-workflow.css",)}
        js = ("js/admin-publication.js", "js/admin-workflow.js")

    # The list

    def get_changelist(self, request, **kwargs):
        return PostList

    def get_queryset(self, request):
        posts = super().get_queryset(request)
        return posts.only("title") if is_autocomplete(request) else posts

    def get_search_results(self, request, queryset, search_term):
        return search_posts(queryset, search_term, in_text=not is_autocomplete(request)), False

    @admin.display(description="", empty_value="")
    def thumbnail(self, post):
        return thumbnail_tag(post.cover)

    @admin.display(description=gettext_lazy("state"), ordering="status")
    def state(self, post):
        shown = badge(state_of(post))
        if getattr(post, "has_working_draft", False):
            return format_html('{} <span class="draft-mark">{}</span>', shown, _("with a working draft"))
        return shown

    @admin.display(description=gettext_lazy("tags"), empty_value="")
    def tag_names(self, post):
        return format_html_join(" ", '<span class="tag">{}</span>', ((tag.name,) for tag in post.tags.all()))

    # Addresses

    def get_urls(self):
        preview = self.admin_site.admin_view(PostPreview.as_view(model_admin=self))
        return [path("<int:pk>/preview/", preview, name="blog_post_preview"), *super().get_urls()]

    def view_on_site(self, post):
        return post.get_absolute_url() if post.is_public else post.get_preview_url()

    # What may be changed

    def get_fieldsets(self, request, obj=None):
        state = state_of(obj) if obj else State.DRAFT
        publication = [("published_at", "expires_at"), "slug", "featured"]
        if state == State.PUBLIC:
            publication.append("last_modified_at")
            if self.has_change_permission(request, obj):
                publication.append("editorial_change")
        fieldsets = [
            (None, {"fields": ["title", "body"]}),
            (_("Summary"), {"fields": ["excerpt", "description", "given_reading_minutes"]}),
            (_("Cover image"), {"fields": ["cover"]}),
            (_("Classification"), {"fields": ["category", "author", "tags"]}),
            (_("Publication"), {"fields": publication}),
            (
                _("Search engines"),
                {"fields": [("noindex", "in_sitemap"), "canonical_url"], "classes": FOLDED},
            ),
            (_("Related posts"), {"fields": ["is_pillar", "pillar"], "classes": FOLDED}),
        ]
        if obj:
            record = ["redirect_list", "guid", "created_at", "updated_at"]
            if obj.imported_at:
                record += ["source_name", "imported_at", "imported_front_matter"]
            fieldsets.append((_("Record"), {"fields": record, "classes": [*FOLDED, "record"]}))
        return fieldsets

    def get_readonly_fields(self, request, obj=None):
        fields = ["last_modified_at", "redirect_list", "guid", "created_at", "updated_at"]
        fields += ["source_name", "imported_at", "imported_front_matter"]
        return fields if self.has_publish_permission(request) else [*fields, "published_at", "expires_at"]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.user = request.user
        return form

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "cover":
            kwargs["widget"] = CoverSelect(db_field, self.admin_site)
        elif db_field.name == "pillar":
            kwargs["queryset"] = choosable_posts(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=gettext_lazy("old addresses"))
    def redirect_list(self, post):
        paths = [(redirect.old_path,) for redirect in post.redirects.all()]
        items = format_html_join("", "<li>{}</li>", paths)
        return format_html('<ul class="plain">{}</ul>', items) if paths else _("none")

    @admin.display(description=gettext_lazy("front matter as imported"))
    def imported_front_matter(self, post):
        return format_html("<pre>{}</pre>", post.front_matter)

    # Saving

    def save_model(self, request, obj, form, change):
        if self.saves_working_draft(request):
            self.save_working_draft(request)
            return
        if not change:
            obj.created_by = request.user
        if form.cleaned_data.get("editorial_change") and state_of(obj) == State.PUBLIC:
            obj.mark_changed()
        if form.step:
            note, at, confirmed = form.cleaned_data["note"], form.at, form.confirmed
            perform(obj, form.step, user=request.user, note=note, at=at, confirmed=confirmed, edited=True)
        else:
            super().save_model(request, obj, form, change)

    def construct_change_message(self, request, form, formsets, add=False):
        message = super().construct_change_message(request, form, formsets, add)
        if form.step:
            label = str(state_of(form.instance).label)
            message.append({"changed": {"name": _("state"), "object": label}})
        return message

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj and request.method == "POST":
            # The form has already written into `obj`; the page tells what is stored.
            context["original"] = obj = Post.objects.get(pk=obj.pk)
        state = state_of(obj) if obj else State.DRAFT
        context |= {
            "state_badge": badge(state) if obj else "",
            "is_preview": state != State.PUBLIC,
            "public_path": uri_to_iri(obj.get_absolute_url()) if obj and state == State.PUBLIC else "",
            **self.workflow_context(request, obj, context["adminform"].form),
        }
        return super().render_change_form(request, context, add, change, form_url, obj)
