import datetime
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from blog import sitemaps
from blog.addresses import tokyo_date
from blog.models import Post
from tests.factories import (
    make_author,
    make_category,
    make_draft,
    make_expired,
    make_page,
    make_post,
    make_scheduled,
    make_tag,
    make_withdrawn,
    tokyo,
)

pytestmark = pytest.mark.django_db

SITE = "https://news.example.jp"
NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def parse(response):
    return ElementTree.fromstring(response.content)  # noqa: S314  our own


def read(client, path, **headers):
    """Address → lastmod of a sitemap or of the index, after the rules of the protocol have been checked."""
    response = client.get(path, **headers)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/xml"
    assert "noindex" in response["X-Robots-Tag"]
    root = parse(response)
    assert root.tag in {f"{NAMESPACE}urlset", f"{NAMESPACE}sitemapindex"}
    assert 0 < len(root) <= 1_000
    assert len(response.content) < 50 * 1024 * 1024
    found = {}
    for entry in root:
        assert [child.tag for child in entry] == [f"{NAMESPACE}loc", f"{NAMESPACE}lastmod"]
        address, lastmod = (child.text for child in entry)
        assert address.startswith(f"{SITE}/")
        assert address.isascii()
        assert len(address) < 2048
        assert address not in found
        found[address] = datetime.datetime.fromisoformat(lastmod)
    return found


def paths(found):
    return [unquote(address.removeprefix(SITE)) for address in found]


def everything(client):
    """Every address in every section that the index names."""
    return [
        path
        for section in read(client, "/sitemap.xml")
        for path in paths(read(client, section.removeprefix(SITE)))
    ]


# The index


def test_the_index_names_a_section_for_each_month_newest_first(client):
    make_page()
    make_post(published_at=tokyo(2025, 10, 1), tags=["AI"])
    make_post(published_at=tokyo(2025, 10, 31, 23, 59, 59, 999999))
    make_post(published_at=tokyo(2025, 12, 1))
    assert paths(read(client, "/sitemap.xml")) == [
        "/sitemap-lists.xml",
        "/sitemap-pages.xml",
        "/sitemap-categories.xml",
        "/sitemap-tags.xml",
        "/sitemap-authors.xml",
        "/sitemap-posts-2025-12.xml",
        "/sitemap-posts-2025-10.xml",
    ]


def test_the_month_is_that_of_tokyo(client):
    make_post(slug="a", published_at=datetime.datetime(2025, 10, 31, 15, tzinfo=datetime.UTC))
    make_post(slug="b", published_at=datetime.datetime(2025, 10, 31, 14, 59, 59, tzinfo=datetime.UTC))
    assert paths(read(client, "/sitemap-posts-2025-11.xml")) == ["/2025/11/01/a/"]
    assert paths(read(client, "/sitemap-posts-2025-10.xml")) == ["/2025/10/31/b/"]


def test_a_section_with_nothing_in_it_is_not_named_and_not_there(client):
    make_post(author=None, category=None)
    assert "/sitemap-authors.xml" not in paths(read(client, "/sitemap.xml"))
    for name in ("authors", "categories", "tags", "pages"):
        assert client.get(f"/sitemap-{name}.xml").status_code == 404


def test_the_index_tells_when_each_section_last_changed(client):
    newest = make_post(published_at=tokyo(2025, 10, 20, 9), tags=["AI"])
    make_post(published_at=tokyo(2025, 10, 5), last_modified_at=tokyo(2025, 11, 2, 12, 30), tags=["AI"])
    make_post(published_at=tokyo(2025, 9, 5))
    page = make_page()
    index = read(client, "/sitemap.xml")
    assert index[f"{SITE}/sitemap-posts-2025-10.xml"] == tokyo(2025, 11, 2, 12, 30)
    assert index[f"{SITE}/sitemap-posts-2025-09.xml"] == tokyo(2025, 9, 5)
    assert index[f"{SITE}/sitemap-tags.xml"] == newest.published_at
    assert index[f"{SITE}/sitemap-lists.xml"] == newest.published_at
    assert index[f"{SITE}/sitemap-pages.xml"] == page.updated_at


def test_the_index_of_an_empty_site_is_well_formed(client):
    assert list(parse(client.get("/sitemap.xml"))) == []


# What is listed


def test_every_public_address_is_listed_once(client):
    make_post(
        slug="規制", published_at=tokyo(2025, 10, 21), category="技術", author="山", tags=["生成AI", "C++"]
    )
    make_post(slug="b", published_at=tokyo(2025, 10, 22), category="技術", author="山", tags=["生成AI"])
    make_page(slug="about")
    assert everything(client) == [
        "/",
        "/archive/",
        "/tags/",
        "/authors/",
        "/about/",
        "/category/技術/",
        "/tags/生成ai/",
        "/tags/c-plus-plus/",
        "/authors/山/",
        "/2025/10/21/規制/",
        "/2025/10/22/b/",
    ]


