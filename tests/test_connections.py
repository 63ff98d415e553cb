"""allforces/connections.py: what an address in the environment becomes."""

import traceback

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured

from allforces import connections

PRIMARY = {"ENGINE": connections.POSTGRESQL, "NAME": "site", "HOST": "db", "PORT": 5432, "USER": "u"}
READERS = {
    "DATABASE_URL": lambda env: connections.database(env, "DATABASE_URL"),
    "CACHE_URL": connections.cache,
    "EMAIL_URL": connections.email,
}
SQLITE = {"ENGINE": connections.SQLITE, "NAME": "site.sqlite3"}


def test_without_a_pool_each_thread_keeps_its_connection_for_a_minute():
    database = connections.databases(PRIMARY, None, 0)["default"]
    assert database["CONN_MAX_AGE"] == 60
    assert "pool" not in database["OPTIONS"]
    assert database["CONN_HEALTH_CHECKS"]


def test_a_pool_holds_as_many_connections_as_it_is_told_and_returns_soon_after_an_outage():
    database = connections.databases(PRIMARY, None, 6)["default"]
    assert database["CONN_MAX_AGE"] == 0  # Django refuses a pool with anything else
    assert database["OPTIONS"]["pool"]["max_size"] == 6
    assert database["OPTIONS"]["pool"]["timeout"] <= 2
    assert database["OPTIONS"]["pool"]["reconnect_timeout"] <= 2


def test_what_an_address_says_itself_is_kept():
    primary = PRIMARY | {"OPTIONS": {"sslmode": "require", "connect_timeout": 1}}
    options = connections.databases(primary, None, 0)["default"]["OPTIONS"]
    assert options == {"sslmode": "require", "connect_timeout": 1}


def test_a_replica_is_a_second_database_which_tests_take_for_the_first():
    databases = connections.databases(PRIMARY, PRIMARY | {"HOST": "replica"}, 2)
    assert databases["replica"]["HOST"] == "replica"
    assert databases["replica"]["OPTIONS"]["pool"]["max_size"] == 2
    assert databases["replica"]["TEST"] == {"MIRROR": "default"}
    assert set(connections.databases(PRIMARY, None, 0)) == {"default"}


@pytest.mark.parametrize(
    ("primary", "replica", "pool", "message"),
    [
        (PRIMARY, PRIMARY, 0, "itself"),
        (PRIMARY, SQLITE, 0, "kind of database"),
        (SQLITE, None, 2, "DATABASE_POOL needs PostgreSQL"),
    ],
)
def test_what_makes_no_sense_is_refused(primary, replica, pool, message):
    with pytest.raises(ImproperlyConfigured, match=message):
        connections.databases(primary, replica, pool)


def test_redis_is_a_cache_that_is_waited_for_an_instant_only(monkeypatch):
    monkeypatch.setenv("CACHE_URL", "redis://cache:6379/2")
    cache = connections.cache(environ.Env())
    assert (cache["BACKEND"], cache["LOCATION"]) == ("allforces.cache.Redis", "redis://cache:6379/2")
    assert cache["OPTIONS"] == {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}
    monkeypatch.delenv("CACHE_URL")
    assert connections.cache(environ.Env())["BACKEND"].endswith("LocMemCache")


def test_a_bucket_is_read_from_its_address():
    value = "s3://KE%3AY:se%2Fcret@s3.example.jp:9000/pictures?region=ap-northeast-1&https=0&location=m"
    assert connections.bucket(value, "http://127.0.0.1") == {
        "BACKEND": "blog.media.bucket.Bucket",
        "OPTIONS": {
            "access_key": "KE:Y",
            "secret_key": "se/cret",
            "bucket_name": "pictures",
            "endpoint_url": "http://s3.example.jp:9000",
            "region_name": "ap-northeast-1",
            "location": "m",
            "direct": False,
        },
    }


def test_a_bucket_speaks_tls_unless_told_otherwise():
    options = connections.bucket("s3://K:S@s3.example.jp/b?direct=1", "https://news.example.jp")["OPTIONS"]
    assert options["endpoint_url"] == "https://s3.example.jp"
    assert options["direct"]


def test_no_browser_is_sent_from_https_to_a_bucket_without_tls():
    with pytest.raises(ImproperlyConfigured, match="no browser uploads"):
        connections.bucket("s3://K:S@s3.example.jp/b?direct=1&https=0", "https://news.example.jp")


@pytest.mark.parametrize("location", ["incoming", "incoming/a", "/", ".."])
def test_the_pictures_are_never_where_unchecked_uploads_arrive(location):
    with pytest.raises(ImproperlyConfigured, match="location"):
        connections.bucket(f"s3://K:S@s3.example.jp/b?location={location}", "https://news.example.jp")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgres://site:geheim/7#x@db/site"),
        ("DATABASE_URL", "postgres://site:geheim@db:port/site"),
        ("DATABASE_URL", "unheard-of://site:geheim@db/site"),
        ("DATABASE_URL", "sqlite://geheim/site.sqlite3"),
        ("CACHE_URL", "redis://:geheim/7@cache:6379/0"),
        ("CACHE_URL", "unheard-of://:geheim@cache"),
        ("EMAIL_URL", "smtp+tls://desk:geheim/7@mail:587"),
        ("EMAIL_URL", "unheard-of://desk:geheim@mail"),
    ],
)
def test_an_address_that_cannot_be_read_is_refused_without_its_password(monkeypatch, recwarn, name, value):
    monkeypatch.setenv(name, value)
    env = environ.Env()
    with pytest.raises(ImproperlyConfigured, match=f"{name} must be like") as refusal:
        READERS[name](env)
    assert "geheim" not in "".join(traceback.format_exception(refusal.value))
    assert not recwarn.list


def test_mail_is_sent_as_its_address_says(monkeypatch):
    monkeypatch.setenv("EMAIL_URL", "smtp+tls://desk:p%2Fw@mail.example.jp:587")
    settings = connections.email(environ.Env())
    assert (settings["EMAIL_HOST"], settings["EMAIL_PORT"], settings["EMAIL_HOST_PASSWORD"]) == (
        "mail.example.jp",
        587,
        "p/w",
    )
    assert settings["EMAIL_USE_TLS"]
