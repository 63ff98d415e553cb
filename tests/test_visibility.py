"""The gate at every public address: what readers may not see leaves no trace, and what they may see is there.

A hidden post must not change one byte of any answer: not a list, a count, a neighbour or a feed. A new
address needs a row in ADDRESSES, or `test_every_address_has_a_row` fails.
"""

import datetime

import pytest
from django.urls import URLResolver
from django.utils import timezone

from blog import urls
from blog.models import Correction, Post, RelatedPost
from tests.factories import make_author, make_category, make_image, make_page, make_post, make_tag, tokyo

pytestmark = pytest.mark.django_db

NOW = tokyo(2025, 10, 21, 13)
NOON = tokyo(2025, 10, 21, 12)
SECRET_NAME = "秘密の主題"
MOMENT = datetime.timedelta(microseconds=1)

HIDDEN = {
    "draft": {"status": "draft", "published_at": None},
    "draft with a date": {"status": "draft", "published_at": NOON},
    "in review": {"status": "in_review", "published_at": NOON},
    "scheduled for the next moment": {"published_at": NOW + MOMENT},
    "scheduled for another day": {"published_at": tokyo(2025, 11, 2)},
    "expired this moment": {"published_at": NOON, "expires_at": NOW},
    "withdrawn": {"status": "withdrawn", "published_at": NOON},
    "withdrawn before its date": {"status": "withdrawn", "published_at": NOW + MOMENT},
}
PUBLIC = {
    "published": {"published_at": NOON},
    "published this moment": {"published_at": NOW},
    "not yet expired": {"published_at": NOON, "expires_at": NOW + MOMENT},
    "kept from search engines": {"published_at": NOON, "noindex": True, "in_sitemap": False},
}
OWN_ADDRESS = {
    "expired this moment": 410,
    "withdrawn": 410,
}

# What a public post, newer than all others, does at an address.
SHOWN = "it is linked to"
COUNTED = "the answer changes"
ABSENT = "it is not linked to"

ADDRESSES = {
    "home": [("/", SHOWN)],
    "home_page": [("/page/2/", COUNTED)],
    "post": [("/2025/10/21/companion-11/", SHOWN), ("/2025/10/21/companion-1/", SHOWN)],
    "card": [("/2025/10/21/companion-11/card-0.png", ABSENT)],
    "day": [("/2025/10/21/", SHOWN), ("/2025/10/22/", ABSENT), ("/2025/11/02/", ABSENT)],
    "day_page": [("/2025/10/21/page/2/", COUNTED)],
    "month": [("/2025/10/", SHOWN), ("/2025/11/", ABSENT)],
    "month_page": [("/2025/10/page/2/", COUNTED)],
    "year": [("/2025/", SHOWN), ("/2026/", ABSENT)],
    "year_page": [("/2025/page/2/", COUNTED)],
    "archive": [("/archive/", COUNTED)],
    "category": [("/category/shared/", SHOWN), ("/category/own/", SHOWN)],
    "category_page": [("/category/shared/page/2/", COUNTED)],
    "tags": [("/tags/", COUNTED)],
    "tag": [("/tags/shared/", SHOWN), ("/tags/own/", SHOWN)],
    "tag_page": [("/tags/shared/page/2/", COUNTED)],
    "authors": [("/authors/", COUNTED)],
    "author": [("/authors/shared/", SHOWN), ("/authors/own/", SHOWN)],
    "author_page": [("/authors/shared/page/2/", COUNTED)],
    "search": [("/search/?q=極秘", SHOWN), ("/search/?q=本文の秘密", SHOWN), ("/search/", ABSENT)],
    "search_suggestions": [
        ("/search/suggestions/?q=極秘", SHOWN),
        ("/search/suggestions/?q=秘密の主", COUNTED),
    ],
    **{
        f"{name}{suffix}": [(path + ending, SHOWN) for path in paths]
        for suffix, ending in {"": "feed.xml", "_atom": "feed.atom", "_json": "feed.json"}.items()
        for name, paths in {
            "feed": ["/"],
            "category_feed": ["/category/shared/", "/category/own/"],
            "tag_feed": ["/tags/shared/", "/tags/own/"],
            "author_feed": ["/authors/shared/", "/authors/own/"],
            "corrections_feed": ["/corrections/"],
        }.items()
    },
    **{
        f"search_feed{suffix}": [(f"/search/feed.{ending}?q=極秘", SHOWN)]
        for suffix, ending in {"": "xml", "_atom": "atom", "_json": "json"}.items()
    },
    "corrections": [("/corrections/", SHOWN)],
    "corrections_page": [("/corrections/page/2/", COUNTED)],
    "feed_smartformat": [("/smartformat.xml", SHOWN)],
    "news_sitemap": [("/news-sitemap.xml", SHOWN)],
    "feeds": [("/feeds/", COUNTED)],
    "opml": [("/feeds.opml", COUNTED)],
    "sitemap": [("/sitemap.xml", COUNTED)],
    "sitemap_section": [
        ("/sitemap-posts-2025-10.xml", SHOWN),
        ("/sitemap-posts-2025-11.xml", ABSENT),
        ("/sitemap-categories.xml", COUNTED),
        ("/sitemap-tags.xml", COUNTED),
        ("/sitemap-authors.xml", COUNTED),
        ("/sitemap-lists.xml", COUNTED),
        ("/sitemap-pages.xml", ABSENT),
    ],
    "page<int:page>/": [("/page2/", ABSENT)],
    "feeds/<word:slug>.xml": [("/feeds/shared.xml", ABSENT)],
    "robots": [("/robots.txt", ABSENT)],
    "indexnow_key": [("/indexnow-key.txt", ABSENT)],
    "web_manifest": [("/site.webmanifest", ABSENT)],
    "healthz": [("/healthz", ABSENT)],
    "readyz": [("/readyz", ABSENT)],
    "shared_preview": [("/preview/secret/", ABSENT)],
    "media": [("/media/images/", ABSENT)],
    "assets/<path:path>": [("/assets/images/", ABSENT)],
    "page": [("/about/", ABSENT)],
}
ROWS = [row for rows in ADDRESSES.values() for row in rows]


