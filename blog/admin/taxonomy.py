from django.contrib import admin
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy, ngettext

from blog.admin.base import InUse, NewsroomAdmin, is_autocomplete
from blog.models import Author, Category, Post, Tag
from blog.naming import name_key


class NamedAdmin(InUse, NewsroomAdmin):
    """Categories, authors and tags. `post_filter` is the parameter that filters the list of posts by one."""

    search_fields = ["name", "key", "slug"]
    post_filter = ""

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows if is_autocomplete(request) else rows.with_public_counts()

    def get_search_results(self, request, queryset, search_term):
        """Names are found whatever their width or case."""
        for word in search_term.split():
            key = name_key(word)
            queryset = queryset.filter(Q(key__contains=key) | Q(slug__contains=key))
        return queryset, False

    @admin.display(description=gettext_lazy("public posts"), ordering="public_posts")
    def public_posts(self, row):
        return row.public_posts

    def uses(self, row):
        count = Post.objects.filter(**{self.post_filter: row.pk}).count()
        if not count:
            return []
        url = reverse("admin:blog_post_changelist")
        text = ngettext("%(count)d post uses “%(name)s”", "%(count)d posts use “%(name)s”", count)
        return [
            format_html(
                '<a href="{}?{}={}">{}</a>',
                url,
                self.post_filter,
                row.pk,
                text % {"count": count, "name": row.name},
            )
        ]


@admin.register(Category)
class CategoryAdmin(NamedAdmin):
    list_display = ["name", "slug", "position", "public_posts"]
    fields = ["name", "slug", "description", "position"]
    post_filter = "category__id__exact"


@admin.register(Author)
class AuthorAdmin(NamedAdmin):
    list_display = ["name", "slug", "role", "user", "public_posts"]
    list_select_related = ["user"]
    fields = ["name", "slug", "role", "bio", "user"]
    autocomplete_fields = ["user"]
    post_filter = "author__id__exact"


@admin.register(Tag)
class TagAdmin(NamedAdmin):
    list_display = ["name", "slug", "public_posts"]
    fields = ["name", "slug"]
    post_filter = "tags__id__exact"
