"""Search: the page, its filters, and suggestions while somebody types."""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.db.models.functions import ExtractYear
from django.http import JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from blog.addresses import absolute_url
from blog.models import Author, Category, Post, SearchEntry, Tag
from blog.search.hits import ORDERS, Hits
from blog.search.keys import among
from blog.search.passages import best_passage, marked
from blog.search.query import clean
from blog.search.results import suggestions
from blog.views.head import Head
from blog.views.lists import PostListView

FACET_LENGTH = 8
POPULAR_TAGS = 20


@dataclass(frozen=True)
class Filters:
    """What narrows the results; each is a slug, `year` a year, and empty when it does not."""

    category: str = ""
    tag: str = ""
    author: str = ""
    year: str = ""

    @classmethod
    def of(cls, asked) -> "Filters":
        given = {name: asked.get(name, "").replace("\0", "") for name in ("category", "tag", "author")}
        year = asked.get("year", "")
        return cls(**given, year=year if re.fullmatch("[0-9]{4}", year, re.ASCII) else "")

    def apply(self, posts: QuerySet) -> QuerySet:
        if self.category:
            posts = posts.filter(category__slug=self.category)
        if self.author:
            posts = posts.filter(author__slug=self.author)
        if self.tag:
            posts = posts.filter(pk__in=Post.objects.filter(tagged_posts__tag__slug=self.tag).values("pk"))
        if self.year:
            first, last = datetime.date(int(self.year) or 1, 1, 1), datetime.date(int(self.year) or 1, 12, 31)
            posts = posts.filter(published_on__range=(first, last))
        return posts


@dataclass(frozen=True)
class Choice:
    """A filter that can be set, or taken away, by following `path`."""

    name: str
    path: str
    count: int = 0


class HitPaginator(Paginator):
    """Pages of hits."""

    count = cached_property(lambda self: len(self.object_list))


class SearchView(PostListView):
    """Posts that hold the words of `q`. Never indexed by search engines."""

    template_name = "blog/search/page.html"
    url_name = "search"
    paginator_class = HitPaginator

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.query = clean(request.GET.get("q", ""))
        self.order = request.GET.get("order") if request.GET.get("order") in ORDERS else ORDERS[0]
        self.filters = Filters.of(request.GET)

    def get_queryset(self):
        self.hits = Hits.of(self.query, self.filters.apply(Post.objects.public()), self.order)
        return self.hits

    def path(self, filters: Filters | None = None, **changes) -> str:
        """The address of this search with other filters, another order or another page."""
        asked = {"q": self.query, **vars(filters or self.filters), "order": self.order} | changes
        if asked["order"] == ORDERS[0]:
            del asked["order"]
        return f"{reverse('search')}?{urlencode({key: value for key, value in asked.items() if value})}"

    def page_path(self, number):
        return self.path(page=number if number > 1 else "")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        posts = context["posts"]
        texts = dict(SearchEntry.objects.filter(pk__in=[p.pk for p in posts]).values_list("pk", "text"))
        for post in posts:
            post.title_parts = marked(post.title, self.hits.query.needles)
            body = texts.get(post.pk, "").split("\n", 2)[-1]
            post.passage = best_passage(body, self.hits.query.needles) or marked(
                post.excerpt, self.hits.query.needles
            )
        return context | {
            "query": self.query,
            "hits": self.hits,
            "orders": self.orders(),
            "by_relevance": self.order == "relevance",
            "facets": list(self.facets()),
            "chosen": list(self.chosen()),
            "is_filtered": any(vars(self.filters).values()),
            "unfiltered_path": self.path(Filters()),
            "kept_fields": vars(self.filters) | {"order": "" if self.order == ORDERS[0] else self.order},
            "popular_tags": [] if self.query else popular_tags(),
        }

    def orders(self) -> list[dict]:
        names = {"relevance": _("Relevance"), "date": _("Newest first")}
        return [
            {"name": names[order], "path": self.path(order=order), "current": order == self.order}
            for order in ORDERS
        ]

    def facets(self) -> Iterator[tuple[str, list[Choice]]]:
        """By what the hits can be narrowed, with the number of hits that would be left."""
        if not self.hits.pks:
            return
        posts = among(self.hits.posts, self.hits.pks)
        for field, title, slug, name in (
            ("category", _("Category"), "category__slug", "category__name"),
            ("tag", _("Tag"), "tagged_posts__tag__slug", "tagged_posts__tag__name"),
            ("author", _("Author"), "author__slug", "author__name"),
        ):
            if getattr(self.filters, field):
                continue
            rows = posts.exclude(**{slug: None}).values_list(slug, name).annotate(n=Count("pk"))
            rows = rows.order_by("-n", name)[:FACET_LENGTH]
            choices = [
                Choice(name, self.path(replace(self.filters, **{field: slug})), count)
                for slug, name, count in rows
            ]
            if len(choices) > 1:
                yield title, choices
        if not self.filters.year:
            rows = (
                posts.annotate(year=ExtractYear("published_on")).values_list("year").annotate(n=Count("pk"))
            )
            choices = [
                Choice(
                    _("%(year)d") % {"year": year}, self.path(replace(self.filters, year=str(year))), count
                )
                for year, count in rows.order_by("-year")
            ]
            if len(choices) > 1:
                yield _("Year"), choices

    def chosen(self) -> Iterator[Choice]:
        for field, model in (("category", Category), ("tag", Tag), ("author", Author)):
            slug = getattr(self.filters, field)
            if slug:
                # A name that only hidden posts use is not told.
                row = model.objects.in_use().filter(slug=slug).first()
                yield Choice(row.name if row else slug, self.path(replace(self.filters, **{field: ""})))
        if self.filters.year:
            name = _("%(year)d") % {"year": int(self.filters.year)}
            yield Choice(name, self.path(replace(self.filters, year="")))

    def get_head(self, context):
        page = context["page_obj"]
        title = _("Search")
        if self.query:
            title = self.on_page(_("Search results for “%(query)s”") % {"query": self.query}, page)
        return Head(
            title=title,
            description=_("Search all articles."),
            url=absolute_url(reverse("search")),
            noindex=True,
        )


def popular_tags() -> QuerySet[Tag]:
    return Tag.objects.in_use().order_by("-public_posts", "name")[:POPULAR_TAGS]


@require_safe
def search_suggestions(request):
    """Tags and titles that hold what is being typed, as `{"suggestions": [{"kind", "text", "path"}]}`."""
    found = suggestions(clean(request.GET.get("q", "")))
    answer = JsonResponse({"suggestions": found}, json_dumps_params={"ensure_ascii": False})
    answer["X-Robots-Tag"] = "noindex"
    return answer
