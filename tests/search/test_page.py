from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import hours_ago, make_draft, make_post
from tests.markup import Markup

pytestmark = pytest.mark.django_db


def search(client, query, **more):
    return client.get(f"/search/?{urlencode({'q': query, **more})}")


@pytest.fixture
def articles():
    make_post("AI規制の行方", body="欧州の動き。", excerpt="", published_at=hours_ago(3))
    make_post("半導体投資", body="規制は強まる。100%の関税。", excerpt="AIの話。", published_at=hours_ago(2))
    make_post("snake_case", body="関係のない話。", excerpt="", published_at=hours_ago(1))


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("規制", ["AI規制の行方", "半導体投資"]),
        ("ＡＩ　規制", ["AI規制の行方", "半導体投資"]),
        ("ai 欧州", ["AI規制の行方"]),
        ("100%", ["半導体投資"]),
        ("%", ["半導体投資"]),
        ("e_c", ["snake_case"]),
        ("_", ["snake_case"]),
        ("規制\x00欧州", ["AI規制の行方"]),
        ("ない言葉", []),
        ("", []),
        ("　 \t", []),
        ("\x00", []),
    ],
)
def test_posts_that_hold_every_word_are_found(client, articles, query, titles):
    response = search(client, query)
    assert response.status_code == 200
    assert Markup(response).titles() == titles


@pytest.mark.parametrize(
    "query",
    [
        "あ" * 10_000,
        "a b " * 3000,
        "'; DROP TABLE blog_post; --",
        "\\",
        "<script>",
        "\ufffe",
        "﷽" * 200,
        "🈂️",
        "\u202e",
    ],
)
def test_whatever_is_typed_gets_an_answer(client, articles, query):
    response = search(client, query)
    assert response.status_code == 200
    assert "<script>" not in response.content.decode()


def test_bytes_that_are_no_text_get_an_answer(client, articles):
    assert client.get("/search/?q=%ff%fe%ed%a0%80").status_code == 200


def test_what_was_typed_stands_in_the_field(client, articles):
    (field,) = Markup(search(client, '規制 "><b>')).all("input", id="searchQuery")
    assert field["attrs"]["value"] == '規制 "><b>'


def test_an_empty_result_says_so_and_helps(client, articles):
    content = search(client, "ない言葉").content.decode()
    assert "該当する記事は見つかりませんでした" in content
    assert 'href="/tags/"' in content


def test_search_pages_are_kept_from_search_engines(client, articles):
    for query in ("", "規制"):
        page = Markup(search(client, query))
        assert page.meta("robots") == "noindex"
        assert page.canonical == "https://news.example.jp/search/"


def test_hidden_posts_are_not_found(client):
    make_draft("規制の草稿")
    assert Markup(search(client, "規制")).titles() == []


def test_results_are_paged_with_their_words(client):
    for n in range(11):
        make_post(f"規制と投資 {n}", published_at=hours_ago(n + 1))
    first = Markup(search(client, "規制　投資"))
    (older,) = first.hrefs(rel="next")
    assert older == f"/search/?{urlencode({'q': '規制 投資', 'page': 2})}"
    assert Markup(client.get(older)).titles() == ["規制と投資 10"]


@pytest.mark.parametrize("page", ["abc", "0", "3", "99999", "-1"])
def test_a_page_that_is_none_answers_404(client, page):
    for _ in range(11):
        make_post("規制")
    assert search(client, "規制", page=page).status_code == 404


def test_a_search_costs_the_same_for_one_result_and_for_nine(client):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            search(client, "規制 投資")
        return len(captured)

    make_post("規制と投資")
    few = queries()
    for n in range(8):
        make_post("規制と投資", author=f"記者{n}", category=f"分野{n}", tags=[f"札{n}"])
    assert queries() == few < 20
