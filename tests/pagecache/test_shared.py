"""Pages that processes share through a real Redis, and what happens without it."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.test import override_settings
from django.utils import timezone

from blog.feeds import counting
from blog.pagecache import following, purging
from blog.pagecache.purging import purge
from blog.pagecache.shared import NothingShared, SharedPages, release, shared_pages
from tests.factories import hours_ago, make_category, make_post, tokyo, withdraw
from tests.outage import database_away
from tests.pagecache.conftest import make_site
from tests.pagecache.test_following import away

redis = pytest.importorskip("redis")
URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
PATH = "/2025/10/21/budget/"


def redis_answers() -> bool:
    try:
        return redis.Redis.from_url(URL, socket_connect_timeout=1).ping()
    except redis.RedisError:
        return False


pytestmark = pytest.mark.skipif(not redis_answers(), reason="needs a Redis")


@pytest.fixture
def release_name(request):
    name = f"test-{os.getpid()}-{time.monotonic_ns()}"
    yield name
    client = redis.Redis.from_url(URL)
    for key in client.scan_iter(f"allforces:{name}:*"):
        client.delete(key)


@pytest.fixture
def processes(transactional_db, release_name):
    """Two page caches with nothing in common but Redis and the database."""
    before = list(purging.followers)
    one, other = (make_site(shared=SharedPages(URL, release_name)) for _number in range(2))
    purging.followers.remove(other.cache.follower.hear)
    yield one, other
    purging.followers[:] = before


@pytest.fixture
def post(transactional_db):
    return make_post("予算案が可決", slug="budget", published_at=tokyo(2025, 10, 21, 9))


def test_a_page_is_made_once_for_all_processes(processes, post):
    one, other = processes
    answer = one.get(PATH, HTTP_ACCEPT_ENCODING="br")
    again = other.get(PATH, HTTP_ACCEPT_ENCODING="br")
    assert again.body == answer.body
    assert again.headers["ETag"] == answer.headers["ETag"]
    assert (len(one.asked), len(other.asked)) == (1, 0)
    assert other.get(PATH).cache == "allforces; hit"


def test_a_feed_from_elsewhere_is_counted_here_too(processes, post):
    one, other = processes
    one.get("/feed.xml")
    counting.counts.take()
    other.get("/feed.xml")
    requests, *_rest = counting.counts.take()
    assert sum(requests.values()) == 1


def test_a_page_that_was_purged_since_is_made_anew(processes, post):
    one, other = processes
    one.get(PATH)
    post.title = "予算案が否決"
    post.save()
    other.cache.follower.catch_up()
    assert "予算案が否決" in other.get(PATH).text
    assert len(other.asked) == 1


def test_a_process_that_starts_later_knows_what_was_purged_before(processes, post, release_name):
    one, _other = processes
    one.get(PATH)
    post.title = "予算案が否決"
    post.save()
    late = make_site(shared=SharedPages(URL, release_name))
    assert "予算案が否決" in late.get(PATH).text


def test_a_page_from_before_a_boundary_is_made_anew(processes, post, both_clocks):
    one, other = processes
    make_post("明日の見出し", published_at=hours_ago(-1))
    one.get("/")
    other.cache.follower.catch_up()
    both_clocks(hours=2)
    assert "明日の見出し" in other.get("/").text


def test_a_process_that_starts_after_a_boundary_takes_no_page_from_before(
    processes, both_clocks, release_name
):
    one, _other = processes
    make_post("予定の見出し", published_at=hours_ago(-1))
    one.get("/")
    both_clocks(minutes=61)
    late = make_site(shared=SharedPages(URL, release_name))
    assert "予定の見出し" in late.get("/").text


def test_a_post_that_expired_by_itself_is_no_good_copy_either(processes, both_clocks):
    one, _other = processes
    post = make_post(published_at=hours_ago(5), expires_at=hours_ago(-1))
    one.get(post.get_absolute_url())
    both_clocks(minutes=61)
    one.cache.maker.django = lambda environ, start_response: start_response("500 Oh", []) or [b"oh"]
    assert one.get(post.get_absolute_url()).status == 500


def test_another_release_makes_its_own_pages(processes, post):
    one, _other = processes
    one.get(PATH)
    deployed = make_site(shared=SharedPages(URL, "another-release"))
    deployed.get(PATH)
    assert len(deployed.asked) == 1
    redis.Redis.from_url(URL).delete(*redis.Redis.from_url(URL).scan_iter("allforces:another-release:*"))


def test_a_hundred_readers_of_a_cold_page_cost_one_rendering(processes, post):
    if connection.vendor == "sqlite":
        pytest.skip("threads share no SQLite in memory")
    one, other = processes
    for process in processes:
        process.cache.follower.catch_up()

    def read(number: int):
        try:
            return (one, other)[number % 2].get(PATH)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(read, range(100)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    assert len(one.asked) + len(other.asked) == 1


def test_a_process_that_dies_while_it_makes_a_page_holds_nobody_up_for_long(processes, post, monkeypatch):
    one, other = processes
    one.get("/")
    one.cache.shared.begin(next(iter(one.cache.memory.entries)).replace("jp/", f"jp{PATH}"))
    began = time.monotonic()
    assert "予算案が可決" in other.get(PATH).text
    assert time.monotonic() - began < 5


def test_after_the_death_of_its_maker_a_page_is_old_for_no_longer_than_a_moment(processes, post):
    one, other = processes
    other.get(PATH)
    purge({f"p{post.pk}"})
    other.cache.follower.catch_up()
    one.cache.shared.begin(f"http://news.example.jp{PATH}")  # and is killed
    began = time.monotonic()
    while other.get(PATH).cache == "allforces; hit; detail=being-made":
        assert time.monotonic() - began < 2
    assert other.get(PATH).cache == "allforces; hit"


def test_while_a_page_is_being_made_others_get_the_last_good_copy(processes, post):
    one, other = processes
    address = f"http://news.example.jp{PATH}"
    old = other.get(PATH)
    purge({f"p{post.pk}"})
    other.cache.follower.catch_up()
    one.cache.shared.begin(address)
    answer = other.get(PATH)
    assert answer.body == old.body
    assert answer.cache == "allforces; hit; detail=being-made"
    one.cache.shared.end(address)
    assert other.get(PATH).cache == "allforces; fwd=uri-miss; stored"


def test_a_new_process_shows_shared_pages_while_the_database_is_away_but_none_that_are_gone(
    processes, post, release_name, monkeypatch
):
    one, _other = processes
    make_post(published_at=tokyo(2025, 1, 1, 9), category="市場")
    kept = make_post(slug="kept", published_at=tokyo(2024, 1, 1, 9), category="市場")
    one.get(PATH), one.get(kept.get_absolute_url())
    withdraw(post)
    late = make_site(shared=SharedPages(URL, release_name))
    late.cache.maker.django = lambda environ, start_response: start_response("503 Away", []) or [b"away"]
    monkeypatch.setattr(following, "read_purges", away)
    assert late.get(kept.get_absolute_url()).cache == "allforces; hit; detail=error"
    assert late.get(PATH).status == 503


@pytest.fixture
def companions():
    """So that no category is left empty, which would purge every page."""
    for hours in range(1, 5):
        make_post(published_at=hours_ago(100 + hours))


def test_a_new_process_shows_no_page_of_a_post_that_expired_while_the_database_was_there(
    processes, companions, post, release_name, both_clocks
):
    one, _other = processes
    one.get(PATH)
    post.expires_at = timezone.now() + timezone.timedelta(minutes=10)
    post.save()
    both_clocks(minutes=11)
    one.get("/tags/")  # anybody
    late = make_site(shared=SharedPages(URL, release_name))
    with database_away():
        assert late.get(PATH).status == 503


def test_a_page_of_a_post_that_expires_lies_in_redis_for_no_longer(processes, companions, post, release_name):
    one, _other = processes
    post.expires_at = timezone.now() + timezone.timedelta(minutes=10)
    post.save()
    one.get("/robots.txt")
    (other_page,) = lives(release_name)
    one.get(PATH)
    assert other_page > 11 * 3600
    assert 500 < min(lives(release_name)) <= 600


def lives(release_name: str) -> list[float]:
    """For how many more seconds each page is there."""
    client = redis.Redis.from_url(URL)
    return [client.pttl(name) / 1000 for name in client.scan_iter(f"allforces:{release_name}:page:*")]


def test_what_redis_has_forgotten_is_taken_for_gone(processes, companions, post, release_name):
    one, _other = processes
    one.get(PATH)
    withdraw(post)
    redis.Redis.from_url(URL).delete(f"allforces:{release_name}:gone")
    late = make_site(shared=SharedPages(URL, release_name))
    with database_away():
        assert late.get(PATH).status == 503
    one.get("/tags/")  # is stored, and knows nothing of the withdrawal
    with database_away():
        assert late.get(PATH).status == 503
        assert late.get("/tags/").cache == "allforces; hit; detail=error"


def test_what_was_withdrawn_while_no_process_ran_is_told_by_the_next(
    processes, companions, post, release_name
):
    one, _other = processes
    one.get(PATH)
    purging.followers.clear()
    withdraw(post)
    make_site(shared=SharedPages(URL, release_name)).get("/")
    late = make_site(shared=SharedPages(URL, release_name))
    with database_away():
        assert late.get(PATH).status == 503


def test_what_was_made_after_a_purge_of_the_site_is_a_good_copy_for_a_process_that_starts_later(
    processes, companions, post, release_name
):
    one, _other = processes
    make_category("新設")  # nobody speaks for it
    one.get(PATH)
    late = make_site(shared=SharedPages(URL, release_name))
    late.get("/")
    purge({f"p{post.pk}"})
    late.cache.follower.catch_up()
    with database_away():
        assert late.get(PATH).cache == "allforces; hit; detail=error"


def test_what_redis_cannot_say_is_taken_for_gone(processes, post, release_name, monkeypatch):
    one, _other = processes
    one.get(PATH)
    late = make_site(shared=SharedPages(URL, release_name))
    monkeypatch.setattr(late.cache.shared._redis, "hmget", refuse)
    with database_away():
        assert late.get(PATH).status == 503


def test_what_was_withdrawn_while_redis_was_away_is_told_once_it_is_back(
    processes, companions, post, release_name, monkeypatch
):
    one, _other = processes
    one.get(PATH)
    with monkeypatch.context() as patch:
        patch.setattr(one.cache.shared._redis, "hset", refuse)
        withdraw(post)
    one.cache.shared._rests_until = 0
    one.cache.follower.catch_up()
    late = make_site(shared=SharedPages(URL, release_name))
    with database_away():
        assert late.get(PATH).status == 503


def refuse(*args, **kwargs):
    raise redis.ConnectionError("Redis is away")


def test_news_wakes_the_thread_of_another_process(release_name):
    listening, telling = SharedPages(URL, release_name), SharedPages(URL, release_name)
    listening.wait_for_news(0.2)  # subscribes
    threading.Timer(0.1, telling.tell).start()
    began = time.monotonic()
    listening.wait_for_news(5)
    assert time.monotonic() - began < 2


def test_without_redis_each_process_makes_its_own_pages(processes, post, release_name, caplog):
    nowhere = "redis://127.0.0.1:1/0"
    alone = make_site(shared=SharedPages(nowhere, release_name))
    assert alone.get(PATH).status == 200
    assert alone.get(PATH).cache == "allforces; hit"
    assert caplog.text.count("goes on without Redis") == 1
    began = time.monotonic()
    alone.cache.shared.wait_for_news(0.1)
    assert 0.05 < time.monotonic() - began < 2


def test_the_shared_store_is_the_one_of_cache_url():
    assert type(shared_pages()) is NothingShared
    cache = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": URL}}
    with override_settings(CACHES=cache):
        assert isinstance(shared_pages(), SharedPages)


@pytest.mark.parametrize(
    "told",
    [
        {"SITE_NAME": "別の名前"},
        {"CDN_PURGE": "fastly"},
        {"CDN_TAG_HEADER": "Cache-Tag"},
        {"PAGE_SHARED_SECONDS": 86400},
    ],
)
def test_the_release_changes_with_what_pages_say(told):
    before = release()
    assert release() == before
    with override_settings(**told):
        assert release() != before
