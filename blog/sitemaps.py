"""Sitemaps (https://www.sitemaps.org/protocol.html): an index, and below it one section for each month of
posts, for categories, tags and authors, and for the pages beside the news. A long section goes on at `?p=2`.

What search engines may not list is not in them: drafts and the like, `noindex`, posts whose canonical
address is another one. A link begins with SITE_URL, whatever host the request names.

No file costs more the longer the archive is: a month is cut by the numbers of `blog.tally`, and the post
that changed last is looked up in an index, for each month, tag and so on.
"""

import datetime
import math
import re
from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

from django.conf import settings
from django.contrib.sitemaps.views import x_robots_tag
from django.db.models import DateField, Func, OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from blog.addresses import absolute_url
from blog.listing import Listing, Scope, next_month
from blog.models import Author, Category, Correction, Page, Post, Tag, Tally
from blog.models.visibility import TokyoMonth
from blog.querysets import last_change, public_filter
from blog.rendering.text import without_controls

LIMIT = 1_000  # entries of a file; the protocol allows 50,000
NEWS = datetime.timedelta(days=2)
NEWS_AT_MOST = 1000


class Entry(NamedTuple):
    path: str
    changed_at: datetime.datetime

    @property
    def location(self) -> str:
        return absolute_url(self.path)

    @property
    def lastmod(self) -> str:
        return timezone.localtime(self.changed_at).isoformat()


@require_safe
@x_robots_tag
def index(request: HttpRequest) -> HttpResponse:
    files = []
    for name, listed in SECTIONS.items():
        if entries := listed():
            files += _files(name, len(entries), max(entry.changed_at for entry in entries))
    changes = changes_of_months()
    for month, count in Listing().months:
        if month in changes:
            files += _files(f"posts-{month:%Y-%m}", count, changes[month])
    return _xml(request, "blog/sitemap_index.xml", files)


def _files(name: str, count: int, changed_at: datetime.datetime) -> Iterable[Entry]:
    path = reverse("sitemap_section", args=[name])
    for number in range(1, math.ceil(count / LIMIT) + 1):
        yield Entry(f"{path}?p={number}" if number > 1 else path, changed_at)


@require_safe
@x_robots_tag
def section(request: HttpRequest, section: str) -> HttpResponse:
    number = _number(request.GET.get("p", "1"))
    month = re.fullmatch(r"posts-([0-9]{4})-(0[1-9]|1[0-2])", section, re.ASCII)
    if month and 1 < int(month[1]) < 9999:
        entries = entries_of_month(datetime.date(int(month[1]), int(month[2]), 1), number)
    elif section in SECTIONS:
        entries = SECTIONS[section]()[(number - 1) * LIMIT : number * LIMIT] or None
    else:
        entries = None
    if entries is None:
        raise Http404(_("There is nothing here."))
    return _xml(request, "blog/sitemap.xml", entries)


def _number(asked: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,4}", asked, re.ASCII):
        raise Http404(_("There is no such page."))
    return int(asked)


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
    return render(request, "blog/news_sitemap.xml", context, content_type="application/xml")


def _xml(request: HttpRequest, template: str, entries: list[Entry]) -> HttpResponse:
    return render(request, template, {"entries": entries}, content_type="application/xml")


# Posts


def entries_of_month(month: datetime.date, number: int) -> list[Entry] | None:
    """A part of a Tokyo month's posts, oldest first, so that a part once full stays as it is.

    Its places are those among all public posts: a part may have fewer entries than places, even none, and is
    in the index nevertheless. None if it is not there.
    """
    listing = Listing(start=month, end=next_month(month))
    end = listing.count() - (number - 1) * LIMIT  # a listing begins with the newest
    if end <= 0:
        return None
    posts = listing.rows(_listed().only(*_FIELDS), max(0, end - LIMIT), end)
    entries = [
        Entry(post.get_absolute_url(), post.changed_at) for post in reversed(posts) if _is_listed(post)
    ]
    return entries if entries or month in changes_of_months() else None


def changes_of_months() -> dict[datetime.date, datetime.datetime]:
    """When what is listed of each month last changed. A month of which nothing is listed is not there."""
    months = Tally.objects.filter(scope=Tally.Scope.SITE, unit=Tally.Unit.MONTH, count__gt=0)
    # As what a function gives: SQLite finds no column's value in an index on an expression.
    month = Func(OuterRef("first"), function="date", output_field=DateField())
    last = _last_changed(month).values("pk")[:1]
    found = Post.objects.filter(pk__in=months.values(last=Subquery(last))).order_by().only(*_FIELDS)
    changes = {}
    for post in found:
        month = post.published_on.replace(day=1)
        if not _is_listed(post):
            post = next(filter(_is_listed, _last_changed(month).only(*_FIELDS).iterator()), None)
        if post:
            changes[month] = post.changed_at
    return changes


_FIELDS = ("slug", "published_at", "published_on", "last_modified_at", "canonical_url")


def _listed():
    return Post.objects.in_sitemap()


def _last_changed(month):
    """The posts of a month, the one that changed last first, in the order of an index."""
    posts = _listed().alias(month=TokyoMonth("published_at"), change=last_change())
    return posts.public().filter(month=month).order_by("-change")


def _is_listed(post: Post) -> bool:
    """Whether the post's own address is the canonical one."""
    return not post.canonical_url or absolute_url(post.canonical_url) == absolute_url(post.get_absolute_url())


# All else: each section's entries, which are few beside the posts


def _lists() -> list[Entry]:
    """Home and the lists of everything: they change with each publication."""
    found = []
    if newest := _newest(Post.objects.public()):
        found += [Entry(reverse(name), newest) for name in ("home", "archive", "tags", "authors")]
    if newest := _newest(Correction.objects.public()):
        found.append(Entry(reverse("corrections"), newest))
    return found


def _newest(rows) -> datetime.datetime | None:
    return rows.newest_first().values_list("published_at", flat=True).first()


def _pages() -> list[Entry]:
    pages = Page.objects.public().order_by("pk").only("slug", "updated_at")
    return [Entry(page.get_absolute_url(), page.updated_at) for page in pages]


def _subjects(kind: type[Category | Author | Tag]) -> list[Entry]:
    """Those with a public post; their lists change with each publication."""
    posts = Scope(kind).rows(OuterRef("pk")).filter(public_filter()).order_by("-published_at")
    rows = kind.objects.annotate(newest=Subquery(posts.values("published_at")[:1]))
    rows = rows.filter(newest__isnull=False).order_by("pk").only("slug")
    return [Entry(row.get_absolute_url(), row.newest) for row in rows]


SECTIONS = {
    "lists": _lists,
    "pages": _pages,
    "categories": partial(_subjects, Category),
    "tags": partial(_subjects, Tag),
    "authors": partial(_subjects, Author),
}
