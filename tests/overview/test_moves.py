"""Moving a post on the calendar, with and without the script."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from blog.addresses import TOKYO
from blog.history.recording import versions_of
from blog.history.snapshots import stored
from blog.models import Post
from blog.overview.calendar import seen_token
from tests.admin_pages import staff_with, texts
from tests.factories import make_draft, make_post, make_scheduled, make_superuser, make_withdrawn

pytestmark = pytest.mark.django_db


def in_days(days: int, hour: int = 9, minute: int = 30, second: int = 0) -> datetime.datetime:
    local = timezone.localtime(timezone=TOKYO) + datetime.timedelta(days=days)
    return local.replace(hour=hour, minute=minute, second=second, microsecond=0)


def fields(post: Post, day: datetime.datetime, /, **changes) -> dict:
    return {"day": f"{day:%Y-%m-%d}", "time": "", "seen": seen_token(post)} | changes


JSON = {"accept": "application/json"}


def move(client, post: Post, day: datetime.datetime, /, **changes):
    """As the script asks."""
    return client.post(
        f"/admin/calendar/move/{post.pk}/",
        fields(post, day, **changes),
        headers=JSON,
    )


def moment(post: Post) -> datetime.datetime:
    return Post.objects.get(pk=post.pk).published_at


@pytest.fixture
def publisher(client):
    client.force_login(staff_with("view_post", "change_post", "publish_post"))
    return client


def test_a_scheduled_post_moves_to_another_day_and_keeps_its_time_to_the_second(publisher):
    post = make_scheduled("予約", published_at=in_days(3, second=17))
    answer = move(publisher, post, in_days(5))
    assert answer.status_code == 200
    assert moment(post) == in_days(5, second=17)
    assert Post.objects.get(pk=post.pk).status == Post.Status.PUBLISHED
    assert answer.json()["now"]["seen"] == seen_token(Post.objects.get(pk=post.pk))


def test_a_time_can_be_given(publisher):
    post = make_scheduled(published_at=in_days(3))
    move(publisher, post, in_days(5), time="18:05")
    assert moment(post) == in_days(5, 18, 5)


@pytest.mark.parametrize("status", [Post.Status.DRAFT, Post.Status.IN_REVIEW])
def test_a_draft_with_a_planned_date_moves_and_stays_a_draft(publisher, status):
    post = make_draft(status=status, published_at=in_days(3))
    assert move(publisher, post, in_days(4)).status_code == 200
    assert moment(post) == in_days(4)
    assert Post.objects.get(pk=post.pk).status == status


def test_a_move_can_be_taken_back(publisher):
    post = make_scheduled(published_at=in_days(3, second=17))
    undo = move(publisher, post, in_days(5)).json()["undo"]
    again = publisher.post(
        f"/admin/calendar/move/{undo.pop('pk')}/", undo, headers={"accept": "application/json"}
    )
    assert again.status_code == 200
    assert moment(post) == in_days(3, second=17)


def test_a_plan_that_had_passed_offers_no_way_back(publisher):
    post = make_draft(published_at=in_days(-3))
    assert move(publisher, post, in_days(1)).json()["undo"] is None


def test_a_moment_that_has_passed_is_refused(publisher):
    post = make_scheduled(published_at=in_days(3))
    answer = move(publisher, post, in_days(-1))
    assert answer.status_code == 409
    assert "has passed" in answer.json()["message"]
    assert moment(post) == in_days(3)


def test_a_slug_that_is_taken_on_that_day_is_refused(publisher):
    make_scheduled(slug="same", published_at=in_days(5, 7))
    post = make_scheduled(slug="same", published_at=in_days(3))
    answer = move(publisher, post, in_days(5))
    assert answer.status_code == 409
    assert "Another post of that day has this slug." in answer.json()["message"]
    assert moment(post) == in_days(3)


def test_a_move_beyond_the_expiry_is_refused(publisher):
    post = make_scheduled(published_at=in_days(3), expires_at=in_days(6))
    answer = move(publisher, post, in_days(8))
    assert answer.status_code == 409
    assert "expire" in answer.json()["message"]
    assert moment(post) == in_days(3)


def test_a_post_that_somebody_moved_meanwhile_is_left_where_it_is(publisher):
    post = make_scheduled(published_at=in_days(3))
    Post.objects.filter(pk=post.pk).update(published_at=in_days(4))
    answer = move(publisher, post, in_days(5))
    assert answer.status_code == 409
    assert "Somebody has changed" in answer.json()["message"]
    assert moment(post) == in_days(4)


def test_a_post_that_somebody_withdrew_meanwhile_is_not_scheduled_again(publisher):
    post = make_scheduled(published_at=in_days(3))
    seen = seen_token(post)
    Post.objects.filter(pk=post.pk).update(status=Post.Status.WITHDRAWN)
    assert move(publisher, post, in_days(5), seen=seen).status_code == 409
    assert Post.objects.get(pk=post.pk).status == Post.Status.WITHDRAWN


@pytest.mark.parametrize("make", [make_post, make_withdrawn])
def test_what_readers_saw_cannot_be_moved(publisher, make):
    post = make()
    before = moment(post)
    assert move(publisher, post, in_days(5)).status_code == 409
    assert moment(post) == before


def test_a_draft_without_a_plan_has_no_place_to_be_moved_from(publisher):
    post = make_draft()
    answer = publisher.post(
        f"/admin/calendar/move/{post.pk}/",
        {"day": f"{in_days(3):%Y-%m-%d}", "seen": "draft"},
        headers=JSON,
    )
    assert answer.status_code == 409
    assert moment(post) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"day": ""},
        {"day": "昨日"},
        {"day": "9999-12-31"},
        {"day": "1989-01-01"},
        {"time": "25:00"},
        {"seen": ""},
        {"seen": "x" * 500},
        {"day": "2027-02-30"},
    ],
)
def test_nonsense_is_refused_with_a_reason(publisher, changes):
    post = make_scheduled(published_at=in_days(3))
    answer = move(publisher, post, in_days(5), **changes)
    assert answer.status_code == 409
    assert answer.json()["message"]
    assert moment(post) == in_days(3)


@pytest.mark.parametrize(
    "permissions", [("view_post", "change_post"), ("view_post", "publish_post"), ("publish_post",), ()]
)
def test_only_publishers_who_may_change_posts_can_move_them(client, permissions):
    post = make_scheduled(published_at=in_days(3))
    client.force_login(staff_with(*permissions))
    assert move(client, post, in_days(5)).status_code in {403, 404}
    assert moment(post) == in_days(3)


def test_strangers_move_nothing(client):
    post = make_scheduled(published_at=in_days(3))
    assert move(client, post, in_days(5)).status_code == 403
    assert moment(post) == in_days(3)


def test_a_move_needs_a_post_request_with_a_token(publisher):
    post = make_scheduled(published_at=in_days(3))
    assert publisher.get(f"/admin/calendar/move/{post.pk}/").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_superuser())
    assert move(strict, post, in_days(5)).status_code == 403
    assert moment(post) == in_days(3)


def test_a_post_that_is_not_there_cannot_be_moved(publisher):
    assert publisher.post("/admin/calendar/move/999/", {}).status_code == 404


def test_a_move_is_in_the_history_of_the_post(publisher):
    post = make_scheduled("予約", published_at=in_days(3))
    move(publisher, post, in_days(5))
    assert [step.name for step in post.transitions.all()] == ["reschedule"]
    newest, before = (stored(version)["fields"] for version in versions_of(Post, post.pk))
    assert newest["published_at"] > before["published_at"]


# Without the script


def test_the_form_leads_back_to_the_month_with_a_message_and_a_way_back(publisher):
    post = make_scheduled("予約", published_at=in_days(3))
    address = f"/admin/calendar/move/{post.pk}/"
    page = publisher.post(address, fields(post, in_days(40), page="month"), follow=True)
    assert page.redirect_chain[0][0] == f"/admin/calendar/{in_days(40):%Y/%m}/"
    assert "was moved to" in texts(page, "messagelist")[0]
    assert "Undo the move" in page.content.decode()
    undo = page.context["undo"]
    publisher.post(address, {name: undo[name] for name in ("day", "time", "seen")})
    assert moment(post) == in_days(3)


def test_the_way_back_is_offered_once(publisher):
    post = make_scheduled(published_at=in_days(3))
    page = publisher.post(f"/admin/calendar/move/{post.pk}/", fields(post, in_days(5)), follow=True)
    assert "Undo the move" in page.content.decode()
    assert "Undo the move" not in publisher.get("/admin/calendar/", follow=True).content.decode()


@pytest.mark.parametrize("origin", ["month", "day"])
def test_a_refused_form_shows_the_reason_and_what_was_typed(publisher, origin):
    post = make_scheduled("予約", published_at=in_days(3))
    typed = fields(post, in_days(-2), time="04:44", page=origin)
    page = publisher.post(f"/admin/calendar/move/{post.pk}/", typed)
    content = page.content.decode()
    assert page.status_code == 409
    assert "has passed" in texts(page, "errorlist")[0]
    assert f'value="{in_days(-2):%Y-%m-%d}"' in content
    assert 'value="04:44"' in content
    assert '<details class="move" open>' in content
