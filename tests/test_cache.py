"""allforces/cache.py against a Redis that is there, that is lost, and that comes back."""

import pytest
from django.core.cache import caches

from allforces import cache as module
from tests.factories import make_post, make_superuser
from tests.processes import Redis


@pytest.fixture
def redis(tmp_path, settings, monkeypatch):
    server = Redis(tmp_path, "redis")
    server.start()
    monkeypatch.setattr(module.Redis, "_rests_until", 0.0)
    monkeypatch.setattr(module, "SECONDS_OF_REST", 0)
    settings.CACHES = {
        "default": {"BACKEND": "allforces.cache.Redis", "LOCATION": f"redis://127.0.0.1:{server.port}/0"}
    }
    yield server
    for pool in caches["default"]._cache._pools.values():
        pool.disconnect()
    server.stop()


def test_redis_keeps_what_it_is_given(redis):
    cache = caches["default"]
    cache.set("one", 1, timeout=60)
    cache.set_many({"two": 2, "three": 3})
    assert cache.get_many(["one", "two"]) == {"one": 1, "two": 2}
    assert cache.incr("one") == 2
    assert not cache.add("one", 5)
    assert "three" in cache
    cache.delete("three")
    assert cache.get("three", "nothing") == "nothing"


def test_a_lost_redis_is_an_empty_cache_and_a_returned_one_is_used(redis, caplog):
    cache = caches["default"]
    cache.set("one", 1)
    redis.kill()
    assert cache.get("one", "nothing") == "nothing"
    assert cache.get_many(["one"]) == {}
    assert "one" not in cache
    assert cache.add("lock", 1)
    assert cache.set_many({"two": 2}) == ["two"]
    assert cache.incr("count", 3) == 3
    assert not cache.touch("one")
    assert not cache.delete("one")
    cache.set("one", 1)
    cache.delete_many(["one"])
    assert cache.clear() is False
    assert cache.get_or_set("one", lambda: "made anew") == "made anew"
    assert "The cache is away: ConnectionError" in caplog.text
    redis.start()
    cache.set("one", 1)
    assert cache.get("one") == 1


def test_a_lost_redis_is_not_asked_by_each_request(redis, monkeypatch):
    monkeypatch.setattr(module, "SECONDS_OF_REST", 60)
    cache = caches["default"]
    redis.kill()
    cache.get("one")
    monkeypatch.setattr(cache._cache, "get_client", lambda *args, **kwargs: pytest.fail("asked again"))
    assert cache.get("one") is None


@pytest.mark.django_db
def test_losing_redis_signs_nobody_out_and_breaks_no_page(redis, client):
    client.force_login(make_superuser())
    post = make_post()
    assert client.get("/admin/").status_code == 200
    redis.kill()
    assert client.get("/admin/").status_code == 200
    client.logout()
    assert client.get(post.get_absolute_url()).status_code == 200
    assert client.post("/admin/password_reset/", {"email": "a@example.jp"}).status_code in {200, 302}
    assert client.get("/readyz").json()["checks"]["cache"] == "failed"
    redis.start()
