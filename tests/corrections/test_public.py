"""What readers, feeds and search engines are told of a correction."""

import json
from xml.etree import ElementTree

import pytest

from blog.models import Correction
from tests.factories import hours_ago, make_post, make_withdrawn, tokyo
from tests.feeds.rules import CONTENT, channel_of, items, moment
from tests.markup import Markup

pytestmark = pytest.mark.django_db
LASTMOD = "{http://www.sitemaps.org/schemas/sitemap/0.9}lastmod"


@pytest.fixture
def post():
    return make_post("訂正した記事", slug="a", published_at=tokyo(2025, 10, 20, 9))


@pytest.fixture
def correction(post):
    text = "台数を**1,350台**に直しました。"
    return Correction.objects.create(post=post, text=text, published_at=tokyo(2025, 10, 22, 15, 30))


def test_the_article_says_at_its_top_that_it_was_corrected_and_below_what(client, post, correction):
    page = Markup(client.get(post.get_absolute_url()))
    assert page.text("p", class_="correction-notice").startswith("訂正")
    assert "#corrections" in page.hrefs()
    section = page.text("section", id="corrections")
    assert "訂正 2025年10月22日 15:30" in section
    assert "台数を1,350台に直しました。" in section
    assert page.all("time", datetime="2025-10-22T15:30:00+09:00")
    assert page.all("li", id=f"correction-{correction.pk}")


@pytest.mark.parametrize("kind", ["addition", "update"])
def test_an_addition_is_listed_without_a_notice_at_the_top(client, post, kind):
    Correction.objects.create(post=post, kind=kind, text="資料を加えました。")
    page = Markup(client.get(post.get_absolute_url()))
    assert not page.all("p", class_="correction-notice")
    assert "資料を加えました。" in page.text("section", id="corrections")


def test_several_corrections_make_one_notice(client, post):
    for kind in ("correction", "addition", "correction"):
        Correction.objects.create(post=post, kind=kind, text="直しました。")
    page = Markup(client.get(post.get_absolute_url()))
    assert len(page.all("p", class_="correction-notice")) == 1


def test_an_article_without_notes_has_no_trace_of_them(client, post):
    content = client.get(post.get_absolute_url()).content.decode()
    assert 'id="corrections"' not in content
    assert "correction-notice" not in content
    assert "CorrectionComment" not in content


def test_the_article_shows_the_date_of_the_update(client, post, correction):
    page = Markup(client.get(post.get_absolute_url()))
    assert page.meta("article:modified_time") == "2025-10-22T15:30:00+09:00"
    assert "更新 2025年10月22日 15:30" in page.text("div", class_="byline")


def test_search_engines_are_told_in_json_ld(client, post, correction):
    article = json.loads(
        Markup(client.get(post.get_absolute_url())).all("script", type="application/ld+json")[0]["text"]
    )
    (news,) = [thing for thing in article["@graph"] if thing["@type"] == "NewsArticle"]
    assert news["dateModified"] == "2025-10-22T15:30:00+09:00"
    assert news["correction"] == [
        {
            "@type": "CorrectionComment",
            "name": "訂正",
            "text": "台数を1,350台に直しました。",
            "datePublished": "2025-10-22T15:30:00+09:00",
        }
    ]


def test_an_article_with_nine_notes_costs_what_one_without_costs(client, post, django_assert_num_queries):
    client.get(post.get_absolute_url())
    with django_assert_num_queries(4):
        client.get(post.get_absolute_url())
    for _ in range(9):
        Correction.objects.create(post=post, text="直しました。")
    with django_assert_num_queries(4):
        client.get(post.get_absolute_url())


# The list


def test_the_list_shows_the_newest_first_with_a_way_to_the_article(client, post, correction):
    Correction.objects.create(post=make_post("別の記事"), kind="addition", text="加えました。")
    page = Markup(client.get("/corrections/"))
    assert page.titles() == ["別の記事", "訂正した記事"]
    assert f"/2025/10/20/a/#correction-{correction.pk}" in page.hrefs()
    assert page.meta("description")