def test_what_readers_may_not_see_is_not_listed_nor_is_what_only_it_uses(client):
    fields = {"category": "秘密", "author": "秘密", "tags": ["秘密"]}
    for make in (make_draft, make_scheduled, make_withdrawn, make_expired):
        make(**fields)
    make_post(status=Post.Status.IN_REVIEW, **fields)
    make_page(is_published=False)
    make_category("空"), make_author("空"), make_tag("空")
    assert b"<loc>" not in client.get("/sitemap.xml").content
    this_month = f"posts-{tokyo_date(timezone.now()):%Y-%m}"
    for name in (this_month, "categories", "tags", "authors", "pages", "lists"):
        assert client.get(f"/sitemap-{name}.xml").status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"noindex": True},
        {"in_sitemap": False},
        {"canonical_url": "https://other.example/first/"},
        {"canonical_url": "https://news.example.jp.other.example/first/"},
        {"canonical_url": "https://news.example.jp/2025/10/20/the-same-article/"},
        {"canonical_url": "http://[broken/"},
    ],
    ids=str,
)
def test_a_public_post_that_search_engines_must_not_list_is_not_listed(client, fields):
    make_post(slug="listed", published_at=tokyo(2025, 10, 21))
    make_post(slug="hidden", published_at=tokyo(2025, 10, 21), **fields)
    assert paths(read(client, "/sitemap-posts-2025-10.xml")) == ["/2025/10/21/listed/"]


@pytest.mark.parametrize("slug", ["規制", "%E8%A6%8F%E5%88%B6"])
def test_a_post_that_names_its_own_address_as_canonical_is_listed(client, slug):
    make_post(
        slug="規制",
        published_at=tokyo(2025, 10, 21),
        canonical_url=f"https://news.example.jp/2025/10/21/{slug}/",
    )
    assert paths(read(client, "/sitemap-posts-2025-10.xml")) == ["/2025/10/21/規制/"]


def test_a_month_whose_posts_are_all_canonical_elsewhere_has_no_section(client):
    make_post(published_at=tokyo(2025, 10, 21), canonical_url="https://news.example.jp/2025/10/20/a/")
    assert "/sitemap-posts-2025-10.xml" not in paths(read(client, "/sitemap.xml"))
    assert client.get("/sitemap-posts-2025-10.xml").status_code == 404


def test_a_month_is_named_with_the_last_change_of_what_is_listed(client):
    make_post(slug="listed", published_at=tokyo(2025, 10, 1), last_modified_at=tokyo(2025, 10, 5))
    own = f"{SITE}/2025/10/02/own/"
    make_post(
        slug="own", published_at=tokyo(2025, 10, 2), last_modified_at=tokyo(2025, 10, 6), canonical_url=own
    )
    for number, fields in enumerate([{"noindex": True}, {"canonical_url": f"{SITE}/elsewhere/"}], 7):
        changed = tokyo(2025, 10, number)
        make_post(published_at=tokyo(2025, 10, 2), last_modified_at=changed, **fields)
    for make in (make_draft, make_withdrawn, make_expired):
        make(published_at=tokyo(2025, 10, 3), last_modified_at=tokyo(2025, 10, 9))
    assert read(client, "/sitemap.xml")[f"{SITE}/sitemap-posts-2025-10.xml"] == tokyo(2025, 10, 6)
    assert max(read(client, "/sitemap-posts-2025-10.xml").values()) == tokyo(2025, 10, 6)


def test_lastmod_is_the_last_editorial_change_or_the_publication(client):
    make_post(slug="a", published_at=tokyo(2025, 10, 1, 9))
    make_post(slug="b", published_at=tokyo(2025, 10, 2, 9), last_modified_at=tokyo(2025, 12, 24, 18, 30, 5))
    make_post(slug="c", published_at=tokyo(2025, 10, 3, 9), last_modified_at=tokyo(2025, 10, 2, 9))
    assert list(read(client, "/sitemap-posts-2025-10.xml").values()) == [
        tokyo(2025, 10, 1, 9),
        tokyo(2025, 12, 24, 18, 30, 5),
        tokyo(2025, 10, 3, 9),
    ]


def test_mending_a_typo_does_not_move_lastmod(client):
    post = make_post(published_at=tokyo(2025, 10, 1, 9))
    before = read(client, "/sitemap-posts-2025-10.xml")
    post.title = "誤字を直した"
    post.save()
    assert read(client, "/sitemap-posts-2025-10.xml") == before


def test_lastmod_of_a_tag_is_that_of_its_newest_public_post(client):
    make_post(published_at=tokyo(2025, 10, 1, 9), tags=["AI"])
    make_withdrawn(published_at=tokyo(2025, 10, 9, 9), tags=["AI"])
    make_draft(last_modified_at=tokyo(2025, 10, 9, 9), tags=["AI"])
    assert list(read(client, "/sitemap-tags.xml").values()) == [tokyo(2025, 10, 1, 9)]


