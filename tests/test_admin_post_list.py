import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from tests.admin_pages import staff_with
from tests.factories import (
    hours_ago,
    make_author,
    make_category,
    make_draft,
    make_image,
    make_post,
    make_tag,
    tokyo,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
LIST = "/admin/blog/post/"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def found(client, **query) -> list[str]:
    response = client.get(LIST, query)
    assert response.status_code == 200
    return [post.title for post in response.context["cl"].result_list]


def test_the_list_shows_what_an_editor_looks_for(admin_client):
    make_post(
        "見出し", tags=["生成AI", "EU AI Act"], cover=make_image(), published_at=tokyo(2025, 10, 21, 9, 5)
    )
    page = admin_client.get(LIST).content.decode()
    for text in ("見出し", "技術解説", "編集部", "生成AI", "EU AI Act", "2025/10/21 09:05", "/thumbnail/"):
        assert text in page


def test_drafts_come_first_and_then_the_newest(admin_client):
    make_post("古い", published_at=hours_ago(5))
    make_post("新しい", published_at=hours_ago(1))
    make_draft("下書き")
    assert found(admin_client) == ["下書き", "新しい", "古い"]


def test_thirty_posts_cost_as_many_queries_as_three(admin_client):
    def make(count):
        for number in range(count):
            make_post(
                category=make_category(f"分野{number % 3}"),
                author=make_author(f"記者{number % 3}"),
                tags=[f"札{number}", f"札{number + 1}", "共通"],
                cover=make_image(),
                published_at=tokyo(2025, 10, 21, 9, number),
            )

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert admin_client.get(LIST).status_code == 200
        return [query["sql"] for query in captured.captured_queries]

    make(3)
    queries()
    few = queries()
    make(27)
    many = queries()
    assert len(many) == len(few) < 20
    assert not any('"blog_post"."body"' in query for query in many)


@pytest.mark.parametrize(
    "query",
    ["ＡＩ規制", "AI規制", "ai規制", "規制", "ai-kisei", "抜粋の語", "本文だけの語", "札の名", "札の　規制"],
)
def test_a_post_is_found_by_title_slug_excerpt_text_and_tag_in_any_width(admin_client, query):
    make_post("AI規制の今", slug="ai-kisei", excerpt="抜粋の語", body="本文だけの語", tags=["札の名"])
    make_post("別の話")
    assert found(admin_client, q=query) == ["AI規制の今"]


def test_a_word_stored_in_full_width_is_found_in_half_width(admin_client):
    make_post("ＧＰＴ－５の発表")
    make_post("別の話")
    assert found(admin_client, q="GPT-5") == ["ＧＰＴ－５の発表"]


def test_every_word_of_the_query_must_be_there(admin_client):
    make_post("投資と規制")
    make_post("投資の話")
    assert found(admin_client, q="規制 投資") == ["投資と規制"]
    assert found(admin_client, q="規制　投資") == ["投資と規制"]


def test_a_post_with_two_matching_tags_is_found_once(admin_client):
    make_post("一本", tags=["AI投資", "AI規制"])
    assert found(admin_client, q="AI") == ["一本"]


@pytest.mark.parametrize("query", ["%", "_", "'", '"', "\\", "\0", "(", "a " * 300, "😀"])
def test_no_query_breaks_the_list(admin_client, query):
    make_post("普通の記事", excerpt="", body="文。")
    assert admin_client.get(LIST, {"q": query}).status_code == 200


def test_a_percent_sign_in_a_query_is_a_percent_sign(admin_client):
    make_post("普通の記事")
    make_post("3割引は30%引き")
    assert found(admin_client, q="%") == ["3割引は30%引き"]


def test_the_list_is_filtered_by_category_author_cover_and_flags(admin_client):
    make_post("甲", category="投資", author="山田", cover=make_image(), featured=True)
    make_post("乙", noindex=True)
    assert found(admin_client, category__id__exact=make_category("投資").pk) == ["甲"]
    assert found(admin_client, author__id__exact=make_author("山田").pk) == ["甲"]
    assert found(admin_client, cover="yes") == ["甲"]
    assert found(admin_client, cover="no") == ["乙"]
    assert found(admin_client, featured__exact=1) == ["甲"]
    assert found(admin_client, noindex__exact=1) == ["乙"]


def test_the_list_is_filtered_by_a_tag_from_the_tags_page(admin_client):
    make_post("甲", tags=["半導体"])
    make_post("乙")
    assert found(admin_client, tags__id__exact=make_tag("半導体").pk) == ["甲"]


def test_the_date_hierarchy_goes_by_tokyo_dates(admin_client):
    make_post("月初の朝", published_at=tokyo(2025, 11, 1, 0, 30))
    make_post("月末の夜", published_at=tokyo(2025, 10, 31, 23, 30))
    assert found(admin_client, published_at__year=2025, published_at__month=10) == ["月末の夜"]


def test_posts_can_be_chosen_in_other_forms_by_title_but_not_by_text(admin_client):
    make_post("探す記事", body="本文の語")
    asked = {"app_label": "blog", "model_name": "post", "field_name": "pillar"}
    by_title = admin_client.get("/admin/autocomplete/", asked | {"term": "探す"}).json()["results"]
    by_text = admin_client.get("/admin/autocomplete/", asked | {"term": "本文の語"}).json()["results"]
    assert [choice["text"] for choice in by_title] == ["探す記事"]
    assert by_text == []


def test_staff_without_permission_see_no_posts(client):
    client.force_login(staff_with("view_tag"))
    assert client.get(LIST).status_code == 403


def test_the_interface_is_in_japanese(admin_client):
    with translation.override("ja"):
        page = admin_client.get(LIST).content.decode()
    assert '<html lang="ja"' in page
    assert "検索" in page
