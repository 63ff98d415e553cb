"""The editorial calendar: what stands on which day, and who sees what."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from blog.addresses import tokyo_date
from blog.models import Post
from tests.admin_pages import staff_with
from tests.factories import (
    hours_ago,
    make_category,
    make_draft,
    make_post,
    make_scheduled,
    make_withdrawn,
    tokyo,
)

pytestmark = pytest.mark.django_db
MONTH = "/admin/calendar/2025/10/"


def on_the_calendar(client, address=MONTH) -> dict[str, list[str]]:
    days = client.get(address).context["days"]
    return {f"{day.date}": [entry.post.title for entry in day.entries] for day in days if day.entries}


def test_posts_stand_on_their_tokyo_day_by_time(admin_client):
    make_post("夜", published_at=tokyo(2025, 10, 21, 23, 59))
    make_post("朝", published_at=tokyo(2025, 10, 21, 0, 1))
    make_post("翌日", published_at=tokyo(2025, 10, 22, 0, 0))
    assert on_the_calendar(admin_client) == {"2025-10-21": ["朝", "夜"], "2025-10-22": ["翌日"]}


def test_the_weeks_begin_on_sunday_and_are_whole(admin_client):
    days = [day.date for day in admin_client.get(MONTH).context["days"]]
    assert days[0] == datetime.date(2025, 9, 28)
    assert days[-1] == datetime.date(2025, 11, 1)
    assert len(days) % 7 == 0


def test_the_edges_of_the_weeks_show_the_neighbouring_months(admin_client):
    make_post("前月", published_at=tokyo(2025, 9, 30, 9, 0))
    make_post("遠い", published_at=tokyo(2025, 9, 27, 9, 0))
    assert on_the_calendar(admin_client) == {"2025-09-30": ["前月"]}


def test_an_entry_tells_time_state_title_and_category(admin_client):
    make_post("見出し<b>", category="半導体", published_at=tokyo(2025, 10, 21, 9, 5))
    page = admin_client.get(MONTH).content.decode()
    for text in ("09:05", "state-public", "見出し&lt;b&gt;", "半導体"):
        assert text in page


def test_drafts_are_there_when_they_have_a_planned_date(admin_client):
    make_draft("計画", published_at=tokyo(2025, 10, 3, 9, 0))
    make_draft("未定")
    make_withdrawn("取り下げ", published_at=tokyo(2025, 10, 4, 9, 0))
    assert on_the_calendar(admin_client) == {"2025-10-03": ["計画"], "2025-10-04": ["取り下げ"]}


def test_a_full_day_shows_the_first_few_and_the_number_of_others(admin_client):
    for minute in range(30):
        make_post(f"第{minute:02}報", published_at=tokyo(2025, 10, 21, 9, minute))
    page = admin_client.get(MONTH).content.decode()
    assert "第03報" in page
    assert "第04報" not in page
    assert "26 more" in page
    assert '"/admin/calendar/2025/10/21/"' in page
    assert "第29報" in admin_client.get("/admin/calendar/2025/10/21/").content.decode()


def test_the_calendar_opens_at_this_month_and_leads_to_its_neighbours(admin_client):
    today = tokyo_date(timezone.now())
    assert admin_client.get("/admin/calendar/").url == f"/admin/calendar/{today:%Y/%m}/"
    page = admin_client.get("/admin/calendar/2025/12/").content.decode()
    assert '"/admin/calendar/2025/11/"' in page
    assert '"/admin/calendar/2026/01/"' in page


def test_today_is_marked_in_tokyo(admin_client):
    today = tokyo_date(timezone.now())
    days = admin_client.get(f"/admin/calendar/{today:%Y/%m}/").context["days"]
    assert [day.date for day in days if day.is_today] == [today]


@pytest.mark.parametrize("address", ["2025/13/", "2025/0/", "1989/12/", "2100/1/", "99999/1/", "2025/2/30/"])
def test_there_is_no_page_for_a_month_or_day_that_is_none(admin_client, address):
    assert admin_client.get(f"/admin/calendar/{address}").status_code == 404


def test_the_first_and_the_last_month_have_no_way_beyond(admin_client):
    assert admin_client.get("/admin/calendar/1990/1/").context["previous"] == ""
    assert admin_client.get("/admin/calendar/2099/12/").context["next"] == ""


def test_an_empty_month_says_so(admin_client):
    assert "Nothing is published or planned" in admin_client.get(MONTH).content.decode()


def test_only_staff_who_may_see_posts_see_the_calendar(client):
    assert client.get(MONTH).status_code == 302
    client.force_login(staff_with("view_tag"))
    assert client.get(MONTH).status_code == 403
    assert client.get("/admin/calendar/2025/10/21/").status_code == 403
    client.force_login(staff_with("view_post"))
    assert client.get(MONTH).status_code == 200


@pytest.mark.parametrize(
    ("make", "fields", "movable"),
    [
        (make_scheduled, {}, True),
        (make_draft, {"published_at": hours_ago(-30)}, True),
        (make_draft, {"published_at": hours_ago(-30), "status": Post.Status.IN_REVIEW}, True),
        (make_post, {}, False),
        (make_withdrawn, {"published_at": hours_ago(-30)}, False),
    ],
)
def test_only_what_is_not_published_can_be_moved_and_only_by_publishers(client, make, fields, movable):
    post = make(**fields)
    month = f"/admin/calendar/{tokyo_date(post.published_at):%Y/%m}/"
    client.force_login(staff_with("view_post", "change_post", "publish_post"))
    assert (f"/move/{post.pk}/" in client.get(month).content.decode()) is movable
    client.force_login(staff_with("view_post", "change_post"))
    assert f"/move/{post.pk}/" not in client.get(month).content.decode()


def test_a_month_costs_the_same_queries_for_one_post_as_for_forty(admin_client):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert admin_client.get(MONTH).status_code == 200
        return [query["sql"] for query in captured.captured_queries]

    make_post(published_at=tokyo(2025, 10, 1, 9, 0))
    queries()
    few = queries()
    for number in range(39):
        make_post(
            category=make_category(f"分野{number}"), published_at=tokyo(2025, 10, 1 + number % 20, 9, number)
        )
    many = queries()
    assert len(few) == len(many) <= 6
    assert not any('"blog_post"."body"' in query for query in many)