@pytest.fixture
def site(monkeypatch, media_root):
    """Eleven public posts of one day, each with a correction, so that every list has a second page."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    make_page(slug="about")
    for number in range(1, 12):
        post = make_post(
            f"伴走 {number}",
            slug=f"companion-{number}",
            category="Shared",
            author="Shared",
            tags=["Shared"],
            published_at=tokyo(2025, 10, 21, number),
        )
        Correction.objects.create(post=post, text="訂正。", published_at=tokyo(2025, 10, 21, number))
    # Rows that only hidden posts use. A category may be seen without posts, tags and authors may not.
    make_category("Own")
    make_author(SECRET_NAME, slug="own"), make_tag(SECRET_NAME, slug="own")
    make_secret(slug="never-published", status="draft", published_at=None, author=SECRET_NAME)


def make_secret(**fields) -> Post:
    """A post about everything, and related to the others in every way that there is."""
    post = make_post(
        "極秘の見出し",
        **{
            "slug": "secret",
            "body": "本文の秘密。",
            "excerpt": "抜粋の秘密。",
            "category": "Shared",
            "author": "Shared",
            "tags": ["Shared", SECRET_NAME],
            "cover": make_image(alt="図の秘密"),
            "featured": True,
            "is_pillar": True,
        }
        | fields,
    )
    companion = Post.objects.get(slug="companion-11")
    RelatedPost.objects.create(post=companion, target=post)
    Correction.objects.create(post=post, text="訂正の秘密。", published_at=NOON)
    Post.objects.filter(pk=companion.pk).update(pillar=post)
    return post


def answers(client) -> dict:
    return {path: (response.status_code, response.content) for path, response in get_all(client)}


def get_all(client):
    return [(path, client.get(path)) for path, _ in ROWS]


def names(patterns, prefix=""):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern.url_patterns, f"{prefix}{pattern.pattern}")
        else:
            yield pattern.name or f"{prefix}{pattern.pattern}"


def test_every_address_has_a_row():
    assert set(names(urls.urlpatterns)) == set(ADDRESSES)


def test_every_row_is_answered_at_its_address(client, site):
    """Otherwise a hidden post would be missing because the page is."""
    make_secret(published_at=NOON)
    make_secret(slug="secret-own", category="Own", author=SECRET_NAME, published_at=NOON)
    missing = {path for path, response in get_all(client) if response.status_code == 404}
    assert missing == {
        "/2025/10/22/",
        "/2025/11/",
        "/2025/11/02/",
        "/2026/",
        "/sitemap-posts-2025-11.xml",
        "/preview/secret/",
        "/media/images/",
        "/assets/images/",
        "/indexnow-key.txt",
    }
    assert not [path for path, response in get_all(client) if response.status_code >= 500]


def test_hidden_posts_leave_no_trace(client, site):
    before = answers(client)
    for number, fields in enumerate(HIDDEN.values()):
        make_secret(slug=f"secret-{number}", **fields)
        make_secret(slug=f"secret-own-{number}", category="Own", author=SECRET_NAME, **fields)
    after = answers(client)
    assert [path for path in before if after[path] != before[path]] == []
    for path, (_status, content) in after.items():
        assert SECRET_NAME not in content.decode(), path
        assert b"tags/own/" not in content, path
        assert b"authors/own/" not in content, path


@pytest.mark.parametrize("state", HIDDEN)
def test_no_article_names_a_hidden_one_as_its_pillar_or_neighbour_or_as_related(client, site, state):
    path = "/2025/10/21/companion-11/"
    before = client.get(path).content
    make_secret(**HIDDEN[state])
    assert client.get(path).content == before


@pytest.mark.parametrize("state", PUBLIC)
def test_a_public_post_is_where_it_belongs(client, site, state):
    before = answers(client)
    post = make_secret(**PUBLIC[state])
    make_secret(slug="secret-own", category="Own", author=SECRET_NAME, **PUBLIC[state])
    after = answers(client)
    listed = not post.noindex
    for path, effect in ROWS:
        if effect == ABSENT or (not listed and path.startswith(("/sitemap-posts", "/news-sitemap"))):
            assert after[path][0] == before[path][0], path
            assert b"/21/secret" not in after[path][1], path
        elif effect == SHOWN:
            assert after[path][0] == 200, path
            assert b"/21/secret" in after[path][1], path
        elif listed:
            assert after[path][0] == 200, path
            assert after[path][1] != before[path][1], path


@pytest.mark.parametrize("state", HIDDEN)
def test_the_own_address_of_a_hidden_post_says_nothing_about_it(client, site, state):
    post = make_secret(**HIDDEN[state])
    date = post.published_at or NOON
    response = client.get(f"/{date:%Y/%m/%d}/secret/")
    assert response.status_code == OWN_ADDRESS.get(state, 404)
    assert "秘" not in response.content.decode()


@pytest.mark.parametrize("state", PUBLIC)
def test_the_own_address_of_a_public_post_shows_it(client, site, state):
    response = client.get(make_secret(**PUBLIC[state]).get_absolute_url())
    assert response.status_code == 200
    assert "本文の秘密" in response.content.decode()


@pytest.mark.parametrize("state", [*HIDDEN, *PUBLIC])
def test_head_gives_away_no_more_than_get(client, site, state):
    post = make_secret(**(HIDDEN | PUBLIC)[state])
    path = f"/{post.published_at or NOON:%Y/%m/%d}/secret/"
    get, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (get.status_code, b"")


def test_a_scheduled_post_appears_everywhere_at_its_moment_with_nothing_running(client, site, monkeypatch):
    make_secret(published_at=NOW + MOMENT)
    before = answers(client)
    monkeypatch.setattr(timezone, "now", lambda: NOW + MOMENT)
    after = answers(client)
    for path, effect in ROWS:
        if effect == SHOWN and "/own/" not in path:
            assert b"/21/secret" not in before[path][1], path
            assert b"/21/secret" in after[path][1], path


def test_a_post_goes_from_everywhere_at_the_moment_it_expires(client, site, monkeypatch):
    nothing = answers(client)
    make_secret(published_at=NOON, expires_at=NOW + MOMENT)
    assert answers(client) != nothing
    monkeypatch.setattr(timezone, "now", lambda: NOW + MOMENT)
    assert answers(client) == nothing


def test_an_unpublished_page_is_not_there(client, site):
    make_page("秘密の頁", slug="secret-page", is_published=False)
    assert client.get("/secret-page/").status_code == 404
    for path, response in get_all(client):
        assert b"secret-page" not in response.content, path
