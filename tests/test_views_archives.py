import pytest

from tests.factories import make_draft, make_post, tokyo
from tests.markup import Markup

pytestmark = pytest.mark.django_db


@pytest.fixture
def edges():
    """Posts at the first and the last moment of October 2025 in Tokyo, and just beyond."""
    for title, moment in {
        "九月": tokyo(2025, 9, 30, 23, 59, 59),
        "十月の初め": tokyo(2025, 10, 1),
        "十月の終わり": tokyo(2025, 10, 31, 23, 59, 59),
        "十一月": tokyo(2025, 11, 1),
        "翌年": tokyo(2026, 1, 1),
    }.items():
        make_post(title, published_at=moment)


@pytest.mark.parametrize(
    ("path", "titles"),
    [
        ("/2025/10/", ["十月の終わり", "十月の初め"]),
        ("/2025/10/31/", ["十月の終わり"]),
        ("/2025/", ["十一月", "十月の終わり", "十月の初め", "九月"]),
        ("/2026/", ["翌年"]),
    ],
)
def test_a_period_holds_its_posts_by_tokyo_time(client, edges, path, titles):
    assert Markup(client.get(path)).titles() == titles


@pytest.mark.parametrize(
    "path",
    [
        "/2025/13/",
        "/2025/00/",
        "/2025/02/30/",
        "/2025/10/02/",
        "/2024/",
        "/0000/",
        "/0001/",
        "/0001/01/01/",
        "/9999/",
        "/9999/12/",
        "/9999/12/31/",
        "/2025/10/page/2/",
    ],
)
def test_a_period_that_is_none_or_empty_answers_404(client, edges, path):
    assert client.get(path).status_code == 404


def test_a_period_of_drafts_answers_404(client):
    make_draft(published_at=tokyo(2025, 10, 21, 9))
    assert client.get("/2025/10/21/").status_code == 404


def test_a_year_lists_its_months_with_counts(client, edges):
    months = [element["text"] for element in Markup(client.get("/2025/")).all("a") if "月" in element["text"]]
    assert [month for month in months if month[-1].isdigit()] == ["11月1", "10月2", "9月1"]


def test_a_month_leads_to_the_nearest_months_that_have_posts(client, edges):
    page = Markup(client.get("/2025/11/"))
    assert page.hrefs(rel="prev") == ["/2025/10/"]
    assert page.hrefs(rel="next") == ["/2026/01/"]


def test_a_day_leads_to_the_nearest_days_that_have_posts(client, edges):
    page = Markup(client.get("/2025/10/01/"))
    assert page.hrefs(rel="prev") == ["/2025/09/30/"]
    assert page.hrefs(rel="next") == ["/2025/10/31/"]


def test_the_archive_counts_by_year_and_month(client, edges):
    make_draft(published_at=tokyo(2025, 10, 5))
    page = Markup(client.get("/archive/"))
    assert [
        " ".join(h["text"].split()) for h in page.all("h2", id="year2026") + page.all("h2", id="year2025")
    ] == [
        "2026年 1本",
        "2025年 4本",
    ]
    assert [link for link in page.hrefs() if link.startswith("/20")] == [
        "/2026/",
        "/2026/01/",
        "/2025/",
        "/2025/11/",
        "/2025/10/",
        "/2025/09/",
    ]


def test_an_archive_of_nothing_is_a_page(client):
    assert "まだ記事がありません" in client.get("/archive/").content.decode()


@pytest.mark.parametrize(
    ("path", "queries"), [("/2025/10/", 4), ("/2025/10/21/", 4), ("/2025/", 3), ("/archive/", 2)]
)
def test_a_period_costs_the_same_for_one_post_and_for_nine(client, django_assert_num_queries, path, queries):
    make_post(published_at=tokyo(2025, 10, 21, 9))
    with django_assert_num_queries(queries):
        client.get(path)
    for n in range(9):
        make_post(published_at=tokyo(2025, 10, 21, 10), category=f"分野{n}", author=f"記者{n}")
    with django_assert_num_queries(queries):
        client.get(path)
