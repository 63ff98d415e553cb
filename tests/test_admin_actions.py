import datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from blog.models import Post
from tests.admin_pages import confirmations, form_fields, staff_with, texts
from tests.factories import (
    hours_ago,
    make_draft,
    make_expired,
    make_post,
    make_scheduled,
    make_withdrawn,
    tokyo,
)

pytestmark = pytest.mark.django_db
LIST = "/admin/blog/post/"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def choose(browser, action: str, *posts, **fields):
    """Tick the posts and run the action; comes back with the page that follows."""
    data = {"action": action, "_selected_action": [post.pk for post in posts], "index": "0"} | fields
    response = browser.post(LIST, data, follow=True)
    assert response.status_code == 200
    for post in posts:
        post.refresh_from_db()
    return response


def run(browser, action: str, *posts, **fields):
    """Run the action and say yes to everything in the page that asks."""
    asking = choose(browser, action, *posts)
    return choose(browser, action, *posts, apply="1", **confirmations(asking), **fields)


def test_posts_are_published_from_the_list(admin_client):
    posts = [
        make_draft(),
        make_draft(status="in_review"),
        make_scheduled(),
        make_draft(published_at=hours_ago(-5)),
    ]
    response = run(admin_client, "publish_now", *posts)
    assert all(post.is_public for post in posts)
    assert all(abs(post.published_at - timezone.now()) < datetime.timedelta(minutes=1) for post in posts)
    assert texts(response, "messagelist") == ["4 posts published."]


def test_publishing_from_the_list_keeps_a_date_that_has_passed(admin_client):
    post = make_withdrawn(published_at=tokyo(2025, 10, 21, 9))
    run(admin_client, "publish_now", post)
    assert post.is_public
    assert post.published_at == tokyo(2025, 10, 21, 9)


def test_publishing_from_the_list_keeps_the_whole_text(admin_client):
    post = make_draft(body="## 見出し\n\n本文", front_matter="a: 1")
    run(admin_client, "publish_now", post)
    assert (post.body, post.front_matter) == ("## 見出し\n\n本文", "a: 1")
    assert "見出し</h2>" in post.body_html


def test_the_page_that_asks_costs_as_many_queries_for_nine_posts_as_for_one(admin_client):
    def queries(count):
        posts = [
            make_draft(body=f"[甲](/2025/10/2{number}/x/) ![乙](/media/images/{number}.png)")
            for number in range(count)
        ]
        with CaptureQueriesContext(connection) as captured:
            choose(admin_client, "publish_now", *posts)
        return len(captured) - count  # each post is read again after the page

    queries(1)
    assert queries(9) == queries(1)


def test_what_cannot_be_published_is_named_and_the_rest_goes_through(admin_client):
    make_post(slug="onaji", published_at=timezone.now())
    taken, fine, public = make_draft("重なる", slug="onaji"), make_draft("大丈夫"), make_post("公開済み")
    response = run(admin_client, "publish_now", taken, fine, public)
    assert (taken.status, fine.status) == ("draft", "published")
    assert set(texts(response, "messagelist")) == {
        "1 post published.",
        "Already published, or expired. “公開済み”",
        "Another post of that day has this slug. “重なる”",
    }


def test_a_slug_taken_at_the_same_moment_is_a_message_too(admin_client, monkeypatch):
    def overtaken(self, **kwargs):
        raise IntegrityError("UNIQUE constraint failed")

    post = make_draft("追い越された")
    monkeypatch.setattr(Post, "save", overtaken)
    response = run(admin_client, "publish_now", post)
    assert texts(response, "messagelist") == ["Another post of that day has this slug. “追い越された”"]


def test_posts_are_withdrawn_from_the_list(admin_client):
    public, scheduled, draft = make_post(), make_scheduled(), make_draft("下書き")
    response = run(admin_client, "withdraw", public, scheduled, draft)
    assert [post.status for post in (public, scheduled, draft)] == ["withdrawn", "withdrawn", "draft"]
    assert texts(response, "messagelist") == [
        "2 posts withdrawn.",
        "Only a published post can be withdrawn. “下書き”",
    ]


