"""What a reader's request costs does not grow with the archive.

Counted are the steps of SQLite's virtual machine, which are the same every time. The larger archive has five
times as many posts on each of the same days: only where it has more to show (a page of the sitemap that is
not full yet) may it cost more, and here it has not.
"""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from blog import sitemaps
from blog.cards.addresses import digest
from blog.models import Category, Correction, Page, Post, TaggedPost
from blog.tally import keeping
from tests.factories import make_author, make_category, make_page, make_tag, tokyo

pytestmark = pytest.mark.django_db

DAYS = [tokyo(2025, month, day) for month in (9, 10) for day in range(1, 11)]
SMALL, LARGE = 20, 100  # posts a day
FEW = 20  # more than those are not passed over without looking for the day
LIMIT = 100  # entries of a sitemap
TOLERATED = 1.1

# By the name of the URL; `{deep}` is a page that begins with the posts of the sixth day of 2025-10.
ADDRESSES = {
    "home": "/",
    "home_page": "/page/{deep}/",
    "post": "/2025/10/05/p2/",
    "card": "/2025/10/05/p2/card-{card}.png",
    "day": "/2025/10/05/",
    "day_page": "/2025/10/05/page/2/",
    "month": "/2025/10/",
    "month_page": "/2025/10/page/{deep}/",
    "year": "/2025/",
    "year_page": "/2025/page/{deep}/",
    "archive": "/archive/",
    "category": "/category/tech/",
    "category_page": "/category/tech/page/{deep}/",
    "tags": "/tags/",
    "tag": "/tags/ai/",
    "tag_page": "/tags/ai/page/{next_month}/",
    "authors": "/authors/",
    "author": "/authors/desk/",
    "author_page": "/authors/desk/page/{deep}/",
    "corrections": "/corrections/",
    "corrections_page": "/corrections/page/{deep}/",
    "feed": "/feed.xml",
    "feed_atom": "/feed.atom?page={deep_of_feed}",
    "feed_json": "/feed.json?page={deep_of_feed}",
    "category_feed": "/category/tech/feed.xml",
    "category_feed_atom": "/category/tech/feed.atom?page={deep_of_feed}",
    "category_feed_json": "/category/tech/feed.json",
    "tag_feed": "/tags/ai/feed.xml",
    "tag_feed_atom": "/tags/ai/feed.atom",
    "tag_feed_json": "/tags/ai/feed.json",
    "author_feed": "/authors/desk/feed.xml",
    "author_feed_atom": "/authors/desk/feed.atom?page={deep_of_feed}",
    "author_feed_json": "/authors/desk/feed.json",
    "corrections_feed": "/corrections/feed.xml",
    "corrections_feed_atom": "/corrections/feed.atom?page={deep_of_feed}",
    "corrections_feed_json": "/corrections/feed.json",
    "feed_smartformat": "/smartformat.xml",
    "feeds": "/feeds/",
    "opml": "/feeds.opml",
    "sitemap": "/sitemap.xml",
    "news_sitemap": "/news-sitemap.xml",
    "sitemap_section": "/sitemap-posts-2025-10.xml",
    "robots": "/robots.txt",
    "web_manifest": "/site.webmanifest",
    "page": "/about/",
}
SECTIONS = [
    "/sitemap-posts-2025-10.xml?p={last_full}",
    *(f"/sitemap-{name}.xml" for name in sitemaps.SECTIONS),
]
# What has a limit instead of a constant cost, or asks for no post.
OTHERS = {
    *("search", "search_suggestions", "search_feed", "search_feed_atom", "search_feed_json"),
    *("indexnow_key", "shared_preview", "media", "healthz", "readyz"),
}


def paths(per_day: int) -> list[str]:
    passed = 5 * per_day  # the posts of the last five days
    numbers = {
        "deep": passed // 10 + 1,
        "deep_of_feed": passed // 20 + 1,
        "next_month": per_day + 1,
        "last_full": 10 * per_day // LIMIT,
        "card": digest(Post(title="見出し2", category=Category(name="技術"))),
    }
    return [address.format(**numbers) for address in (*ADDRESSES.values(), *SECTIONS)]


def fill(per_day: int) -> None:
    Post.objects.all().delete()
    category = make_category("技術", slug="tech")
    author, tag = make_author("編集部", slug="desk"), make_tag("AI", slug="ai")
    if not Page.objects.exists():
        make_page(slug="about")
    posts = Post.objects.bulk_create(
        Post(
            title=f"見出し{n}",
            slug=f"p{n}",
            guid=f"{per_day}:{day:%m%d}:{n}",
            excerpt="抜粋",
            status="published",
            published_at=day.replace(hour=n % 24, minute=n // 24),
            category=category,
            author=author,
        )
        for day in DAYS
        for n in range(per_day)
    )
    TaggedPost.objects.bulk_create(TaggedPost(tag=tag, content_object=post) for post in posts)
    Correction.objects.bulk_create(
        Correction(post=post, text="直しました。", html="<p>直しました。</p>", published_at=post.published_at)
        for post in posts
    )
    keeping.forget_empty()


class Steps:
    """Counts the steps that SQLite takes within the block."""

    def __enter__(self):
        self.count = 0
        connection.connection.set_progress_handler(self.step, 1)
        return self

    def step(self):
        self.count += 1

    def __exit__(self, *exception):
        connection.connection.set_progress_handler(None, 0)


@pytest.fixture(autouse=True)
def limits(monkeypatch):
    monkeypatch.setattr("blog.listing.FEW", FEW)
    monkeypatch.setattr(sitemaps, "LIMIT", LIMIT)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL tells of no steps")
def test_five_times_the_posts_cost_the_same(client):
    costs = []
    for per_day in (SMALL, LARGE):
        fill(per_day)
        costs.append({})
        for address, path in zip([*ADDRESSES.values(), *SECTIONS], paths(per_day), strict=True):
            client.get(path)  # what is prepared once
            with Steps() as steps:
                assert client.get(path).status_code == 200, path
            costs[-1][address] = steps.count
    small, large = costs
    grown = {path: (small[path], large[path]) for path in small if large[path] > small[path] * TOLERATED + 50}
    assert not grown


def test_nothing_that_a_reader_asks_is_counted_or_passed_over(client):
    """Counted is only what waits for its hour; passed over are only posts of one day."""
    fill(LARGE)
    for path in paths(LARGE):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200, path
        for query in queries:
            sql = query["sql"]
            counted = re.findall(r"COUNT\(\*\) FROM \((.*?)\) _counted", sql)
            assert sql.count("COUNT(") == len(counted), (path, sql)
            assert all('_at" > ' in rows for rows in counted), (path, sql)
            assert all(int(places) <= LARGE for places in re.findall(r"OFFSET (\d+)", sql)), (path, sql)


def test_every_address_of_a_reader_is_held_to_this():
    names = {name for name in get_resolver("blog.urls").reverse_dict if isinstance(name, str)}
    assert names == {*ADDRESSES, *OTHERS}
