import datetime
import unicodedata

import pytest
from django.urls import reverse

from blog.addresses import absolute_url, canonical_path, post_path, tokyo_date, tokyo_day

UTC = datetime.UTC
AUCKLAND = datetime.timezone(datetime.timedelta(hours=13))


@pytest.mark.parametrize(
    ("moment", "date"),
    [
        (datetime.datetime(2025, 10, 20, 14, 59, 59, 999999, UTC), "2025-10-20"),
        (datetime.datetime(2025, 10, 20, 15, 0, tzinfo=UTC), "2025-10-21"),
        (datetime.datetime(2025, 12, 31, 15, 0, tzinfo=UTC), "2026-01-01"),
        (datetime.datetime(2024, 2, 28, 20, 0, tzinfo=UTC), "2024-02-29"),
        (datetime.datetime(2025, 10, 21, 3, 0, tzinfo=AUCKLAND), "2025-10-20"),
    ],
)
def test_the_date_is_that_of_tokyo(moment, date):
    assert tokyo_date(moment).isoformat() == date


def test_a_tokyo_day_is_half_open_and_24_hours_long():
    start, end = tokyo_day(datetime.date(2025, 10, 21))
    assert start == datetime.datetime(2025, 10, 20, 15, tzinfo=UTC)
    assert end == datetime.datetime(2025, 10, 21, 15, tzinfo=UTC)
    assert tokyo_date(start) == tokyo_date(end - datetime.timedelta(microseconds=1))
    assert tokyo_date(end) == datetime.date(2025, 10, 22)


@pytest.mark.parametrize("slug", ["a-b", "規制-2025", "c++", "a&b<c>'d\"e;=,", "50%", "a:b@c~d_e.f", "！　"])
def test_the_path_of_a_post_is_that_of_the_urlconf(slug):
    path = reverse("post", args=["0987", "01", "09", slug])
    assert post_path(datetime.date(987, 1, 9), slug) == path


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("/", "https://news.example.jp/"),
        ("/tags/生成ai/", "https://news.example.jp/tags/%E7%94%9F%E6%88%90ai/"),
        ("/tags/%E7%94%9F%E6%88%90ai/", "https://news.example.jp/tags/%E7%94%9F%E6%88%90ai/"),
        ("/search/?q=規制&page=2", "https://news.example.jp/search/?q=%E8%A6%8F%E5%88%B6&page=2"),
        ("/a b/\u0001/", "https://news.example.jp/a%20b/%01/"),
        ("//evil.example/", "https://news.example.jp/%2Fevil.example/"),
        ("//[", "https://news.example.jp/%2F["),
        ("https://other.example/規制/", "https://other.example/%E8%A6%8F%E5%88%B6/"),
        ("HTTPS://other.example/", "HTTPS://other.example/"),
        ("http://[broken/", "http://[broken/"),
    ],
)
def test_absolute_links_begin_with_the_site_and_are_ascii(path, url):
    assert absolute_url(path) == url


@pytest.mark.parametrize(
    "spelling",
    [
        "/2025/10/21/規制が/",
        "/2025/10/21/規制が",
        "2025/10/21/規制が/",
        "//2025/10/21/規制が//",
        "/2025/10/21/%E8%A6%8F%E5%88%B6%E3%81%8C/",
        "/2025/10/21/%e8%a6%8f%e5%88%b6%e3%81%8c",
        unicodedata.normalize("NFD", "/2025/10/21/規制が/"),
        "/2025/10/21/%E8%A6%8F%E5%88%B6%E3%81%8B%E3%82%99/",
        "/2025/10/21/規制が/?utm_source=x",
        "/2025/10/21/規制が/#概要",
        "https://old.example.jp/2025/10/21/規制が/",
        "HTTP://old.example.jp:8080/2025/10/21/規制が?a=b#c",
    ],
)
def test_every_spelling_of_an_address_is_looked_up_as_one(spelling):
    assert canonical_path(spelling) == "/2025/10/21/規制が/"


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("", "/"),
        ("/", "/"),
        ("https://old.example.jp", "/"),
        ("/feed.xml", "/feed.xml"),
        ("/2025/10/21/gpt-4.5/", "/2025/10/21/gpt-4.5"),
        ("/100%/", "/100%/"),
        ("/%ff/", "/\ufffd/"),
        ("/a%3Fb/", "/a?b/"),
    ],
)
def test_other_paths(path, canonical):
    assert canonical_path(path) == canonical


@pytest.mark.parametrize("path", ["//[/", "http://[/", "/\0/", "/%00/", "/\n/", "///", "/a" * 999])
def test_no_path_that_anybody_may_request_breaks_the_lookup(path):
    canonical = canonical_path(path)
    assert canonical.startswith("/")
    assert "\0" not in canonical
    assert canonical_path(canonical) == canonical
