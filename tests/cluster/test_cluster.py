"""Two machines behind nginx go on while parts of them fail: readers read, and no save is lost."""

import os
import signal
import time

import pytest

from tests.admin_pages import form_fields
from tests.cluster.machines import SECONDS_NGINX_RESTS, until, workers
from tests.cluster.people import Readers, get

pytestmark = pytest.mark.cluster


def is_ready(app) -> bool:
    try:
        return get(app.port, "/readyz").status == 200
    except OSError:
        return False


@pytest.fixture(autouse=True)
def whole(cluster):
    """Every test begins with a whole cluster."""
    for app in cluster.apps:
        until(lambda app=app: is_ready(app))


def save(editor, title: str) -> str:
    answer = editor.send(editor.draft(title))
    assert answer.status == 200
    assert "/change/" in answer.url
    return title


def test_a_machine_that_dies_is_not_noticed(cluster, paths, editor, titles):
    with Readers(cluster.nginx.port, paths) as readers:
        cluster.apps[0].kill()
        saved = {save(editor, f"一台が落ちたあと {number}") for number in range(3)}
        readers.wait(50)
        cluster.apps[0].start()
        until(lambda: is_ready(cluster.apps[0]))
        readers.wait(20)
    assert readers.failures == []
    assert saved <= titles()


def test_without_redis_readers_read_and_nobody_is_signed_out(cluster, paths, editor, titles):
    with Readers(cluster.nginx.port, paths) as readers:
        cluster.redis.kill()
        assert get(cluster.apps[0].port, "/readyz").status == 503
        saved = {save(editor, "キャッシュなしの保存")}
        readers.wait(50)
        cluster.redis.start()
        until(lambda: all(map(is_ready, cluster.apps)))
        saved.add(save(editor, "キャッシュが戻ったあとの保存"))
        readers.wait(20)
    assert readers.failures == []
    assert saved <= titles()


def test_without_the_database_nothing_typed_is_lost_and_all_is_well_once_it_is_back(
    cluster, paths, editor, titles
):
    fields = editor.draft("データベースがない間の保存")
    cluster.wire.cut()
    answer = editor.send(fields)
    assert answer.status == 503
    assert answer.headers["Retry-After"] == "30"
    kept = form_fields(answer)
    assert kept["title"] == fields["title"]
    assert kept["body"] == fields["body"]
    assert [get(app.port, "/healthz").status for app in cluster.apps] == [200, 200]
    assert [get(app.port, "/readyz").status for app in cluster.apps] == [503, 503]
    assert fields["title"] not in titles()
    cluster.wire.join()
    until(lambda: all(map(is_ready, cluster.apps)), seconds=15)
    assert "/change/" in editor.send(kept).url
    assert fields["title"] in titles()
    with Readers(cluster.nginx.port, paths) as readers:
        readers.wait(30)
    assert readers.failures == []


def test_a_database_that_was_away_for_an_instant_costs_no_second_visit(cluster, paths, editor, titles):
    cluster.wire.cut()
    cluster.wire.join()
    with Readers(cluster.nginx.port, paths) as readers:
        saved = {save(editor, "切れた接続のあとの保存")}
        readers.wait(20)
    assert readers.failures == []
    assert saved <= titles()


def test_a_new_version_rolls_over_both_machines_unnoticed(cluster, paths, editor, titles):
    saved = set()
    with Readers(cluster.nginx.port, paths) as readers:
        for app in cluster.apps:
            app.stop()
            saved.add(save(editor, f"{app.log.stem} の停止中の保存"))
            app.start()
            until(lambda app=app: is_ready(app))
            time.sleep(SECONDS_NGINX_RESTS + 1)  # nginx asks it again, before the other one goes
            saved.add(save(editor, f"{app.log.stem} の再開後の保存"))
        readers.wait(20)
    assert readers.failures == []
    assert saved <= titles()


def test_a_reload_drops_no_request_of_the_machine_that_reloads(cluster, paths):
    """Asked straight, with no nginx to try the other machine."""
    app = cluster.apps[0]
    old = workers(app)
    with Readers(app.port, paths) as readers:
        os.kill(app.process.pid, signal.SIGHUP)
        until(lambda: workers(app) and not workers(app) & old)
        readers.wait(20)
    assert readers.failures == []


def test_without_any_machine_readers_are_asked_to_come_back(cluster, paths):
    for app in cluster.apps:
        app.kill()
    answer = get(cluster.nginx.port, "/archive/")
    assert answer.status == 503
    assert answer.headers["Retry-After"] == "30"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "まもなく再開します" in answer.text
    for app in cluster.apps:
        app.start()
    until(lambda: get(cluster.nginx.port, "/archive/").status == 200)
