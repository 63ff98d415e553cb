import datetime
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from blog.models import Correction
from blog.outbox.models import Task
from tests.factories import (
    hours_ago,
    make_author,
    make_category,
    make_draft,
    make_image,
    make_post,
    make_scheduled,
    publish,
    withdraw,
)
from tests.feeds.rules import SITE
from tests.push.hub import Hub

pytestmark = pytest.mark.django_db

FEEDS = {
    f"{SITE}/{place}feed.{extension}"
    for place in ("", "corrections/", "category/tech/", "authors/yama/", "tags/ai/")
    for extension in ("xml", "atom", "json")
}


def test_the_hub_is_told_of_every_feed_that_a_new_post_is_in(hub, work, subjects):
    make_post(**subjects)
    work()
    assert set(hub.topics()) == FEEDS
    method, _path, fields = hub.told[0]
    assert (method, fields["hub.mode"], fields["hub.topic"]) == ("POST", ["publish"], fields["hub.url"])


def test_no_reader_waits_for_the_hub(hub, work, client):
    hub.answers = ["hang"] * 3
    make_post()
    assert client.get("/").status_code == 200
    assert hub.told == []


def test_a_scheduled_post_is_told_at_its_minute_and_not_before(hub, work, clock, subjects):
    make_scheduled(published_at=timezone.now() + datetime.timedelta(minutes=10), **subjects)
    assert work() == 0
    clock(minutes=10)
    work()
    assert set(hub.topics()) == FEEDS


def test_a_schedule_that_was_moved_or_cancelled_is_not_told_at_the_old_minute(hub, work, clock):
    moved = make_scheduled(published_at=timezone.now() + datetime.timedelta(minutes=10))
    publish(moved, at=timezone.now() + datetime.timedelta(minutes=60))
    cancelled = make_scheduled(published_at=timezone.now() + datetime.timedelta(minutes=10))
    cancelled.status = "draft"
    cancelled.save()
    clock(minutes=11)
    assert work() == 0
    clock(minutes=50)
    work()
    assert f"{SITE}/feed.xml" in hub.topics()


def edit(post):
    post.body = "訂正した本文。"
    post.save()


def delete(post):
    post.delete()


@pytest.mark.parametrize("change", [edit, withdraw, delete])
def test_the_hub_is_told_when_what_readers_see_changes_or_goes(hub, work, change):
    post = make_post()
    work()
    hub.told.clear()
    change(post)
    work()
    assert f"{SITE}/feed.xml" in hub.topics()


def test_an_expiry_is_told_at_its_moment(hub, work, clock):
    make_post(expires_at=timezone.now() + datetime.timedelta(minutes=30))
    work()
    hub.told.clear()
    clock(minutes=31)
    work()
    assert f"{SITE}/feed.xml" in hub.topics()


def test_search_engines_hear_where_the_expired_article_was(settings, work, clock):
    server = Hub()
    settings.INDEXNOW_KEY, settings.INDEXNOW_ENDPOINT = "a1b2c3d4e5", server.url
    post = make_scheduled(
        published_at=timezone.now() + datetime.timedelta(minutes=10),
        expires_at=timezone.now() + datetime.timedelta(minutes=30),
    )
    clock(minutes=11)
    work()
    server.told.clear()
    clock(minutes=20)
    work()
    assert json.loads(server.told[0][2])["urlList"] == [post.get_canonical_url()]
    server.close()


def test_a_withdrawal_is_told_although_the_post_is_saved_again_before_the_worker_comes(hub, work):
    post = make_post()
    work()
    hub.told.clear()
    withdraw(post)
    post.title = "書き直し中"
    post.save()
    work()
    assert f"{SITE}/feed.xml" in hub.topics()


@pytest.mark.parametrize(
    ("answer", "state"), [(301, "given_up"), (308, "given_up"), (302, "open"), (307, "open")]
)
def test_a_redirect_is_not_followed_and_the_desk_is_told_where_it_leads(hub, work, answer, state):
    other = Hub()
    hub.answers, hub.headers = [answer] * 12, {"Location": f"{other.url}elsewhere"}
    make_post()
    work()
    tasks = getattr(Task.objects, state)()
    assert (len(tasks), other.told) == (12, [])
    assert f"{answer}, it is now at {other.url}elsewhere" in tasks[0].last_error
    other.close()


