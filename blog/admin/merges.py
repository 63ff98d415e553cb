"""Merging categories, authors and tags in the admin, and the list from which a merge is undone."""

from urllib.parse import unquote

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Case, When
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from blog.admin.base import ChoiceSelect, NewsroomAdmin, short_moment
from blog.models import Merge, Post, TaggedPost
from blog.models.merges import KINDS

CHOICES = {"tag": TaggedPost._meta.get_field("tag")}


class TargetForm(forms.Form):
    def __init__(self, source, site, data=None):
        super().__init__(data)
        kind = source._meta.model_name
        field = CHOICES.get(kind) or Post._meta.get_field(kind)
        self.fields["target"] = forms.ModelChoiceField(
            type(source).objects.exclude(pk=source.pk),
            label=_("merge into"),
            widget=ChoiceSelect(field, site),
            error_messages={"invalid_choice": _("Choose another one as the target.")},
        )


class MergeViews:
    """Mixed into the admin of what can be merged: a page to choose the target and see what will happen."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.merge_view)
        name = f"blog_{self.opts.model_name}_merge"
        return [path("<int:pk>/merge/", view, name=name), *super().get_urls()]

    def merge_url(self, source, target=None) -> str:
        url = reverse(f"admin:blog_{self.opts.model_name}_merge", args=[source.pk])
        return f"{url}?target={target.pk}" if target else url

    def has_merge_permission(self, request) -> bool:
        return may_merge(request.user, self.opts.model_name)

    def merge_view(self, request, pk):
        """GET chooses the target, GET with `target` shows the consequences, POST merges."""
        if not self.has_merge_permission(request):
            raise PermissionDenied
        source = get_object_or_404(self.model, pk=pk)
        data = request.POST or request.GET
        form = TargetForm(source, self.admin_site, data if "target" in data else None)
        target = form.cleaned_data["target"] if form.is_bound and form.is_valid() else None
        if request.method == "POST" and target:
            try:
                merge = Merge.objects.merge(source, target, request.user)
            except ValidationError as error:
                form.add_error("target", error)
                target = None
            else:
                return self._merged(request, merge, target)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Merge “%(name)s”") % {"name": source},
            "opts": self.opts,
            "media": self.media + form.media,
            "form": form,
            "source": source,
            "target": target,
        }
        if target:
            context |= self._consequences(source, target)
        return TemplateResponse(request, "admin/blog/merge.html", context)

    def _consequences(self, source, target) -> dict:
        posts = Post.objects.filter(**{self.post_filter: source.pk})
        both = posts.filter(tagged_posts__tag=target).count() if self.opts.model_name == "tag" else 0
        return {
            "count": posts.count(),
            "public_count": posts.public().count(),
            "both": both,
            "names": source.spellings.order_by("pk"),
            "target_path": target.get_absolute_url(),
            "target_shown": unquote(target.get_absolute_url()),
            "paths": [found for slug in source.addresses.order_by("pk") for found in self._paths(slug.slug)],
        }

    def _paths(self, slug: str) -> list[str]:
        """The addresses that lead to the target from then on: the archive, its later pages, its feeds."""
        kind = self.model.url_name
        paths = [reverse(kind, args=[slug]), reverse(f"{kind}_feed", args=[slug])]
        return [*map(unquote, paths), *([f"/feeds/{slug}.xml"] if kind == "category" else [])]

    def _merged(self, request, merge, target):
        count = merge.post_count
        text = ngettext(
            "“%(source)s” with %(count)d post is part of “%(target)s” now.",
            "“%(source)s” with %(count)d posts is part of “%(target)s” now.",
            count,
        ) % {"source": merge.source_name, "target": merge.target_name, "count": count}
        link = format_html('<a href="{}">{}</a>', _list_of_merges(), _("Undo…"))
        self.message_user(request, format_html("{} {}", text, link), messages.SUCCESS)
        return HttpResponseRedirect(reverse(f"admin:blog_{self.opts.model_name}_change", args=[target.pk]))

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj and self.has_merge_permission(request):
            context["merge_url"] = self.merge_url(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def render_delete_form(self, request, context):
        """What is in use cannot be deleted, but merged."""
        if self.has_merge_permission(request):
            context["merge_url"] = self.merge_url(context["object"])
        return super().render_delete_form(request, context)


def may_merge(user, kind: str) -> bool:
    return user.has_perm(f"blog.merge_{kind}")


def _list_of_merges() -> str:
    return reverse("admin:blog_merge_changelist")


@admin.register(Merge)
class MergeAdmin(NewsroomAdmin):
    """What was merged, to be looked up and undone; nothing here is typed."""

    list_display = ["moment", "kind_label", "source_name", "target_name", "posts", "merged_by", "undoing"]
    list_display_links = None
    list_select_related = ["merged_by"]
    search_fields = ["source_name", "target_name"]

    class Media:
        css = {"all": ["css/admin-library.css"]}

    def get_urls(self):
        view = self.admin_site.admin_view(require_POST(self.undo_view))
        return [path("<int:pk>/undo/", view, name="blog_merge_undo"), *super().get_urls()]

    def get_queryset(self, request):
        mine = [kind for kind in KINDS if may_merge(request.user, kind)]
        return (
            super()
            .get_queryset(request)
            .annotate(may_undo=Case(When(kind__in=mine, then=True), default=False))
        )

    def has_view_permission(self, request, obj=None):
        return super().has_view_permission(request, obj) or any(
            may_merge(request.user, kind) for kind in KINDS
        )

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def undo_view(self, request, pk):
        merge = get_object_or_404(Merge, pk=pk)
        if not may_merge(request.user, merge.kind):
            raise PermissionDenied
        try:
            left = merge.undo(request.user)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
        else:
            text = _("“%(source)s” is an entry of its own again.") % {"source": merge.source_name}
            if left:
                more = ngettext(
                    "%(count)d post was changed since and stays as it is.",
                    "%(count)d posts were changed since and stay as they are.",
                    left,
                )
                text = f"{text} {more % {'count': left}}"
            self.message_user(request, text, messages.WARNING if left else messages.SUCCESS)
        return HttpResponseRedirect(_list_of_merges())

    @admin.display(description=gettext_lazy("when"), ordering="merged_at")
    def moment(self, merge):
        return short_moment(merge.merged_at)

    @admin.display(description=gettext_lazy("kind"), ordering="kind")
    def kind_label(self, merge):
        return merge.model._meta.verbose_name

    @admin.display(description=gettext_lazy("posts"))
    def posts(self, merge):
        return merge.post_count

    @admin.display(description="", empty_value="")
    def undoing(self, merge):
        if merge.undone_at:
            return _("undone on %s") % short_moment(merge.undone_at)
        if not merge.may_undo:
            return None
        url = reverse("admin:blog_merge_undo", args=[merge.pk])
        label = _("Undo the merge of “%(name)s”") % {"name": merge.source_name}
        html = '<button class="button" formaction="{}" aria-label="{}">{}</button>'
        return format_html(html, url, label, _("Undo"))
