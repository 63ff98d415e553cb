import datetime
import json

import pytest
from django.db import connection, transaction
from django.utils import timezone

from blog.media.pictures import prepare
from blog.outbox.models import Task
from blog.push import cdn
from blog.push.cdn import CROWDED, SETTLED, purge_later, tag_headers
from tests.factories import make_image, picture_bytes
from tests.push.hub import Hub

pytestmark = pytest.mark.django_db
in_transactions = pytest.mark.django_db(transaction=True)


@pytest.fixture
def network(settings):
    """A network on loopback; `network("fastly")` makes it the site's."""
    hub = Hub()
    headers = {"cloudflare": "Cache-Tag"}

    def use(kind: str, **values) -> Hub:
        settings.CDN_PURGE, settings.CDN_PURGE_URL = kind, hub.url.rstrip("/")
        settings.CDN_SERVICE, settings.CDN_TOKEN = "s3rvice", "secret-token"
        settings.CDN_TAG_HEADER = headers.get(kind, "Surrogate-Key")
        for name, value in values.items():
            setattr(settings, name, value)
        return hub

    yield use
    hub.close()


@pytest.fixture
def settle(work, clock):
    """Wait until no process of ours answers with an old page, then do what is due."""

    def run() -> int:
        clock(seconds=SETTLED.total_seconds())
        return work()

    return run


def tags_waiting() -> list[list[str]]:
    return [task.payload["tags"] for task in Task.objects.filter(kind="purge").order_by("pk")]


def numbered(count: int) -> set[str]:
    return {f"t{number:03}" for number in range(count)}


def test_without_a_network_nothing_is_told_and_no_header_is_sent(settings):
    assert settings.CDN_PURGE == ""
    purge_later({"post-1"})
    assert not Task.objects.exists()
    assert tag_headers({"post-1"}) == {}


def test_any_server_is_told_in_a_header_and_as_json(network, work):
    hub = network("generic", CDN_PURGE_METHOD="POST")
    purge_later({"post-1", "home"})
    assert hub.told == []
    work()
    ((method, path, body),) = hub.told
    assert (method, path, json.loads(body)) == ("POST", "/", {"tags": [CROWDED, "home", "post-1"]})
    assert hub.told_headers[0]["Surrogate-Key"] == f"{CROWDED} home post-1"
    assert hub.told_headers[0]["Authorization"] == "Bearer secret-token"


def test_any_server_may_want_the_method_purge_and_no_token(network, work):
    hub = network("generic", CDN_PURGE_METHOD="PURGE", CDN_TOKEN="", CDN_TAG_HEADER="xkey")
    purge_later({"home"})
    work()
    assert hub.told[0][0] == "PURGE"
    assert hub.told_headers[0]["xkey"] == f"{CROWDED} home"
    assert "Authorization" not in hub.told_headers[0]


@pytest.mark.parametrize(("soft", "header"), [(False, None), (True, "1")])
def test_fastly_is_told_as_it_wants_to_be(network, work, soft, header):
    hub = network("fastly", CDN_SOFT_PURGE=soft)
    purge_later({"home"})
    work()
    ((method, path, body),) = hub.told
    assert (method, path) == ("POST", "/service/s3rvice/purge")
    assert json.loads(body) == {"surrogate_keys": [CROWDED, "home"]}
    (headers,) = hub.told_headers
    assert headers["Surrogate-Key"] == f"{CROWDED} home"
    assert headers["Fastly-Key"] == "secret-token"
    assert headers["Fastly-Soft-Purge"] == header


def test_cloudflare_is_told_as_it_wants_to_be(network, work):
    hub = network("cloudflare")
    purge_later({"home"})
    work()
    ((method, path, body),) = hub.told
    assert (method, path) == ("POST", "/zones/s3rvice/purge_cache")
    assert json.loads(body) == {"tags": [CROWDED, "home"]}
    assert hub.told_headers[0]["Authorization"] == "Bearer secret-token"
    assert hub.told_headers[0]["Content-Type"] == "application/json"


def test_cloudflare_may_refuse_with_a_200(network, work):
    hub = network("cloudflare")
    hub.body = b'{"success": false, "errors": [{"message": "not now"}]}'
    purge_later({"home"})
    work()
    assert "not now" in Task.objects.open().get().last_error


