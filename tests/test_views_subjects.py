from urllib.parse import quote

import pytest

from tests.factories import hours_ago, make_author, make_category, make_draft, make_post, make_tag
from tests.markup import Markup

pytestmark = pytest.mark.django_db


def test_a_category_shows_its_posts_description_count_and_feed(client):
    make_category("投資分析", description="お金の流れを読む。")
    make_post("資金の話", category="投資分析")
    make_post("別の話", category="技術解説")
    page = Markup(client.get("/category/投資分析/"))
    assert page.titles() == ["資金の話"]
    assert page.text("h1") == "投資分析"
    assert page.meta("description") == "お金の流れを読む。"
    assert page.text("p", class_="list-facts") == "1本 RSSフィード"
    assert page.hrefs("link", type="application/rss+xml") == [
        quote("/category/投資分析/feed.xml"),
        "/feed.xml",
    ]


def test_a_tag_shows_its_posts(client):
    make_post("印のある話", tags=["生成AI"])
    make_post("印のない話")
    assert Markup(client.get("/tags/生成ai/")).titles() == ["印のある話"]


def test_an_author_is_introduced(client):
    make_author("山本", role="記者", bio="半導体を追う。\n\n元技術者。")
    make_post("山本の記事", author="山本")
    response = client.get("/authors/山本/")
    assert Markup(response).titles() == ["山本の記事"]
    assert "記者" in response.content.decode()
    assert "<p>元技術者。</p>" in response.content.decode()


@pytest.mark.parametrize(
    ("asked", "slug"),
    [
        ("/tags/生成AI/", "生成ai"),
        ("/tags/生成ＡＩ/", "生成ai"),
        ("/tags/C++/", "c-plus-plus"),
        ("/tags/EU AI Act/", "eu-ai-act"),
    ],
)
def test_another_spelling_leads_to_the_address_of_the_tag(client, asked, slug):
    make_post(tags=["生成AI", "C++", "EU AI Act"])
    response = client.get(quote(asked))
    assert (response.status_code, response["Location"]) == (301, quote(f"/tags/{slug}/"))


def test_another_spelling_keeps_the_page_and_the_query(client):
    for _ in range(11):
        make_post(category="Tech")
    response = client.get("/category/TECH/page/2/?utm_source=x")
    assert (response.status_code, response["Location"]) == (301, "/category/tech/page/2/?utm_source=x")


def test_a_slug_of_its_own_goes_before_another_spelling(client):
    make_post(tags=[make_tag("Ａ＋Ｂ", slug="a-b"), make_tag("A plus B")])
    assert client.get("/tags/a-plus-b/").status_code == 200
    assert client.get("/tags/a-b/").status_code == 200


@pytest.mark.parametrize(
    "path", ["/category/なし/", "/tags/なし/", "/authors/なし/", "/tags/a%00b/", "/tags/!!/"]
)
def test_a_subject_that_is_none_answers_404(client, path):
    assert client.get(path).status_code == 404


def test_a_tag_or_an_author_of_hidden_posts_answers_404_but_a_category_is_only_empty(client):
    make_draft(category="新設", author="覆面", tags=["極秘計画"])
    assert client.get("/tags/極秘計画/").status_code == 404
    assert client.get("/authors/覆面/").status_code == 404
    assert client.get("/category/新設/").status_code == 200


def test_the_tags_are_listed_by_use_and_hidden_ones_are_not(client):
    make_post(tags=["半導体", "投資"])
    make_post(tags=["半導体"])
    make_draft(tags=["極秘計画"])
    page = Markup(client.get("/tags/"))
    tags = [link for link in page.hrefs() if link.startswith("/tags/") and link != "/tags/"]
    assert tags == [quote("/tags/半導体/"), quote("/tags/投資/")]


def test_the_authors_are_listed_with_their_counts(client):
    make_post(author="山本")
    make_post(author="山本")
    make_draft(author="覆面")
    response = client.get("/authors/")
    assert "2本" in response.content.decode()
    assert "覆面" not in response.content.decode()


def test_later_pages_have_titles_and_descriptions_of_their_own(client):
    for n in range(11):
        make_post(category="投資分析", published_at=hours_ago(n + 1))
    first, second = (Markup(client.get(f"/category/投資分析/{below}")) for below in ("", "page/2/"))
    assert second.text("title") == "投資分析の記事一覧（2ページ目） | ALLFORCES"
    assert first.text("title") != second.text("title")
    assert first.meta("description") != second.meta("description")
    assert second.canonical == f"https://news.example.jp{quote('/category/投資分析/page/2/')}"


def test_the_first_page_has_one_address(client):
    make_post(category="Tech")
    response = client.get("/category/tech/page/1/")
    assert (response.status_code, response["Location"]) == (301, "/category/tech/")


def test_nul_characters_do_not_reach_the_database(client):
    for path in ("/category/%00/", "/authors/%00/feed.xml", "/feeds/%00.xml", "/%00/"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("path", "queries"),
    [("/category/tech/", 4), ("/tags/ai/", 4), ("/authors/desk/", 4), ("/tags/", 2), ("/authors/", 2)],
)
def test_a_list_costs_the_same_for_one_post_and_for_nine(client, django_assert_num_queries, path, queries):
    make_post(category="Tech", author="Desk", tags=["AI"])
    with django_assert_num_queries(queries):
        client.get(path)
    for n in range(9):
        make_post(category="Tech", author="Desk", tags=["AI", f"印{n}"])
        make_post(category=f"分野{n}", author=f"記者{n}")
    with django_assert_num_queries(queries):
        client.get(path)
