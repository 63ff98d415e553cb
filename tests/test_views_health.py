import datetime

import pytest
from django.core.cache import cache
from django.db import InterfaceError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.urls import reverse
from django.utils import timezone

from blog.outbox import queue
from blog.outbox.models import TOO_OFTEN, Task
from tests.outage import database_away


def test_a_monitor_learns_that_the_process_lives_without_the_database(client):
    response = client.get("/healthz")
    assert response.content == b"ok\n"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("name", ["healthz", "readyz"])
@pytest.mark.django_db
def test_monitors_may_ask_with_head_and_change_nothing(client, name):
    assert client.head(reverse(name)).status_code == 200
    assert client.post(reverse(name)).status_code == 405


@pytest.mark.parametrize("name", ["healthz", "readyz"])
@pytest.mark.django_db
def test_monitors_may_ask_behind_the_proxy_without_tls(client, settings, name):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.django_db
def test_a_machine_with_everything_in_order_is_ready(client):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "checks": {"database": "ok", "cache": "ok", "migrations": "ok", "outbox": "ok", "purges": "ok"},
    }
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_a_machine_is_not_ready_without_its_database_and_tells_nothing_about_it(client):
    for error in (None, InterfaceError):
        with database_away(error) if error else database_away():
            response = client.get("/readyz")
        assert response.status_code == 503
        assert response.json()["checks"] == {
            "database": "failed",
            "cache": "ok",
            "migrations": "failed",
            "outbox": "failed",
            "purges": "failed",
        }
        assert "secret" not in response.content.decode()


@pytest.mark.django_db
def test_a_machine_is_not_ready_with_a_cache_that_keeps_nothing(client, monkeypatch):
    monkeypatch.setattr(cache, "get", lambda *args, **kwargs: None)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert [name for name, state in response.json()["checks"].items() if state != "ok"] == ["cache"]


@pytest.mark.django_db
def test_a_machine_is_not_ready_before_the_migrations_of_its_code(client):
    MigrationRecorder(connection).record_unapplied("blog", "0004_roles")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["migrations"] == "failed"


@pytest.mark.django_db
def test_old_code_stays_ready_when_a_newer_machine_has_migrated(client):
    MigrationRecorder(connection).record_applied("blog", "9999_of_tomorrow")
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_an_outbox_that_nobody_works_is_told_after_the_minutes_that_were_set(client, settings):
    settings.OUTBOX_IS_LATE_AFTER = 600
    queue.tell("announce", "1", due_at=timezone.now() - datetime.timedelta(seconds=590))
    queue.tell("announce", "2", due_at=timezone.now() + datetime.timedelta(hours=6))
    assert client.get("/readyz").status_code == 200
    queue.tell("announce", "3", due_at=timezone.now() - datetime.timedelta(seconds=610))
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["outbox"] == "failed"


def purges(client) -> str:
    return client.get("/readyz").json()["checks"]["purges"]


@pytest.mark.django_db
def test_a_network_that_does_not_purge_is_told_before_and_after_its_purges_are_given_up(client, clock):
    task = Task.objects.create(kind="purge", key="x 0", due_at=timezone.now(), attempts=TOO_OFTEN - 1)
    Task.objects.create(kind="websub", key="x", due_at=timezone.now(), given_up_at=timezone.now())
    assert purges(client) == "ok"
    Task.objects.filter(pk=task.pk).update(attempts=TOO_OFTEN)
    assert purges(client) == "failed"
    Task.objects.filter(pk=task.pk).update(given_up_at=timezone.now())
    assert (purges(client), client.get("/readyz").status_code) == ("failed", 503)
    clock(days=7)
    assert purges(client) == "ok"


@pytest.mark.django_db
def test_purges_that_are_sent_again_at_the_desk_are_told_no_more(client):
    Task.objects.create(kind="purge", key="x 0", due_at=timezone.now(), given_up_at=timezone.now())
    assert purges(client) == "failed"
    Task.objects.all().send_again()
    assert purges(client) == "ok"


@pytest.mark.django_db
def test_asking_costs_five_queries(client, django_assert_num_queries):
    client.get("/readyz")
    with django_assert_num_queries(5):
        client.get("/readyz")
