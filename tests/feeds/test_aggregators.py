import datetime

import pytest
from django.utils import timezone
from lxml import etree

from blog.models import Post
from tests.factories import hours_ago, make_draft, make_image, make_post, make_scheduled, tokyo, withdraw
from tests.feeds.rules import SITE
from tests.feeds.validity import schema

pytestmark = pytest.mark.django_db


def smartformat(client):
    response = client.get("/smartformat.xml")
    root = etree.fromstring(response.content)
    schema("smartformat.rng").assertValid(root)
    return root


def news(client):
    response = client.get("/news-sitemap.xml")
    assert response["Content-Type"] == "application/xml"
    root = etree.fromstring(response.content)
    schema("news-sitemap.rng").assertValid(root)
    return root


def test_smartformat_holds_whole_articles_with_their_cover(client, subjects, media_root):
    cover = make_image()
    make_post("規制の行方", cover=cover, **subjects)
    make_post(excerpt="", category=None, author=None)
    item = smartformat(client).findall(".//item")[-1]
    assert item.findtext("title") == "規制の行方"
    assert item.find("{*}thumbnail").get("url") == SITE + cover.file.url
    assert item.findtext("category") == "技術解説,AI"
    assert "本文の一段落目。" in item.findtext("{*}encoded")


def test_an_empty_smartformat_is_valid(client):
    assert smartformat(client).findall(".//item") == []


def test_smartformat_names_logos_of_ours(client, settings):
    for element in ("logo", "darkModeLogo"):
        url = smartformat(client).findtext(f"channel/{{http://www.smartnews.be/snf}}{element}/url")
        assert (settings.BASE_DIR / "static" / url.split("/static/")[1]).is_file()


def test_smartformat_is_told_apart_from_the_feed_by_its_etag(client):
    make_post()
    first = client.get("/smartformat.xml")
    assert first["ETag"] != client.get("/feed.xml")["ETag"]
    assert client.get("/smartformat.xml", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304


def test_the_news_sitemap_has_the_articles_of_the_last_two_days(client):
    make_post("古い", published_at=hours_ago(49))
    make_post("新しい <AI>", slug="規制", published_at=hours_ago(47))
    root = news(client)
    assert root.xpath("//*[local-name()='title']/text()") == ["新しい <AI>"]
    assert root[0][0].text.endswith("/%E8%A6%8F%E5%88%B6/")


def test_the_news_sitemap_gives_the_moment_with_its_zone(client, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: tokyo(2025, 10, 21, 12))
    make_post(published_at=tokyo(2025, 10, 21, 9))
    assert "2025-10-21T09:00:00+09:00" in client.get("/news-sitemap.xml").content.decode()


def test_what_is_not_news_for_search_engines_is_not_in_it(client):
    make_draft(), make_scheduled()
    make_post(noindex=True), make_post(in_sitemap=False), make_post(canonical_url="https://other.example/")
    withdraw(make_post())
    assert len(news(client)) == 0


def test_a_scheduled_post_is_in_it_from_its_minute(client, monkeypatch):
    moment = timezone.now()
    make_scheduled(published_at=moment + datetime.timedelta(minutes=5))
    assert len(news(client)) == 0
    monkeypatch.setattr(timezone, "now", lambda: moment + datetime.timedelta(minutes=5))
    assert len(news(client)) == 1


def test_it_never_has_more_than_a_thousand(client, monkeypatch):
    monkeypatch.setattr("blog.sitemaps.NEWS_AT_MOST", 3)
    for _ in range(5):
        make_post()
    assert len(news(client)) == 3


def test_control_characters_do_not_break_it(client):
    post = make_post()
    Post.objects.filter(pk=post.pk).update(title="始\x01\x0b終")
    assert news(client).xpath("//*[local-name()='title']/text()") == ["始終"]


def test_its_cost_does_not_grow_with_the_articles(client, django_assert_num_queries):
    for count in (1, 8):
        for _ in range(count):
            make_post()
        with django_assert_num_queries(1):
            client.get("/news-sitemap.xml")


def test_robots_names_both_sitemaps(client):
    text = client.get("/robots.txt").content.decode()
    assert f"Sitemap: {SITE}/sitemap.xml\nSitemap: {SITE}/news-sitemap.xml" in text
