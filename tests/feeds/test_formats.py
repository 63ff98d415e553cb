import json

import pytest
from lxml import etree

from blog.models import Author, Category, Post, Tag
from tests.factories import make_image, make_post, tokyo
from tests.feeds.rules import SITE
from tests.feeds.test_portable import HOSTILE
from tests.feeds.validity import EVERY_ADDRESS, FORMATS, check, entries

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", EVERY_ADDRESS)
def test_every_feed_is_valid_in_every_format(client, subjects, media_root, path):
    make_post(
        cover=make_image((64, 36), credit="撮影＝山の上"), last_modified_at=tokyo(2026, 1, 2), **subjects
    )
    make_post(**subjects, excerpt="", body="")
    response = client.get(path)
    assert response["Content-Type"] == f"{FORMATS[path.rsplit('.')[-1]]}; charset=utf-8"
    assert len(entries(response)) == 2


@pytest.mark.parametrize("extension", FORMATS)
def test_an_empty_feed_and_a_post_with_next_to_nothing_are_valid(client, extension):
    check(client.get(f"/feed.{extension}"))
    make_post(excerpt="", body="", category=None, author=None)
    assert entries(client.get(f"/feed.{extension}"))[0]["content"] == ""


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("hostile", [text for text in HOSTILE if text.isprintable()], ids=ascii)
def test_nothing_that_an_article_contains_breaks_a_format(client, subjects, hostile, extension):
    post = make_post(**subjects)
    text = f"始{hostile}終"
    Post.objects.filter(pk=post.pk).update(title=text, excerpt=text, body_html=f"<p>{text}</p>")
    Category.objects.update(name=text, description=text)
    Author.objects.update(name=text)
    Tag.objects.update(name=text)
    for place in ("/", "/category/tech/", "/tags/ai/", "/authors/yama/"):
        (entry,) = entries(client.get(f"{place}feed.{extension}"))
        assert entry["title"].startswith("始") and entry["title"].endswith("終")


@pytest.mark.parametrize("extension", FORMATS)
def test_control_characters_are_left_out(client, extension):
    post = make_post()
    Post.objects.filter(pk=post.pk).update(title="始\x01\x08\x0b\ufffe終", body_html="<p>\x1f</p>")
    response = client.get(f"/feed.{extension}")
    assert entries(response)[0]["title"] == "始終"
    assert not set(response.content.decode()) & set("\x00\x01\x08\x0b\x1f\ufffe")


@pytest.mark.parametrize("extension", FORMATS)
def test_the_formats_agree_on_what_an_entry_is(client, extension):
    post = make_post(
        slug="規制",
        published_at=tokyo(2025, 10, 21, 9),
        last_modified_at=tokyo(2025, 10, 22, 12),
        body="本文",
    )
    (entry,) = entries(client.get(f"/feed.{extension}"))
    assert entry["id"] == post.guid
    assert entry["url"] == f"{SITE}/2025/10/21/%E8%A6%8F%E5%88%B6/"
    assert entry["updated"].startswith("2025-10-22T03:00:00")
    assert entry["content"].strip() == "<p>本文</p>"


@pytest.mark.parametrize("extension", FORMATS)
def test_updated_moves_with_an_editorial_change_and_not_with_a_typo(client, extension):
    post = make_post(published_at=tokyo(2025, 10, 21, 9))
    post.body = "誤字を直した。"
    post.save()
    (entry,) = entries(client.get(f"/feed.{extension}"))
    assert entry["updated"].startswith("2025-10-21T00:00:00")
    post.last_modified_at = tokyo(2025, 10, 23, 9)
    post.save()
    (entry,) = entries(client.get(f"/feed.{extension}"))
    assert entry["updated"].startswith("2025-10-23T00:00:00")


def test_atom_names_authors_categories_and_the_cover(client, subjects, media_root):
    cover = make_image((64, 36))
    make_post(cover=cover, **subjects)
    text = client.get("/feed.atom").content.decode()
    assert f"<author><name>山の上</name><uri>{SITE}/authors/yama/</uri></author>" in text
    assert '<category term="技術解説"/>' in text
    enclosure = etree.fromstring(client.get("/feed.atom").content).find(".//{*}link[@rel='enclosure']")
    url = SITE + cover.file.url
    assert dict(enclosure.attrib) == {
        "rel": "enclosure",
        "type": "image/png",
        "length": str(cover.size),
        "href": url,
    }
    media = etree.fromstring(client.get("/feed.atom").content).find(
        ".//{http://search.yahoo.com/mrss/}content"
    )
    assert (media.get("url"), media.get("fileSize"), media.get("width")) == (url, str(cover.size), "64")
    assert "<rights>© ALLFORCES</rights>" in text


def test_json_feed_tells_all_that_is_known_of_a_post(client, subjects, media_root):
    cover = make_image()
    make_post("規制", excerpt="A < B", cover=cover, **subjects)
    document = json.loads(client.get("/category/tech/feed.json").content)
    assert document["home_page_url"] == f"{SITE}/category/tech/"
    assert document["feed_url"] == f"{SITE}/category/tech/feed.json"
    (item,) = document["items"]
    assert (item["summary"], item["image"], item["tags"]) == (
        "A < B",
        SITE + cover.file.url,
        ["技術解説", "AI"],
    )
    assert item["authors"] == [{"name": "山の上", "url": f"{SITE}/authors/yama/"}]
    assert item["attachments"][0]["size_in_bytes"] == cover.size


@pytest.mark.parametrize("extension", FORMATS)
def test_every_feed_names_the_hubs(client, settings, extension):
    settings.WEBSUB_HUBS = ["https://hub.example/"]
    make_post()
    response = client.get(f"/feed.{extension}")
    check(response)
    assert b"https://hub.example/" in response.content


def test_the_pages_of_the_site_name_the_feeds_of_every_format(client, subjects):
    make_post(**subjects)
    page = client.get("/category/tech/").content.decode()
    for extension, media_type in FORMATS.items():
        for place in ("/category/tech/", "/"):
            assert f'<link rel="alternate" type="{media_type}"' in page
            assert f'href="{place}feed.{extension}"' in page
