import re
from urllib.parse import quote, urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import hours_ago, make_author, make_category, make_draft, make_post, tokyo
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


def test_pages_by_relevance_are_not_called_newer_and_older(client):
    for n in range(11):
        make_post(f"規制と投資 {n}", published_at=hours_ago(n + 1))

    def steps(**asked):
        page = search(client, "規制", **asked).content.decode()
        return re.findall(r'<a class="pagination-step"[^>]*>([^<]+)</a>', page)

    assert (steps(), steps(page=2)) == (["次へ"], ["前へ"])
    assert (steps(order="date"), steps(order="date", page=2)) == (["古い記事"], ["新しい記事"])


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
    assert queries() == few <= 20


# Filters, order, hits, suggestions


def links(response, name):
    return {
        choice.name: choice
        for title, choices in response.context["facets"]
        if title == name
        for choice in choices
    }


def test_results_are_narrowed_by_category_tag_author_and_year_with_counts(client):
    make_post("規制 1", category="投資", author="山田", tags=["欧州"], published_at=tokyo(2025, 3, 1))
    make_post("規制 2", category="投資", author="佐藤", tags=["米国"], published_at=tokyo(2026, 1, 1, 0, 30))
    make_post("規制 3", category="技術", author="佐藤", tags=["米国"], published_at=tokyo(2026, 2, 1))
    make_draft("規制の草稿", category="草稿だけ", author="草稿だけ")
    everything = search(client, "規制")
    for facet, name, titles in [
        ("カテゴリー", "投資", ["規制 2", "規制 1"]),
        ("タグ", "米国", ["規制 3", "規制 2"]),
        ("執筆者", "佐藤", ["規制 3", "規制 2"]),
        ("年", "2026年", ["規制 3", "規制 2"]),
    ]:
        choice = links(everything, facet)[name]
        narrowed = client.get(choice.path)
        assert Markup(narrowed).titles() == titles
        assert choice.count == len(titles) == narrowed.context["paginator"].count
        (chosen,) = narrowed.context["chosen"]
        assert chosen.name == name
        assert Markup(client.get(chosen.path)).titles() == Markup(everything).titles()
    assert "草稿だけ" not in everything.content.decode()


def test_filters_stay_with_the_next_query_and_go_without_effect_when_they_are_nonsense(client):
    make_post("規制", category="投資")
    page = search(client, "規制", category=make_category("投資").slug, order="date")
    hidden = {field["attrs"]["name"] for field in Markup(page).all("input", type="hidden")}
    assert hidden == {"category", "order"}
    for name in ("category", "tag", "author"):
        assert Markup(search(client, "規制", **{name: "ない\0"})).titles() == []
    for year in ("0000", "9999", "abcd", "２０２６", "-1", "20261"):
        assert search(client, "規制", year=year, order="'", page="1").status_code == 200


def test_a_filter_on_what_only_hidden_posts_use_does_not_tell_its_name(client):
    make_post("規制")
    make_draft("草稿", author=make_author("秘密の筆者", slug="hidden"))
    assert "秘密の筆者" not in search(client, "規制", author="hidden").content.decode()


def test_hits_are_marked_and_markup_stays_text(client):
    make_post("<b>規制</b>の行方", body="前の文。`<script>規制</script>`を読む。後の文。")
    content = search(client, "規制").content.decode()
    assert "&lt;b&gt;<mark>規制</mark>&lt;/b&gt;の行方" in content
    assert "&lt;script&gt;<mark>規制</mark>&lt;/script&gt;" in content


def test_the_page_says_when_less_than_everything_was_found(client):
    make_post("生成モデルの話", body="活用術を学ぶ。")
    make_post("別の話", body="量子の話。")
    assert "言葉を分けて探した結果" in search(client, "生成モデル活用術").content.decode()
    assert "いずれかを含む記事" in search(client, "生成モデル 量子").content.decode()


def test_an_empty_box_offers_the_most_used_tags(client):
    make_post(tags=["よく使う札"])
    make_draft(tags=["草稿の札"])
    content = client.get("/search/").content.decode()
    assert "よく使う札" in content
    assert "草稿の札" not in content


def test_the_search_action_leads_to_results(client):
    make_post("AI規制の行方")
    website = Markup(client.get("/")).thing("WebSite")
    template = website["potentialAction"]["target"]["urlTemplate"]
    address = template.replace("{search_term_string}", quote("規制")).removeprefix("https://news.example.jp")
    assert Markup(client.get(address)).titles() == ["AI規制の行方"]


def suggested(client, typed):
    response = client.get("/search/suggestions/", {"q": typed})
    assert response.status_code == 200
    assert response["X-Robots-Tag"] == "noindex"
    return [(one["kind"], one["text"]) for one in response.json()["suggestions"]]


def test_tags_and_titles_are_suggested_while_somebody_types(client):
    make_post("Anthropicの発表", tags=["Anthropic", "発表会"], body="本文だけの語")
    assert suggested(client, "Anthr") == [("tag", "Anthropic"), ("post", "Anthropicの発表")]
    assert suggested(client, "発") == [("tag", "発表会"), ("post", "Anthropicの発表")]
    assert suggested(client, "本文だけ") == suggested(client, "") == suggested(client, "\0'%") == []


def test_what_readers_may_not_see_is_not_suggested(client):
    make_draft("規制の草稿", tags=["規制札"])
    assert suggested(client, "規制") == []


def test_suggestions_cost_few_queries_whatever_they_are(client):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            suggested(client, "規制")
        return len(captured)

    make_post("規制", tags=["規制"])
    few = queries()
    for number in range(8):
        make_post("規制", tags=[f"規制{number}"])
    assert queries() == few <= 8
