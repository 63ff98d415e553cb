import json

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse


def test_crawlers_are_told_what_to_leave_alone_and_where_the_sitemap_is(client):
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode().splitlines() == [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /search/",
        "",
        "Sitemap: https://news.example.jp/sitemap.xml",
        "Sitemap: https://news.example.jp/news-sitemap.xml",
    ]


def test_the_manifest_names_icons_that_exist(client):
    response = client.get("/site.webmanifest")
    manifest = json.loads(response.content)
    assert response["Content-Type"] == "application/manifest+json"
    assert (manifest["name"], manifest["lang"], manifest["start_url"]) == ("ALLFORCES", "ja", "/")
    assert manifest["icons"]
    for icon in manifest["icons"]:
        assert finders.find(icon["src"].removeprefix("/static/"))


@pytest.mark.parametrize("name", ["robots", "web_manifest"])
def test_programs_may_ask_with_head_and_change_nothing(client, name):
    assert client.head(reverse(name)).status_code == 200
    assert client.post(reverse(name)).status_code == 405
