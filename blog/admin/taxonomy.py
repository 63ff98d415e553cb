"""Categories, authors and tags: their lists, their other names, and what a deletion would do."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from blog.admin.base import InUse, NewsroomAdmin, is_autocomplete
from blog.admin.merges import MergeViews
from blog.audit import record
from blog.models import Author, Category, Post, Tag, TaggedPost
from blog.naming import NAME_LENGTH, join_tags, loose_key, name_key, parse_tags


class NamedForm(forms.ModelForm):
    """With the other names by which the row is found, in one line as tags are typed."""

    aliases = forms.CharField(
        label=gettext_lazy("other names"),
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=gettext_lazy("Typing one of them, or importing an article with it, gives this entry."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["aliases"] = join_tags(self.instance.aliases())

    def clean_aliases(self):
        names = parse_tags(self.cleaned_data["aliases"])
        errors = []
        for name in names:
            taken = self.instance.spelling_elsewhere(name)
            if taken:
                errors.append(taken.refusal())
            elif len(name) > NAME_LENGTH:
                text = _("A name may have %(limit)d characters; this one is longer: %(name)s…")
                errors.append(text % {"limit": NAME_LENGTH, "name": name[:40]})
        if errors:
            raise ValidationError(errors)
        return names


class NamedAdmin(MergeViews, InUse, NewsroomAdmin):
    """Categories, authors and tags. `post_filter` is the parameter that filters the list of posts by one."""

    form = NamedForm
    search_fields = ["name", "key", "slug"]
    post_filter = ""
    empty_is_missing = True  # the page of a row without a public post answers 404

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows if is_autocomplete(request) else rows.with_public_counts()

    def get_search_results(self, request, queryset, search_term):
        """Names are found whatever their width or case, and by their aliases."""
        spellings = self.model.spellings.rel.related_model
        for word in search_term.split():
            key = name_key(word)
            also = spellings.objects.filter(key__contains=key).values("row")
            queryset = queryset.filter(Q(pk__in=also) | Q(slug__contains=key))
        return queryset, False

    def get_fields(self, request, obj=None):
        return [*self.fields, "old_addresses", "similar_names"] if obj else self.fields

    def get_readonly_fields(self, request, obj=None):
        return ["old_addresses", "similar_names"]

    def save_model(self, request, obj, form, change):
        before = self.model.objects.filter(pk=obj.pk).values("name", "slug").first()
        super().save_model(request, obj, form, change)
        after = {"name": obj.name, "slug": obj.slug}
        aliases = form.cleaned_data["aliases"]
        if before and before["name"] != obj.name:
            aliases = [*aliases, before["name"]]
        obj.set_aliases(aliases)
        if before and before != after:
            changed = {name: before[name] for name in before if before[name] != after[name]}
            record(request.user, "renamed", obj, before=changed)

    @admin.display(description=gettext_lazy("public posts"), ordering="public_posts")
    def public_posts(self, row):
        return row.public_posts

    @admin.display(description=gettext_lazy("old addresses"))
    def old_addresses(self, row):
        """Those that redirect to the row."""
        slugs = row.addresses.exclude(slug=row.slug).order_by("pk").values_list("slug", flat=True)
        paths = [(reverse(row.url_name, args=[slug]), slug) for slug in slugs]
        items = format_html_join("", '<li><a href="{}">{}</a></li>', paths)
        return format_html('<ul class="plain">{}</ul>', items) if paths else _("none")

    @admin.display(description=gettext_lazy("similar names"))
    def similar_names(self, row):
        """Other rows that differ in spaces, hyphens or long vowels only, and may be the same thing."""
        spellings = self.model.spellings.rel.related_model.objects.exclude(row=row)
        loose = {loose_key(key) for key in row.spellings.values_list("key", flat=True)} - {""}
        alike = {pk for pk, key in spellings.values_list("row", "key") if loose_key(key) in loose}
        rows = self.model.objects.filter(pk__in=alike)
        links = [(self.merge_url(row, other), other, _("merge…")) for other in rows]
        items = format_html_join("", '<li>{1} (<a href="{0}">{2}</a>)</li>', links)
        return format_html('<ul class="plain">{}</ul>', items) if links else _("none")

    def view_on_site(self, row):
        return row.get_absolute_url() if row.public_posts or not self.empty_is_missing else None

    def uses(self, row):
        count = self.post_count(row)
        if not count:
            return []
        text = ngettext("%(count)d post uses “%(name)s”", "%(count)d posts use “%(name)s”", count)
        return [self.link_to_posts(row, text % {"count": count, "name": row.name})]

    def post_count(self, row) -> int:
        return Post.objects.filter(**{self.post_filter: row.pk}).count()

    def link_to_posts(self, row, text: str):
        url = reverse("admin:blog_post_changelist")
        return format_html('<a href="{}?{}={}">{}</a>', url, self.post_filter, row.pk, text)


@admin.register(Category)
class CategoryAdmin(NamedAdmin):
    list_display = ["name", "slug", "position", "public_posts"]
    fields = ["name", "slug", "aliases", "description", "position"]
    post_filter = "category__id__exact"
    empty_is_missing = False


@admin.register(Author)
class AuthorAdmin(NamedAdmin):
    list_display = ["name", "slug", "role", "user", "public_posts"]
    list_select_related = ["user"]
    fields = ["name", "slug", "aliases", "role", "bio", "user"]
    autocomplete_fields = ["user"]
    post_filter = "author__id__exact"


class TagUseFilter(admin.SimpleListFilter):
    title = gettext_lazy("use")
    parameter_name = "use"

    def lookups(self, request, model_admin):
        return [("none", gettext_lazy("By no post"))]

    def queryset(self, request, queryset):
        used = TaggedPost.objects.filter(tag=OuterRef("pk"))  # not a join beside the one that counts
        return queryset.filter(~Exists(used)) if self.value() == "none" else queryset


@admin.register(Tag)
class TagAdmin(NamedAdmin):
    list_display = ["name", "slug", "public_posts"]
    list_filter = [TagUseFilter]
    fields = ["name", "slug", "aliases"]
    post_filter = "tags__id__exact"

    def get_deleted_objects(self, objs, request):
        """Posts go on without a tag; the page says how many lose it, and does not list them."""
        lines = []
        for tag in objs:
            count = self.post_count(tag)
            text = ngettext("%(count)d post loses this tag", "%(count)d posts lose this tag", count)
            posts = self.link_to_posts(tag, text % {"count": count}) if count else _("used by no post")
            lines.append(format_html("{} ({})", tag, posts))
        allowed = self.has_delete_permission(request)
        refused = set() if allowed else {self.opts.verbose_name}
        return lines, {self.opts.verbose_name_plural: len(objs)}, refused, []
