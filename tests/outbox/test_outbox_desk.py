import html

import pytest
from django.utils import timezone, translation

from blog.outbox.desk import alarms
from blog.outbox.models import Task
from blog.outbox.queue import finish, take, tell
from tests.admin_pages import staff_with
from tests.factories import hours_ago, make_post, tokyo

pytestmark = pytest.mark.django_db


def given_up(kind: str, key: str, error: str, at=None) -> None:
    at = at or timezone.now()
    Task.objects.create(kind=kind, key=key, due_at=at, given_up_at=at, last_error=error)


def test_an_outbox_that_keeps_up_raises_no_alarm():
    tell("websub", "a", due_at=hours_ago(0.15))
    tell("websub", "b", due_at=hours_ago(-0.25))
    Task.objects.create(kind="purge", key="c", due_at=hours_ago(2), done_at=timezone.now())
    assert alarms() == []


def test_what_was_given_up_is_told_by_kind_with_its_last_error():
    given_up("purge", "a", "https://api.fastly.com/: 403\n  no such token", tokyo(2025, 10, 21, 9))
    given_up("purge", "b", "an older one", tokyo(2025, 10, 21, 8))
    given_up("websub", "c", "x" * 5000, tokyo(2025, 10, 21, 10))
    with translation.override("en"):
        (purge, purge_query), (websub, _query) = alarms()
    assert purge == (
        "CDN purge: 2 tasks were given up, after a last attempt at 2025/10/21 09:00 "
        "(https://api.fastly.com/: 403 no such token)"
    )
    assert purge_query == "state=given_up&kind__exact=purge"
    assert websub.startswith("WebSub hub: 1 task was given up") and len(websub) < 300


def test_an_outbox_that_nobody_works_on_raises_an_alarm_when_the_environment_says(clock, settings):
    tell("websub", "a")
    tell("sitemap", "b")
    settings.OUTBOX_IS_LATE_AFTER = 420
    clock(seconds=419)
    assert alarms() == []
    clock(seconds=1)
    with translation.override("en"):
        (text, query), _websub = alarms()
    assert text == "Sitemap ping: 1 task has been waiting for a worker for long; is the outbox running?"
    assert query == "state=late&kind__exact=sitemap"


def test_a_long_queue_raises_no_alarm_while_somebody_works_it_off(clock, settings):
    for key in "abc":
        tell("renditions", key)
    clock(seconds=settings.OUTBOX_IS_LATE_AFTER)
    assert len(alarms()) == 1
    finish(take())
    assert alarms() == []
    clock(seconds=settings.OUTBOX_IS_LATE_AFTER)
    assert len(alarms()) == 1


def test_the_alarm_is_on_the_desk_and_leads_to_the_tasks(client):
    make_post()
    given_up("purge", "a", "403 <no token>")
    given_up("websub", "b", "404")
    client.force_login(staff_with("view_post", "view_task"))
    page = client.get("/admin/").content.decode()
    assert "403 &lt;no token&gt;" in page
    link = "/admin/blog/task/?state=given_up&kind__exact=purge"
    assert link in html.unescape(page)
    assert [task.key for task in client.get(link).context["cl"].queryset] == ["a"]
    client.force_login(staff_with("view_post"))
    assert "no token" not in client.get("/admin/").content.decode()


def test_the_alarms_cost_one_query(django_assert_num_queries):
    for kind in ("purge", "websub", "sitemap"):
        for key in ("a", "b"):
            given_up(kind, key, "404")
    with django_assert_num_queries(1):
        assert len(alarms()) == 3