def test_the_list_has_later_pages(client, post):
    for number in range(11):
        Correction.objects.create(
            post=post, text=f"訂正その{number}。", published_at=tokyo(2025, 10, 21, number)
        )
    assert "訂正その0。" not in client.get("/corrections/").content.decode()
    second = Markup(client.get("/corrections/page/2/"))
    assert second.titles() == ["訂正した記事"]
    assert client.get("/corrections/page/1/")["Location"] == "/corrections/"
    assert client.get("/corrections/page/3/").status_code == 404


def test_an_empty_list_says_so_and_is_not_in_the_sitemap(client):
    make_post()
    assert "訂正はまだありません" in client.get("/corrections/").content.decode()
    assert "/corrections/" not in client.get("/sitemap-lists.xml").content.decode()


def test_the_list_costs_the_same_for_one_note_and_for_nine(
    client, post, correction, django_assert_num_queries
):
    with django_assert_num_queries(3):
        client.get("/corrections/")
    for _ in range(8):
        Correction.objects.create(post=make_post(), text="直しました。")
    with django_assert_num_queries(3):
        client.get("/corrections/")


def test_every_page_leads_to_the_list(client, post):
    assert "/corrections/" in Markup(client.get("/")).hrefs()


def test_no_page_of_the_newsroom_can_take_the_address():
    from blog.models.pages import RESERVED_SLUGS

    assert "corrections" in RESERVED_SLUGS


# Sitemap and feeds


def test_the_sitemap_gives_the_date_of_the_note_for_article_and_list(client, post, correction):
    root = ElementTree.fromstring(client.get("/sitemap-posts-2025-10.xml").content)  # noqa: S314
    assert [element.text for element in root.iter(LASTMOD)] == ["2025-10-22T15:30:00+09:00"]
    lists = client.get("/sitemap-lists.xml").content.decode()
    assert "/corrections/</loc><lastmod>2025-10-22T15:30:00+09:00" in lists


def test_an_item_of_a_feed_ends_with_the_note(client, post, correction):
    (item,) = items(client)
    content = item.findtext(CONTENT)
    assert "<strong>訂正</strong> (2025年10月22日)" in content
    assert content.index("本文") < content.index("台数を")


def test_a_note_rebuilds_the_feed_and_breaks_its_etag(client, post):
    before = client.get("/feed.xml")
    Correction.objects.create(post=post, text="直しました。", published_at=tokyo(2025, 10, 23))
    after = client.get("/feed.xml", HTTP_IF_NONE_MATCH=before["ETag"])
    assert after.status_code == 200
    assert after["ETag"] != before["ETag"]
    assert moment(channel_of(after).findtext("lastBuildDate")) == tokyo(2025, 10, 23)


def test_the_feed_of_corrections_has_an_item_for_each_note(client, post, correction):
    Correction.objects.create(post=post, kind="update", text="更新しました。", published_at=hours_ago(1))
    channel = channel_of(client.get("/corrections/feed.xml"))
    found = channel.findall("item")
    assert [item.findtext("title") for item in found] == ["更新: 訂正した記事", "訂正: 訂正した記事"]
    assert len({item.findtext("guid") for item in found}) == 2
    assert found[1].findtext("link").endswith(f"/2025/10/20/a/#correction-{correction.pk}")
    assert moment(found[1].findtext("pubDate")) == tokyo(2025, 10, 22, 15, 30)
    assert "<strong>1,350台</strong>" in found[1].findtext(CONTENT)


def test_the_feed_of_corrections_answers_a_poll_with_304_until_something_changes(client, post, correction):
    first = client.get("/corrections/feed.xml")
    again = client.get("/corrections/feed.xml", HTTP_IF_NONE_MATCH=first["ETag"])
    assert again.status_code == 304
    correction.text = "書き直した告知。"
    correction.save()
    assert client.get("/corrections/feed.xml", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200


def test_a_note_of_a_hidden_post_is_nowhere(client):
    Correction.objects.create(post=make_withdrawn(), text="秘密の訂正。")
    for path in ("/corrections/", "/corrections/feed.xml", "/feed.xml"):
        assert "秘密の訂正" not in client.get(path).content.decode()


def test_a_hostile_note_stays_text(client, post):
    Correction.objects.create(post=post, text="<script>alert(1)</script>]]>\u0001 & <b>太字</b>")
    for path in ("/corrections/", post.get_absolute_url()):
        assert "<script>alert" not in client.get(path).content.decode()
    channel_of(client.get("/corrections/feed.xml"))