def test_posts_are_scheduled_from_the_list_each_for_its_own_moment(admin_client):
    first, second, public = make_draft("甲"), make_scheduled("乙"), make_post("丙")
    page = choose(admin_client, "schedule", first, second, public)
    fields = form_fields(page)
    assert fields[f"post-{first.pk}-at"] == ""
    assert fields[f"post-{second.pk}-at"], "the date that it has already is offered"
    assert f"post-{public.pk}-at" not in fields
    assert "1 post is left out" in page.content.decode()
    moments = {f"post-{first.pk}-at": "2099-01-01T09:00", f"post-{second.pk}-at": "2099-01-02T09:00"}
    done = run(admin_client, "schedule", first, second, **moments)
    assert (first.is_scheduled, first.published_at) == (True, tokyo(2099, 1, 1, 9))
    assert (second.is_scheduled, second.published_at) == (True, tokyo(2099, 1, 2, 9))
    assert texts(done, "messagelist") == ["2 posts scheduled."]


def test_a_moment_that_has_passed_schedules_nothing_and_keeps_what_was_typed(admin_client):
    first, second = make_draft(), make_draft()
    moments = {f"post-{first.pk}-at": "2099-01-01T09:00", f"post-{second.pk}-at": "2020-01-02T09:00"}
    response = run(admin_client, "schedule", first, second, **moments)
    assert texts(response, "errorlist") == ["This moment has passed. Choose one in the future."]
    assert {"2099-01-01T09:00", "2020-01-02T09:00"} <= set(form_fields(response).values())
    assert (first.status, second.status) == ("draft", "draft")


def test_posts_that_would_expire_before_their_moment_are_named(admin_client):
    post = make_draft("短命", expires_at=tokyo(2098, 1, 1))
    response = run(admin_client, "schedule", post, **{f"post-{post.pk}-at": "2099-01-01T09:00"})
    assert texts(response, "messagelist") == ["The post would expire before it is published. “短命”"]


def test_too_many_posts_are_not_scheduled_at_once(admin_client, monkeypatch):
    monkeypatch.setattr("blog.admin.actions.AT_ONCE", 1)
    response = choose(admin_client, "schedule", make_draft(), make_draft())
    assert texts(response, "messagelist") == ["Choose at most 1 posts at once."]


def test_many_refused_posts_make_one_message(admin_client):
    response = run(admin_client, "withdraw", *[make_draft(f"題{number}") for number in range(12)])
    [message] = texts(response, "messagelist")
    assert message.endswith("and 2 more")


def test_every_change_is_logged_with_its_new_state(admin_client, admin_user):
    posts = [make_draft(), make_draft()]
    run(admin_client, "publish_now", *posts)
    run(admin_client, "withdraw", posts[0])
    messages = LogEntry.objects.order_by("pk").values_list("user", "object_id", "change_message")
    assert list(messages) == [
        (admin_user.pk, str(post.pk), f"Status: {state}")
        for post, state in [(posts[1], "Public"), (posts[0], "Public"), (posts[0], "Withdrawn")]
    ]


@pytest.mark.parametrize("action", ["publish_now", "schedule", "withdraw"])
def test_without_the_permission_there_are_no_such_actions(client, action):
    client.force_login(staff_with("view_post", "change_post", "add_post"))
    posts = [make_draft(), make_post(), make_scheduled(), make_expired()]
    before = [(post.status, post.published_at) for post in posts]
    assert f'value="{action}"' not in client.get(LIST).content.decode()
    run(client, action, *posts, **{f"post-{posts[0].pk}-at": "2099-01-01T09:00"})
    assert [(post.status, post.published_at) for post in posts] == before


def test_the_permission_alone_is_enough_for_an_editor(client):
    client.force_login(staff_with("view_post", "change_post", "publish_post"))
    post = make_draft()
    run(client, "publish_now", post)
    assert post.is_public
