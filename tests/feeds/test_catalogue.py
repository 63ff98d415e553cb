import pytest
from lxml import etree

from tests.factories import make_category, make_draft, make_post
from tests.feeds.rules import SITE
from tests.feeds.validity import FORMATS, check

pytestmark = pytest.mark.django_db


def test_the_page_of_feeds_lists_each_with_its_addresses(client, subjects):
    make_post(**subjects)
    page = client.get("/feeds/").content.decode()
    for place in ("/", "/category/tech/", "/tags/ai/", "/authors/yama/"):
        for extension in FORMATS:
            assert f"{SITE}{place}feed.{extension}" in page


def test_what_is_not_public_has_no_feed_in_the_list(client):
    make_draft(category="秘密の分類でない", author="秘密の人", tags=["秘密の主題"])
    for path in ("/feeds/", "/feeds.opml"):
        text = client.get(path).content.decode()
        assert "秘密の人" not in text
        assert "秘密の主題" not in text


def test_many_tags_are_cut_and_counted(client):
    make_post(tags=[f"タグ{n}" for n in range(63)])
    page = client.get("/feeds/").content.decode()
    assert page.count('feed.xml"') < 3 * 70
    assert "3" in page and 'href="/tags/"' in page


def test_the_subscription_list_leads_to_every_feed(client, subjects):
    make_post(**subjects)
    make_category("R&D <b>", slug="rd")
    response = client.get("/feeds.opml")
    assert response["Content-Type"] == "text/x-opml; charset=utf-8"
    root = etree.fromstring(response.content)
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert root.findtext("head/title")
    outlines = root.findall("body/outline/outline")
    assert [outline.get("text") for outline in outlines] == [
        "ALLFORCES",
        "訂正一覧",
        "R&D <b>",
        "技術解説",
        "山の上",
        "AI",
    ]
    for outline in outlines:
        check(client.get(outline.get("xmlUrl").removeprefix(SITE)))
        assert client.get(outline.get("htmlUrl").removeprefix(SITE)).status_code == 200


def test_the_lists_cost_the_same_for_one_subject_and_for_nine(client, django_assert_num_queries):
    for paths, number in (("/feeds/", 4), ("/feeds.opml", 3)):
        make_post(category="一", author="一", tags=["一"])
        with django_assert_num_queries(number):
            client.get(paths)
        for n in range(9):
            make_post(category=f"分類{n}", author=f"人{n}", tags=[f"題{n}"])
        with django_assert_num_queries(number):
            client.get(paths)


@pytest.mark.parametrize("extension", FORMATS)
def test_a_person_who_opens_a_feed_gets_a_page_that_no_cache_keeps(client, subjects, extension):
    make_post("公開記事", **subjects)
    response = client.get(f"/category/tech/feed.{extension}", HTTP_SEC_FETCH_DEST="document")
    assert response["Content-Type"].startswith("text/html")
    assert response["Cache-Control"] == "private, no-store"
    assert "Sec-Fetch-Dest" in response["Vary"]
    page = response.content.decode()
    assert "公開記事" in page and f"{SITE}/category/tech/feed.{extension}" in page
    assert '<meta name="robots" content="noindex">' in page


def test_a_person_is_told_of_a_feed_that_is_not_there(client):
    assert client.get("/tags/none/feed.xml", HTTP_SEC_FETCH_DEST="document").status_code == 404