def told_by_indexnow(server) -> set[str]:
    return {url for _method, _path, body in server.told for url in json.loads(body)["urlList"]}


@pytest.fixture
def indexnow(settings):
    server = Hub()
    settings.INDEXNOW_KEY, settings.INDEXNOW_ENDPOINT = "a1b2c3d4e5", server.url
    yield server
    server.close()


def test_an_article_with_a_long_address_in_japanese_is_told_too(indexnow, hub, work):
    post = make_post(slug="あ" * 150)
    assert len(post.get_absolute_url()) > 1000
    work()
    assert told_by_indexnow(indexnow) == {post.get_canonical_url()}
    assert f"{SITE}/feed.xml" in hub.topics()


def test_every_address_is_told_at_which_readers_saw_it_before_the_worker_came(indexnow, work):
    post = make_post(slug="a")
    work()
    indexnow.told.clear()
    seen = []
    for slug in "bc":
        seen.append(post.get_canonical_url())
        post.slug = slug
        post.save()
    work()
    assert told_by_indexnow(indexnow) == {*seen, post.get_canonical_url()}


def test_what_is_gone_is_told_now_although_it_comes_back_tomorrow_and_then_that_is_told(
    indexnow, work, clock
):
    post = make_post()
    work()
    indexnow.told.clear()
    former = post.get_canonical_url()
    withdraw(post)
    publish(post, at=timezone.now() + datetime.timedelta(days=1))
    work()
    assert told_by_indexnow(indexnow) == {former}
    indexnow.told.clear()
    clock(days=1)
    work()
    assert told_by_indexnow(indexnow) == {post.get_canonical_url()}


def test_a_public_post_that_is_moved_to_tomorrow_is_told_now_and_then(hub, work, clock):
    post = make_post()
    work()
    hub.told.clear()
    publish(post, at=timezone.now() + datetime.timedelta(days=1))
    work()
    assert f"{SITE}/feed.xml" in hub.topics()
    hub.told.clear()
    clock(days=1)
    work()
    assert f"{SITE}/feed.xml" in hub.topics()


@pytest.mark.parametrize("name", ["category", "author", "cover"])
def test_another_category_author_or_cover_is_news(hub, work, media_root, name):
    post = make_post()
    work()
    hub.told.clear()
    made = {"category": make_category("別"), "author": make_author("別"), "cover": make_image()}
    setattr(post, name, made[name])
    post.save()
    work()
    assert f"{SITE}/feed.xml" in hub.topics()


def test_a_correction_is_told_to_those_who_follow_the_corrections(hub, work):
    post = make_post(published_at=hours_ago(5))
    work()
    hub.told.clear()
    Correction.objects.create(post=post, text="訂正。")
    work()
    assert f"{SITE}/corrections/feed.xml" in hub.topics()


def test_nobody_is_told_of_drafts_or_of_what_readers_cannot_see(hub, work):
    draft = make_draft()
    draft.title = "別の見出し"
    draft.save()
    post = make_post()
    work()
    hub.told.clear()
    post.featured = True
    post.save()
    assert work() == 0
    assert hub.told == []


def test_an_archive_that_comes_in_is_no_news(hub, work):
    make_post(published_at=hours_ago(24 * 30))
    assert work() == 0


def test_a_hub_that_fails_is_told_again_when_it_is_back(hub, work, clock):
    hub.answers = [500] * 12 + ["drop"] * 3
    make_post()
    work()
    assert Task.objects.open().filter(kind="websub").exists()
    hub.told.clear()
    for _ in range(2):
        clock(minutes=5)
        work()
    assert not Task.objects.open().exists()
    assert f"{SITE}/feed.xml" in hub.topics()


