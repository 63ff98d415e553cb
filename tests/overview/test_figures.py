"""A year in figures: exact counts of what readers can see."""

import re
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from blog.models import Post
from blog.overview.figures import heat_map, year_charts
from tests.admin_pages import staff_with
from tests.factories import make_draft, make_expired, make_post, make_withdrawn, tokyo

pytestmark = pytest.mark.django_db
YEAR = "/admin/figures/2025/"


def counts(chart) -> dict[str, dict[int, int]]:
    return {row.name: {m: n for m, n in enumerate(row.months, start=1) if n} for row in chart.rows}


def test_a_year_is_counted_by_tokyo_month_category_and_author():
    make_post(category="投資", author="山田", published_at=tokyo(2025, 1, 1, 0, 0))
    make_post(category="投資", author="佐藤", published_at=tokyo(2025, 12, 31, 23, 59))
    make_post(category="技術", author="山田", published_at=tokyo(2025, 12, 1, 9, 0))
    make_post(category="技術", published_at=tokyo(2024, 12, 31, 23, 59))
    make_post(category="技術", published_at=tokyo(2026, 1, 1, 0, 0))
    by_category, by_author = year_charts(2025)
    assert counts(by_category) == {"投資": {1: 1, 12: 1}, "技術": {12: 1}}
    assert counts(by_author) == {"山田": {1: 1, 12: 1}, "佐藤": {12: 1}}
    assert by_category.totals == [1, *[0] * 10, 2]
    assert by_category.total == by_author.total == 3


def test_only_what_readers_can_see_is_counted():
    moment = tokyo(2025, 6, 1, 9, 0)
    make_post(published_at=moment)
    make_draft(published_at=moment)
    make_draft(published_at=moment, status=Post.Status.IN_REVIEW)
    make_withdrawn(published_at=moment)
    make_expired(published_at=moment)
    assert year_charts(2025)[0].total == 1
    assert heat_map(2025).days == 1


def test_posts_without_category_or_author_are_counted_too():
    make_post(category=None, author=None, published_at=tokyo(2025, 6, 1, 9, 0))
    assert [chart.total for chart in year_charts(2025)] == [1, 1]


def test_more_subjects_than_patterns_are_drawn_as_one_and_none_is_lost():
    for number in range(12):
        for day in range(12 - number):
            make_post(category=f"分野{number:02}", published_at=tokyo(2025, 6, 1 + day, 9, number))
    chart = year_charts(2025)[0]
    assert [row.series for row in chart.rows] == list(range(1, 9))
    assert [row.total for row in chart.rows] == [12, 11, 10, 9, 8, 7, 6, 5 + 4 + 3 + 2 + 1]


def test_the_columns_stand_on_each_other_and_stay_in_the_drawing():
    for number in range(7):
        make_post(category=f"分野{number % 3}", published_at=tokyo(2025, 6, 1 + number, 9, 0))
    chart = year_charts(2025)[0]
    june = chart.columns[5]
    assert june.bars[0].y + june.bars[0].height == pytest.approx(chart.baseline, abs=0.2)
    for lower, upper in zip(june.bars, june.bars[1:], strict=False):
        assert upper.y + upper.height == pytest.approx(lower.y, abs=0.2)
    assert all(bar.y >= 0 and bar.x + bar.width <= chart.width for bar in june.bars)
    assert [value for value, _y in chart.lines] == [0, 2, 4, 6, 8]


def test_every_day_of_a_leap_year_has_its_square():
    for minute in range(3):
        make_post(published_at=tokyo(2024, 2, 29, 9, minute))
    make_post(published_at=tokyo(2024, 3, 1, 9, 0))
    heat = heat_map(2024)
    assert len(heat.cells) == 366
    assert f"{heat.busiest.date} {heat.busiest.count}" == "2024-02-29 3"
    assert {f"{c.date}": c.level for c in heat.cells if c.count} == {"2024-02-29": 4, "2024-03-01": 2}
    assert max(cell.x for cell in heat.cells) + heat.size <= heat.width


def test_the_page_shows_every_number_in_a_table_beside_a_described_drawing(admin_client):
    make_post(category="投資<&>", published_at=tokyo(2025, 6, 1, 9, 0))
    page = admin_client.get(YEAR).content.decode()
    assert '<th scope="row">投資&lt;&amp;&gt;</th>' in page
    for drawing in re.findall(r"<svg[^>]*role=\"img\".*?</svg>", page, re.S):
        root = ElementTree.fromstring(drawing)  # noqa: S314  our own page
        named = root.get("aria-labelledby").split()
        ids = {element.get("id"): element.text for element in root.iter()}
        assert all(ids[name].strip() for name in named)
    assert "style=" not in re.sub(r"<head>.*?</head>", "", page, flags=re.S)


def test_the_newest_year_comes_first_and_the_others_can_be_chosen(admin_client):
    make_post(published_at=tokyo(2024, 6, 1, 9, 0))
    make_post(published_at=tokyo(2025, 6, 1, 9, 0))
    make_draft(published_at=tokyo(2026, 1, 1, 9, 0))
    context = admin_client.get("/admin/figures/").context
    assert (context["year"], context["years"]) == (2025, [2025, 2024])


@pytest.mark.parametrize("year", [1990, 2099])
def test_a_year_without_posts_says_so(admin_client, year):
    response = admin_client.get(f"/admin/figures/{year}/")
    assert response.status_code == 200
    assert "<svg viewBox" not in response.content.decode()


def test_a_site_without_posts_has_an_empty_page(admin_client):
    assert admin_client.get("/admin/figures/").status_code == 200


@pytest.mark.parametrize("year", [0, 1989, 2100, 99999])
def test_other_years_are_not_there(admin_client, year):
    assert admin_client.get(f"/admin/figures/{year}/").status_code == 404


def test_whoever_may_not_see_posts_sees_no_figures(client):
    assert client.get(YEAR).status_code == 302
    client.force_login(staff_with("view_tag"))
    assert client.get(YEAR).status_code == 403


def test_the_page_asks_the_same_three_questions_for_one_post_as_for_thirty(admin_client):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert admin_client.get(YEAR).status_code == 200
        return [query["sql"] for query in captured.captured_queries if "blog_post" in query["sql"]]

    make_post(published_at=tokyo(2025, 6, 1, 9, 0))
    assert len(queries()) == 3
    for number in range(29):
        make_post(
            category=f"分野{number % 4}",
            author=f"記者{number}",
            published_at=tokyo(2025, 5, 1 + number, 9, 0),
        )
    assert len(queries()) == 3