@pytest.mark.parametrize("answer", [400, 401, 403, 404, 301])
def test_a_purge_that_is_refused_is_tried_again_for_a_token_can_be_mended(
    network, work, settle, clock, answer
):
    hub = network("fastly")
    hub.answers = [answer]
    purge_later({"home"})
    work()
    assert str(answer) in Task.objects.open().get().last_error
    clock(minutes=1)
    work()
    settle()
    assert Task.objects.done().exists()


@in_transactions
def test_the_tags_of_one_transaction_are_told_together(network):
    network("fastly")
    with transaction.atomic():
        purge_later({"a", "b"})
        with transaction.atomic():
            purge_later({"b", "c"})
        purge_later({"a"})
    purge_later({"a"})
    assert tags_waiting() == [["a", "b", CROWDED, "c"], ["a", CROWDED]]


@in_transactions
def test_what_is_rolled_back_is_not_told_and_can_be_told_again(network):
    network("fastly")
    with transaction.atomic():
        purge_later({"a"})
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            purge_later({"b"})
            raise ZeroDivisionError
        assert tags_waiting() == [["a", CROWDED]]
        purge_later({"b"})
    assert tags_waiting() == [["a", CROWDED, "b"]]
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        purge_later({"c"})
        raise ZeroDivisionError
    purge_later({"d"})
    assert tags_waiting() == [["a", CROWDED, "b"], [CROWDED, "d"]]
    assert connection.run_on_commit == []


@in_transactions
@pytest.mark.parametrize(("kind", "most"), [("generic", 100), ("fastly", 100), ("cloudflare", 30)])
def test_many_tags_are_split_to_what_the_network_takes_at_once(network, work, settle, kind, most):
    hub = network(kind, CDN_PURGE_METHOD="POST")
    with transaction.atomic():
        for tag in sorted(numbered(70)):
            purge_later({tag})
        purge_later(numbered(130))
    told = tags_waiting()
    assert [len(tags) for tags in told[:-1]] == [most] * (len(told) - 1)
    assert sorted(tag for tags in told for tag in tags) == sorted({CROWDED, *numbered(130)})
    assert work() == settle() == len(told)
    assert sorted(hub.told[: len(told)]) == sorted(hub.told[len(told) :])
    assert not Task.objects.open().exists()


def test_a_network_that_takes_fewer_since_is_told_more_often(network, work):
    network("fastly")
    purge_later(numbered(70))
    hub = network("cloudflare")
    work()
    assert [len(json.loads(body)["tags"]) for _, _, body in hub.told] == [30, 30, 11]


def test_what_was_told_before_the_network_was_left_is_done_with(network, work, settings):
    network("fastly")
    purge_later({"a"})
    settings.CDN_PURGE = ""
    work()
    assert Task.objects.get().done_at is not None


@in_transactions
@pytest.mark.parametrize("seconds", [0, 60])
def test_the_last_purge_comes_when_no_process_has_the_old_page_however_long_the_transaction_was(
    network, work, settle, clock, seconds
):
    hub = network("fastly")
    with transaction.atomic():
        purge_later({"home"})
        clock(seconds=seconds)
    work()
    assert len(hub.told) == 1  # soon, but the network may get the old page again until
    clock(seconds=SETTLED.total_seconds() - 0.1)
    assert work() == 0
    assert settle() == 1
    assert len(hub.told) == 2
    assert hub.told[0] == hub.told[1]
    assert Task.objects.get().done_at is not None


def test_a_purge_that_failed_at_first_comes_twice_all_the_same(network, work, settle, clock):
    hub = network("fastly")
    hub.answers = [503]
    purge_later({"home"})
    work()
    assert settle() == 0
    clock(minutes=1)
    assert work() == settle() == 1
    assert len(hub.told) == 3
    assert Task.objects.get().done_at is not None


def test_a_purge_can_wait_for_its_minute(network, work, settle, clock):
    hub = network("fastly")
    at = timezone.now() + datetime.timedelta(minutes=10)
    purge_later({"later"}, due_at=at)
    purge_later({"now"})
    work()
    assert [headers["Surrogate-Key"] for headers in hub.told_headers] == [f"{CROWDED} now"]
    settle()
    clock(minutes=10)
    hub.told_headers.clear()
    assert work() == settle() == 1
    assert [headers["Surrogate-Key"] for headers in hub.told_headers] == [f"{CROWDED} later"] * 2