def test_a_hub_that_is_down_loses_nothing(settings, work, clock):
    down = Hub()
    down.close()
    settings.WEBSUB_HUBS = [down.url]
    make_post()
    work()
    waiting = Task.objects.open().filter(kind="websub")
    assert waiting.count() == 12
    assert "refused" in waiting.first().last_error
    back = Hub(port=int(down.url.split(":")[2].strip("/")))
    clock(minutes=2)
    work()
    back.close()
    assert len(back.topics()) == 12


def test_a_hub_that_hangs_is_left_after_a_while(hub, work, monkeypatch):
    monkeypatch.setattr("blog.push.http.SECONDS", 0.2)
    hub.answers = ["hang"] * 12
    make_post()
    work()
    assert Task.objects.open().filter(kind="websub").count() == 12


def test_a_hub_that_asks_for_patience_gets_it(hub, work):
    hub.answers, hub.headers = [429], {"Retry-After": "3600"}
    make_post()
    work()
    task = Task.objects.open().get()
    assert task.due_at - timezone.now() > datetime.timedelta(minutes=59)


def test_a_hub_that_refuses_is_not_asked_again_and_the_desk_can_see_why(hub, work):
    hub.answers = [400] * 12
    make_post()
    work()
    assert Task.objects.given_up().count() == 12
    assert "400" in Task.objects.given_up().first().last_error


def test_indexnow_hears_of_the_article_and_finds_the_key(settings, work, client):
    server = Hub()
    settings.INDEXNOW_KEY, settings.INDEXNOW_ENDPOINT = "a1b2c3d4e5", server.url
    post = make_post(slug="規制")
    work()
    body = json.loads(server.told[0][2])
    server.told.clear()
    assert body["host"] == "news.example.jp"
    assert body["urlList"] == [post.get_canonical_url()]
    assert client.get(body["keyLocation"].removeprefix(SITE)).content == b"a1b2c3d4e5"
    withdrawn_at = post.get_canonical_url()
    withdraw(post)
    work()
    assert json.loads(server.told[0][2])["urlList"] == [withdrawn_at]
    server.close()


def test_a_sitemap_ping_names_the_sitemap(settings, work):
    server = Hub()
    settings.SITEMAP_PINGS = [f"{server.url}ping?sitemap={{sitemap}}"]
    make_post()
    work()
    assert server.told == [("GET", f"/ping?sitemap={SITE}/sitemap.xml", "")]
    server.close()


def test_without_anybody_to_tell_the_outbox_stays_quiet(work):
    make_post()
    assert work() == 5  # the news, and a look at each of its feeds
    assert not Task.objects.open().exists()


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGTERM])
def test_a_worker_that_is_killed_in_mid_task_loses_nothing(tmp_path, stop):
    """A real process on a real file: it is stopped while the hub hangs, and another one tells the hub."""
    hub = Hub()
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'site.sqlite3'}",
        "MEDIA_ROOT": str(tmp_path),
        "WEBSUB_HUBS": hub.url,
        "SECRET_KEY": django_settings.SECRET_KEY,
        "DJANGO_SETTINGS_MODULE": "allforces.settings",
    }

    def manage(*arguments, wait=True):
        command = [sys.executable, "manage.py", *arguments]
        process = subprocess.Popen(command, cwd=django_settings.BASE_DIR, env=environment)
        return process.wait(60) if wait else process

    manage("migrate", "--verbosity", "0")
    tell = "from blog.outbox.queue import tell; tell('websub', 'a', {'hub': '%s', 'topic': 'http://a/'})"
    manage("shell", "--no-imports", "--command", tell % hub.url)
    hub.answers = ["hang"]
    worker = manage("run_outbox", wait=False)
    for _ in range(300):
        if hub.told:
            break
        time.sleep(0.1)
    worker.send_signal(stop)
    if stop == signal.SIGTERM:
        hub.released.set()
    worker.wait(30)
    told_before = len(hub.told)
    free = "from blog.outbox.models import Task; Task.objects.update(leased_until=None)"
    manage("shell", "--no-imports", "--command", free)  # what waiting for the lease to end does
    manage("run_outbox", "--once")
    assert told_before == 1
    assert len(hub.told) == (2 if stop == signal.SIGKILL else 1)
    hub.close()
