"""Sitemaps (https://www.sitemaps.org/protocol.html): an index, and below it one section for each month of
posts, for categories, tags and authors, and for the pages beside the news.

What search engines may not list is not in them: drafts and the like, `noindex`, posts whose canonical
address is another one. A link begins with SITE_URL, whatever host the request names.
"""

import datetime
import math
import re
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import SitemapIndexItem, sitemap, x_robots_tag
from django.core.paginator import Paginator
from django.db.models import Count, F, Max
from django.db.models.functions import TruncMonth
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.decorators.http import require_safe

from blog.addresses import absolute_url, tokyo_day
from blog.listing import next_month
from blog.models import Author, Category, Correction, Page, Post, Tag
from blog.querysets import PostQuerySet, last_change, public_filter
from blog.rendering.text import without_controls

NEWS = datetime.timedelta(days=2)
NEWS_AT_MOST = 1000


@require_safe
@x_robots_tag
def index(request: HttpRequest) -> HttpResponse:
    entries = []
    for name, section in sections().items():
        address = absolute_url(reverse("sitemap_section", args=[name]))
        pages = range(1, section.number_of_pages + 1)
        latest = section.get_latest_lastmod() if pages else None
        entries += [
            SitemapIndexItem(f"{address}?p={page}" if page > 1 else address, latest) for page in pages
        ]
    context = {"sitemaps": entries}
    return TemplateResponse(request, "sitemap_index.xml", context, content_type="application/xml")


@require_safe
def section(request: HttpRequest, section: str) -> HttpResponse:
    month = re.fullmatch(r"posts-([0-9]{4})-(0[1-9]|1[0-2])", section, re.ASCII)
    if month and 1 < int(month[1]) < 9999:
        found = month_sections(datetime.date(int(month[1]), int(month[2]), 1))
    else:
        found = {name: made for name, made in other_sections().items() if name == section}
    return sitemap(request, found, section, template_name="blog/sitemap.xml")


@require_safe
def news(request: HttpRequest) -> HttpResponse:
    """The articles of the last two days, at most 1,000.

    https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap
    """
    since = timezone.now() - NEWS
    posts = Post.objects.public().in_sitemap().filter(published_at__gte=since).newest_first()
    entries = [
        {"url": post.get_canonical_url(), "moment": post.published_at, "title": without_controls(post.title)}
        for post in posts.only("title", "slug", "published_at", "canonical_url")[:NEWS_AT_MOST]
    ]
    context = {"entries": entries, "name": settings.SITE_NAME}
    return TemplateResponse(request, "blog/news_sitemap.xml", context, content_type="application/xml")


def sections() -> dict[str, "Section"]:
    """All sections by name: `posts-2025-10`, `tags` and so on."""
    return other_sections() | month_sections()


def other_sections() -> dict[str, "Section"]:
    return {
        "lists": ListSection(),
        "pages": PageSection(),
        "categories": NamedSection(Category),
        "tags": NamedSection(Tag),
        "authors": NamedSection(Author),
    }


def listed_posts(month: datetime.date | None = None) -> PostQuerySet:
    """The posts (of that month) whose own address is the canonical one."""
    posts = Post.objects.all()
    if month:  # before the gate: of two upper bounds SQLite looks up the first in its index
        posts = posts.filter(published_at__lt=tokyo_day(next_month(month))[0])
        posts = posts.filter(published_at__gte=tokyo_day(month)[0])
    posts = posts.public().in_sitemap()
    named = posts.exclude(canonical_url="").only("slug", "published_at", "canonical_url")
    elsewhere = [
        post.pk for post in named if absolute_url(post.canonical_url) != absolute_url(post.get_absolute_url())
    ]
    return posts.exclude(pk__in=elsewhere)


class Section(Sitemap):
    """Items with an address and a `last_change`. A section without any is not there."""

    limit = 5_000  # the protocol allows 50,000

    @property
    def protocol(self) -> str:
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site=None) -> str:
        return urlsplit(settings.SITE_URL).netloc

    @property
    def paginator(self) -> Paginator:
        return Paginator(self.items(), self.limit, allow_empty_first_page=False)

    @property
    def number_of_pages(self) -> int:
        return self.paginator.num_pages

    def lastmod(self, item) -> datetime.datetime:
        return item.last_change


class MonthSection(Section):
    """The posts of one Tokyo month, oldest first, so that a page once full stays as it is."""

    def __init__(self, posts: PostQuerySet, month: datetime.date, count: int, latest: datetime.datetime):
        self.posts, self.month, self.count, self.latest = posts, month, count, latest

    def items(self) -> PostQuerySet:
        posts = self.posts.between(tokyo_day(self.month)[0], tokyo_day(next_month(self.month))[0])
        dated = posts.annotate(last_change=last_change()).only("slug", "published_at")
        return dated.order_by("published_at", "pk")

    @property
    def number_of_pages(self) -> int:
        return math.ceil(self.count / self.limit)

    def get_latest_lastmod(self) -> datetime.datetime:
        return self.latest


def month_sections(month: datetime.date | None = None) -> dict[str, MonthSection]:
    """Of that month, or of all."""
    posts = listed_posts(month)
    months = posts.annotate(month=TruncMonth("published_on")).values("month").order_by("-month")
    return {
        f"posts-{row['month']:%Y-%m}": MonthSection(posts, **row)
        for row in months.annotate(count=Count("pk"), latest=Max(last_change()))
    }


class NamedSection(Section):
    """Categories, authors or tags with a public post."""

    def __init__(self, model: type[Category | Author | Tag]):
        self.model = model

    def items(self):
        prefix = f"{self.model.posts_path}__"
        latest = Max(last_change(prefix), filter=public_filter(prefix))
        return self.model.objects.in_use().annotate(last_change=latest).order_by("pk")


class PageSection(Section):
    def items(self):
        return Page.objects.public().annotate(last_change=F("updated_at")).order_by("pk")


class ListSection(Section):
    """Home and the lists of everything: they change with each publication."""

    def items(self) -> list[str]:
        lists = ["home", "archive", "tags", "authors"] if self.newest else []
        return [*lists, "corrections"] if self.newest_correction else lists

    def location(self, item: str) -> str:
        return reverse(item)

    def lastmod(self, item: str) -> datetime.datetime:
        return self.newest_correction if item == "corrections" else self.newest

    @cached_property
    def newest_correction(self) -> datetime.datetime | None:
        return Correction.objects.public().aggregate(newest=Max("published_at"))["newest"]

    @cached_property
    def newest(self) -> datetime.datetime | None:
        return Post.objects.public().aggregate(newest=Max("published_at"))["newest"]