# Addresses


def test_links_begin_with_site_url_whatever_the_host_header_says(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    make_post(published_at=tokyo(2025, 10, 1))
    for path in ("/sitemap.xml", "/sitemap-posts-2025-10.xml", "/sitemap-lists.xml"):
        assert read(client, path, HTTP_HOST="evil.example", HTTP_X_FORWARDED_HOST="evil.example")


def test_the_scheme_and_port_are_those_of_site_url(client, settings):
    settings.SITE_URL = "http://127.0.0.1:8000"
    make_post(slug="a", published_at=tokyo(2025, 10, 1))
    assert b"<loc>http://127.0.0.1:8000/sitemap-posts-2025-10.xml</loc>" in client.get("/sitemap.xml").content
    section = client.get("/sitemap-posts-2025-10.xml").content
    assert b"<loc>http://127.0.0.1:8000/2025/10/01/a/</loc>" in section


def test_an_address_with_any_character_keeps_the_file_well_formed(client):
    post = make_post(slug="a&b<c>'d\"e", published_at=tokyo(2025, 10, 1))
    assert list(read(client, "/sitemap-posts-2025-10.xml")) == [SITE + post.get_absolute_url()]


@pytest.mark.parametrize(
    "name",
    ["posts", "posts-2025-09", "posts-2025-13", "posts-2025-1", "post", "..", "規制", "%00", "x" * 300],
)
def test_an_unknown_section_is_a_404(client, name):
    make_post(published_at=tokyo(2025, 10, 1))
    assert client.get(f"/sitemap-{name}.xml").status_code == 404


@pytest.mark.parametrize("page", ["0", "2", "-1", "99999", "abc", "1.5", "%00"])
def test_a_page_that_is_not_there_is_a_404(client, page):
    make_post(published_at=tokyo(2025, 10, 1))
    assert client.get(f"/sitemap-posts-2025-10.xml?p={page}").status_code == 404


def test_only_reading_is_allowed(client):
    make_post(published_at=tokyo(2025, 10, 1))
    for path in ("/sitemap.xml", "/sitemap-posts-2025-10.xml"):
        assert client.post(path).status_code == 405
        assert client.head(path).status_code == 200


# Size and cost


def test_a_long_section_is_cut_into_pages_that_hold_everything_once(client, monkeypatch):
    monkeypatch.setattr(sitemaps, "LIMIT", 3)
    for number in range(7):
        make_post(slug=f"p{number}", published_at=tokyo(2025, 10, 1, number), tags=[f"タグ{number}"])
    index = paths(read(client, "/sitemap.xml"))
    for name in ("tags", "posts-2025-10"):
        pages = [f"/sitemap-{name}.xml", f"/sitemap-{name}.xml?p=2", f"/sitemap-{name}.xml?p=3"]
        assert [path for path in index if name in path] == pages
        assert [len(read(client, page)) for page in pages] == [3, 3, 1]
    listed = [path for path in everything(client) if path.startswith("/2025/")]
    assert listed == [f"/2025/10/01/p{number}/" for number in range(7)]


def test_every_part_in_the_index_is_there_even_if_nothing_of_it_may_be_listed(client, monkeypatch):
    monkeypatch.setattr(sitemaps, "LIMIT", 2)
    for number in range(6):
        make_post(published_at=tokyo(2025, 10, 1, number), noindex=number > 1)
    parts = [path for path in paths(read(client, "/sitemap.xml")) if "posts-2025-10" in path]
    assert [len(parse(client.get(part))) for part in parts] == [2, 0, 0]
    assert client.get("/sitemap-posts-2025-10.xml?p=4").status_code == 404


def test_a_full_page_stays_as_it_is_when_posts_are_published(client, monkeypatch):
    monkeypatch.setattr(sitemaps, "LIMIT", 2)
    for day in (1, 2, 3):
        make_post(published_at=tokyo(2025, 10, day))
    first = client.get("/sitemap-posts-2025-10.xml").content
    make_post(published_at=tokyo(2025, 10, 4))
    assert client.get("/sitemap-posts-2025-10.xml").content == first


@pytest.mark.parametrize("path", ["/sitemap.xml", "/sitemap-posts-2025-10.xml", "/sitemap-tags.xml"])
def test_the_cost_does_not_grow(client, path, django_assert_num_queries, django_assert_max_num_queries):
    def add(number, month):
        make_post(
            published_at=tokyo(2025, month, 1, number),
            category=f"分類{number}",
            author=f"人{number}",
            tags=["AI", f"タグ{number}"],
        )
        # Were it the last to change, its month would cost a query more.
        make_post(published_at=tokyo(2025, month, 1), canonical_url="https://news.example.jp/elsewhere/")

    add(1, 10)
    make_page()
    with django_assert_max_num_queries(12) as once:
        client.get(path)
    for number in range(2, 11):
        add(number, number - 1)
    make_page()
    with django_assert_num_queries(len(once)):
        client.get(path)