def test_a_network_that_asks_for_patience_gets_it(network, work, settle, clock):
    hub = network("cloudflare")
    hub.answers, hub.headers = [429, 429], {"Retry-After": "600"}
    purge_later({"home"})
    work()
    assert Task.objects.get().due_at - timezone.now() > datetime.timedelta(minutes=9)
    clock(minutes=11)
    work()
    clock(minutes=11)
    work()
    assert len(hub.told) == 3
    settle()
    assert Task.objects.get().done_at is not None


def test_a_network_that_hangs_is_asked_again_when_it_is_back(network, work, clock, monkeypatch):
    monkeypatch.setattr("blog.push.http.SECONDS", 0.2)
    hub = network("fastly")
    hub.answers = ["hang", "drop", 503]
    purge_later({"home"})
    for _ in range(5):
        work()
        clock(minutes=5)
    assert len(hub.told) == 5
    assert Task.objects.get().done_at is not None


def test_a_wrong_token_is_told_nowhere(network, work):
    hub = network("fastly")
    hub.answers = [403]
    purge_later({"home"})
    work()
    task = Task.objects.get()
    assert "403" in task.last_error
    assert "secret-token" not in task.last_error + str(task.payload) + task.key


def test_a_page_carries_its_tags_as_its_network_reads_them(network):
    network("fastly")
    assert tag_headers({"b", "a"}) == {"Surrogate-Key": "a b"}
    network("cloudflare")
    assert tag_headers({"b", "a"}) == {"Cache-Tag": "a, b"}


@pytest.mark.parametrize("tag", ["生成ai", "a b", "a,b", "規制" * 40, "x" * 2000, "a\r\nSet-Cookie: b"])
def test_a_tag_is_the_same_short_ascii_word_on_the_page_and_in_the_purge(network, work, tag):
    hub = network("fastly")
    (value,) = tag_headers({tag}).values()
    assert value.isascii() and value.isprintable() and len(value) <= 60
    assert not {" ", ","} & set(value)
    purge_later({tag})
    work()
    assert value in hub.told_headers[0]["Surrogate-Key"].split()


def test_a_page_with_too_many_tags_is_purged_with_every_change(network):
    network("fastly")
    assert tag_headers({f"a-rather-long-tag-{number}" for number in range(300)}) == {"Surrogate-Key": CROWDED}
    purge_later({"anything"})
    assert CROWDED in tags_waiting()[0]


def test_telling_more_costs_the_same_however_much_was_told(network, django_assert_num_queries):
    network("fastly")
    with transaction.atomic():
        for tag in sorted(numbered(250)):
            purge_later({tag})
    with django_assert_num_queries(3):  # a savepoint around the task that is told again
        purge_later({"one more"})
    with django_assert_num_queries(0):
        purge_later({"t001"})


def test_every_network_has_a_limit():
    assert cdn.MOST.keys() == cdn.NETWORKS.keys()


def replace(image):
    image.replace(*prepare(picture_bytes()), "new.png")


def delete(image):
    image.delete()


@pytest.mark.parametrize("change", [replace, delete])
def test_a_network_forgets_the_files_of_a_picture_that_is_replaced_or_deleted(
    network, work, clock, client, media_root, change
):
    hub = network("fastly")
    image, other = make_image(), make_image()
    image.make_thumbnail()
    answers = [client.get(file.url) for file in (image.file, image.thumbnail, other.file)]
    for answer in answers:
        assert b"".join(answer.streaming_content)
    key, thumbnails, others = (answer["Surrogate-Key"] for answer in answers)
    assert key == thumbnails != others
    change(image)
    for _ in range(2):  # and once more when no proxy in front of us has them either
        hub.told.clear()
        work()
        assert any(key in json.loads(body)["surrogate_keys"] for _method, _path, body in hub.told)
        clock(seconds=90)


def test_without_a_network_a_picture_carries_no_tag(client, media_root):
    answer = client.get(make_image().file.url)
    assert b"".join(answer.streaming_content)
    assert "Surrogate-Key" not in answer
