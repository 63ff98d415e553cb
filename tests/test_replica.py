"""blog/replica.py and allforces/routers.py, with a second database that is some moments behind."""

import threading

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connections, router
from django.http import HttpResponse
from django.test import RequestFactory

from blog import replica
from blog.models import Post
from blog.pagecache.policy import Rendering
from tests.factories import make_draft, make_post, make_superuser
from tests.outage import database_away

pytestmark = [
    pytest.mark.usefixtures("replica_file"),
    pytest.mark.django_db(databases=["default", "replica"]),
]


@pytest.fixture(scope="module")
def replica_file(tmp_path_factory, django_db_setup, django_db_blocker):
    """An empty database with all tables, whatever the primary is."""
    path = tmp_path_factory.mktemp("replica") / "replica.sqlite3"
    alias = {"ENGINE": "django.db.backends.sqlite3", "NAME": path}
    connections.settings["replica"] = connections.configure_settings(
        {"default": connections.settings["default"], "replica": alias}
    )["replica"]
    with django_db_blocker.unblock():
        call_command("migrate", database="replica", verbosity=0, run_syncdb=True)
    yield path
    connections["replica"].close()
    del connections["replica"]
    del connections.settings["replica"]


@pytest.fixture
def lagging(replica_file, db, settings, monkeypatch):
    """The replica has none of what a test writes."""
    settings.DATABASE_ROUTERS = ["allforces.routers.Replica"]
    monkeypatch.setattr(replica, "_rests_until", 0.0)


def shown(client, **kwargs) -> bool:
    return "見出しの記事" in client.get("/", **kwargs).content.decode().replace("<wbr>", "")


def test_a_reader_is_answered_by_the_replica(lagging, client):
    make_post("見出しの記事")
    assert not shown(client)
    assert client.head("/").status_code == 200


def test_staff_see_what_they_have_just_saved(lagging, client):
    client.force_login(make_superuser())
    make_post("見出しの記事")
    assert shown(client)


def test_the_desk_and_previews_never_ask_the_replica(lagging, client):
    for path in ("/admin/", "/preview/abc/", "/readyz"):
        assert not replica.may_read_from_replica(RequestFactory().get(path))
    assert client.get("/readyz").status_code == 200


def test_a_page_that_is_kept_for_all_is_made_from_the_primary():
    request = RequestFactory().get("/", **{Rendering.NAME: Rendering()})
    assert not replica.may_read_from_replica(request)
    assert replica.may_read_from_replica(RequestFactory().get("/"))


def test_a_form_is_answered_by_the_primary():
    assert not replica.may_read_from_replica(RequestFactory().post("/search/"))


def test_every_write_goes_to_the_primary_and_so_does_a_locked_read(lagging):
    post = make_draft()
    with replica.reading_from_replica():
        assert router.db_for_read(Post) == "replica"
        assert router.db_for_write(Post) == "default"
        assert Post.objects.select_for_update().db == "default"
        post.save()
    assert Post.objects.filter(pk=post.pk).exists()


def test_commands_and_threads_know_nothing_of_it(lagging):
    assert router.db_for_read(Post) == "default"
    seen = []
    with replica.reading_from_replica():
        thread = threading.Thread(target=lambda: seen.append(router.db_for_read(Session)))
        thread.start()
        thread.join()
    assert seen == ["default"]
    assert router.db_for_read(Post) == "default"


def test_a_replica_that_is_not_current_is_left_alone(lagging, client, monkeypatch):
    make_post("見出しの記事")
    monkeypatch.setattr(replica, "replica_is_current", lambda: False)
    assert shown(client)


def test_whether_it_is_current_is_asked_once_for_a_page(lagging, client, monkeypatch):
    asked = []
    monkeypatch.setattr(replica, "replica_is_current", lambda: asked.append(1) or True)
    assert client.get("/").status_code == 200
    assert len(asked) == 1


def test_the_schema_is_never_changed_on_the_replica(lagging):
    assert not router.allow_migrate("replica", "blog")
    assert router.allow_migrate("default", "blog")


def test_a_page_that_fails_on_the_replica_is_made_from_the_primary_and_it_gets_a_rest(lagging, client):
    make_post("見出しの記事")
    client.raise_request_exception = False
    with database_away(alias="replica") as asked:
        assert shown(client)
        assert len(asked) == 1
        assert shown(client)
        assert len(asked) == 1


def test_a_primary_that_fails_is_not_asked_twice(lagging, rf):
    replica.rest()
    calls = []
    middleware = replica.ReplicaMiddleware(lambda request: calls.append(1) or HttpResponse(status=503))
    assert middleware(rf.get("/")).status_code == 503
    assert len(calls) == 1
