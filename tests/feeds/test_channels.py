from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings

from blog.models import Post
from tests.factories import (
    hours_ago,
    make_category,
    make_draft,
    make_expired,
    make_image,
    make_post,
    make_scheduled,
    make_withdrawn,
    tokyo,
)
from tests.feeds.rules import ATOM_LINK, EVERY_FEED, SITE, channel_of, items, moment, titles

pytestmark = pytest.mark.django_db


# What is in a feed


@pytest.mark.parametrize("path", EVERY_FEED)
def test_a_feed_has_the_newest_20_public_posts_newest_first(client, subjects, path):
    for day in range(1, 24):
        make_post(f"{day}日", published_at=tokyo(2025, 10, day), **subjects)
    assert titles(client, path) == [f"{day}日" for day in range(23, 3, -1)]


@pytest.mark.parametrize("path", EVERY_FEED)
def test_hidden_posts_are_in_no_feed_and_do_not_take_a_place(client, subjects, path):
    make_post("公開", published_at=hours_ago(100), **subjects)
    for make in (make_draft, make_scheduled, make_withdrawn, make_expired):
        for _ in range(7):
            make("秘密", **subjects)
    make_post("秘密", status=Post.Status.IN_REVIEW, **subjects)
    assert titles(client, path) == ["公開"]
    assert "秘密" not in client.get(path).content.decode()


def test_the_feeds_of_a_category_tag_and_author_hold_only_theirs(client, subjects):
    make_post("両方", **subjects)
    make_post("よそ", category="市場", author="川", tags=["投資", "AI産業"])
    for path in EVERY_FEED[1:]:
        assert titles(client, path) == ["両方"]
    assert len(titles(client)) == 2


def test_posts_that_search_engines_must_not_list_are_still_for_subscribers(client):
    make_post("記事", noindex=True, in_sitemap=False, canonical_url="https://other.example/a/")
    assert titles(client) == ["記事"]


@pytest.mark.parametrize("path", ["/feed.xml", "/category/tech/feed.xml"])
def test_an_empty_feed_is_valid_and_claims_no_date(client, subjects, path):
    channel = channel_of(client.get(path))
    assert channel.findall("item") == []
    assert channel.find("lastBuildDate") is None


@pytest.mark.parametrize("path", ["/tags/ai/feed.xml", "/authors/yama/feed.xml"])
def test_a_tag_or_author_of_hidden_posts_only_is_a_404(client, subjects, path):
    make_draft(**subjects), make_scheduled(**subjects)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/category/{}/feed.xml", "/tags/{}/feed.xml", "/authors/{}/feed.xml"])
@pytest.mark.parametrize("slug", ["nobody", "規制", "AI", "..", "a b", "%00"])
def test_an_unknown_category_tag_or_author_is_a_404(client, subjects, path, slug):
    assert client.get(path.format(slug)).status_code == 404


# The channel


def test_the_channel_says_what_it_is_about(client, subjects, settings):
    make_post(**subjects)
    made = {
        path: (channel.findtext("title"), channel.findtext("link"), channel.find(ATOM_LINK).get("href"))
        for path in EVERY_FEED
        for channel in [channel_of(client.get(path))]
    }
    assert made == {
        "/feed.xml": ("ALLFORCES", f"{SITE}/", f"{SITE}/feed.xml"),
        "/category/tech/feed.xml": (
            "技術解説 | ALLFORCES",
            f"{SITE}/category/tech/",
            f"{SITE}/category/tech/feed.xml",
        ),
        "/tags/ai/feed.xml": ("AI | ALLFORCES", f"{SITE}/tags/ai/", f"{SITE}/tags/ai/feed.xml"),
        "/authors/yama/feed.xml": (
            "山の上 | ALLFORCES",
            f"{SITE}/authors/yama/",
            f"{SITE}/authors/yama/feed.xml",
        ),
    }


def test_the_feed_names_itself_by_its_encoded_address_whatever_was_requested(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    make_post(tags=["生成AI"])
    response = client.get("/tags/生成ai/feed.xml?utm_source=x", HTTP_HOST="evil.example")
    link = channel_of(response).find(ATOM_LINK)
    assert link.attrib == {
        "rel": "self",
        "type": "application/rss+xml",
        "href": f"{SITE}/tags/%E7%94%9F%E6%88%90ai/feed.xml",
    }
    assert "evil.example" not in response.content.decode()


def test_the_category_is_described_in_its_own_words(client):
    make_category("技術", slug="tech", description="仕組みから読み解く。")
    assert channel_of(client.get("/category/tech/feed.xml")).findtext("description") == "仕組みから読み解く。"


def test_the_language_is_that_of_the_articles(client):
    assert channel_of(client.get("/feed.xml", HTTP_ACCEPT_LANGUAGE="en")).findtext("language") == "ja"


def test_the_icon_is_a_file_of_ours(client):
    url = channel_of(client.get("/feed.xml")).findtext("image/url")
    path = urlsplit(url).path.removeprefix(django_settings.STATIC_URL)
    assert (django_settings.BASE_DIR / "static" / path).is_file()


# lastBuildDate


def last_build(client):
    return moment(channel_of(client.get("/feed.xml")).findtext("lastBuildDate"))


def test_the_feed_was_built_when_its_newest_post_was_published(client):
    make_post(published_at=tokyo(2025, 10, 21, 9, 30))
    make_post(published_at=tokyo(2025, 10, 20, 9, 30), last_modified_at=tokyo(2025, 10, 20, 18, 0))
    assert last_build(client) == tokyo(2025, 10, 21, 9, 30)


def test_an_editorial_change_of_an_older_post_rebuilds_the_feed(client):
    make_post(published_at=tokyo(2025, 10, 21))
    make_post(published_at=tokyo(2025, 10, 20), last_modified_at=tokyo(2025, 11, 5, 12))
    assert last_build(client) == tokyo(2025, 11, 5, 12)


def test_a_mended_typo_does_not(client):
    post = make_post(published_at=tokyo(2025, 10, 21))
    post.body = "誤字を直した本文"
    post.save()
    assert last_build(client) == tokyo(2025, 10, 21)


# Old addresses


@pytest.mark.parametrize("slug", ["tech", "規制"])
def test_an_old_category_feed_leads_to_the_new_one_for_good(client, slug):
    make_category("分類", slug=slug)
    response = client.get(f"/feeds/{slug}.xml")
    assert response.status_code == 301
    channel_of(client.get(response["Location"]))


@pytest.mark.parametrize("slug", ["nothing", "規制", "%00"])
def test_the_old_feed_of_an_unknown_category_is_a_404(client, slug):
    assert client.get(f"/feeds/{slug}.xml").status_code == 404


# Cost

QUERIES = dict(zip(EVERY_FEED, [4, 5, 5, 5], strict=True))


@pytest.mark.parametrize("path", EVERY_FEED)
def test_twenty_posts_cost_as_many_queries_as_one(
    client, subjects, media_root, path, django_assert_num_queries
):
    make_post(cover=make_image(), **subjects)
    client.get(path)  # the first request after a change writes down since when it is so
    with django_assert_num_queries(QUERIES[path]):
        assert len(items(client, path)) == 1
    for number in range(19):
        post = make_post(cover=make_image(), **subjects)
        post.tags.add(f"タグ{number}", "共通")
    client.get(path)
    with django_assert_num_queries(QUERIES[path]):
        assert len(items(client, path)) == 20


def test_a_feed_reads_no_markdown(client, django_assert_num_queries):
    make_post()
    with django_assert_num_queries(5) as queries:
        client.get("/feed.xml")
    assert not any('"blog_post"."body",' in query["sql"] for query in queries)
