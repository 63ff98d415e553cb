"""What the environment's addresses of databases, cache and bucket mean as Django's settings.

Passwords stand in these addresses: no message repeats one.
"""

import re
import warnings
from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from allforces import environment

POSTGRESQL = "django.db.backends.postgresql"
SQLITE = "django.db.backends.sqlite3"
REDIS = "django.core.cache.backends.redis.RedisCache"
SECONDS_TO_CONNECT = 5
SECONDS_IN_POOL = 2  # for a free connection; while the database is away, every request waits that long

# WAL lets readers go on while somebody saves; IMMEDIATE makes writers wait for each other
# (up to `timeout` seconds) where the default would fail with "database is locked". No larger cache and no
# mapped file: each thread would have its own (a worker with four of them 479 MB, not 142), for nothing.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY; "
        "PRAGMA journal_size_limit=67108864"
    ),
}


def databases(primary: dict, replica: dict | None, pool: int) -> dict:
    """DATABASES: the primary, and the replica if there is one, each with a pool of `pool` connections."""
    found = {"default": _database("DATABASE_URL", primary, pool)}
    if replica:
        if replica["ENGINE"] != primary["ENGINE"]:
            raise ImproperlyConfigured("DATABASE_REPLICA_URL must name the kind of database of DATABASE_URL.")
        place = [(database["HOST"], database["PORT"], database["NAME"]) for database in (primary, replica)]
        if place[0] == place[1]:
            raise ImproperlyConfigured("DATABASE_REPLICA_URL names the database of DATABASE_URL itself.")
        found["replica"] = _database("DATABASE_REPLICA_URL", replica, pool)
        found["replica"]["TEST"] = {"MIRROR": "default"}
    return found


def _database(name: str, database: dict, pool: int) -> dict:
    options = dict(database.get("OPTIONS", {}))
    database = {"HOST": "", "PORT": "", **database, "CONN_HEALTH_CHECKS": True, "OPTIONS": options}
    database["CONN_MAX_AGE"] = 0 if pool else 60
    if database["ENGINE"] == SQLITE:
        database["OPTIONS"] = SQLITE_OPTIONS | options
    if database["ENGINE"] == POSTGRESQL:
        options.setdefault("connect_timeout", SECONDS_TO_CONNECT)
    if pool and database["ENGINE"] != POSTGRESQL:
        raise ImproperlyConfigured(f"DATABASE_POOL needs PostgreSQL, which {name} does not name.")
    if pool:
        # A pool that cannot connect tries ever more seldom, for `reconnect_timeout` seconds, and then
        # again when somebody asks: with the default of five minutes it would sleep long after the
        # database is back.
        options["pool"] = {
            "min_size": 1,
            "max_size": pool,
            "timeout": SECONDS_IN_POOL,
            "reconnect_timeout": 1,
        }
    return database


def cache(env: environ.Env) -> dict:
    """CACHES["default"]. Redis may go away at any time: then the cache is empty, for an instant's wait."""
    parsed = _read("CACHE_URL", "redis://host:6379/0", lambda name: _cache(env, name))
    if parsed["BACKEND"] != REDIS:
        return parsed
    options = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5, **parsed.get("OPTIONS", {})}
    return {**parsed, "BACKEND": "allforces.cache.Redis", "OPTIONS": options}


def _cache(env: environ.Env, name: str) -> dict:
    parsed = env.cache_url(name, default="locmemcache://")
    if parsed["BACKEND"] == REDIS:  # its client would find out with the first request
        for location in parsed["LOCATION"] if isinstance(parsed["LOCATION"], list) else [parsed["LOCATION"]]:
            urlsplit(location).port  # noqa: B018  raises ValueError
    return parsed


def email(env: environ.Env) -> dict:
    """The settings EMAIL_*."""
    example = "smtp+tls://user:password@host:587"
    return _read("EMAIL_URL", example, lambda name: env.email_url(name, default="consolemail://"))


def bucket(value: str, site_url: str) -> dict:
    """STORAGES["default"] for `s3://KEY:SECRET@host:port/bucket?region=…&https=0`."""
    wrong = ImproperlyConfigured(
        "MEDIA_BUCKET_URL must be like s3://KEY:SECRET@host:port/bucket?region=eu-central-1"
        " (https=0 for a bucket without TLS, location=folder for a folder within it, direct=1 if browsers"
        " reach it)."
    )
    try:
        parts = urlsplit(value)
        port, query = parts.port, parse_qs(parts.query, strict_parsing=True) if parts.query else {}
    except ValueError:
        raise wrong from None
    name = unquote(parts.path.strip("/"))
    known = {"region", "https", "location", "direct"}
    if parts.scheme != "s3" or not (parts.hostname and parts.username and parts.password and name):
        raise wrong
    if "/" in name or query.keys() - known or any(len(values) > 1 for values in query.values()):
        raise wrong
    given = {name: values[0] for name, values in query.items()}
    scheme = "https" if environment.boolean("https in MEDIA_BUCKET_URL", given.get("https", "1")) else "http"
    if not re.fullmatch(r"(?!incoming\b)\w[\w-]*(/[\w-]+)*", given.get("location", "media")):
        # Beside it, under incoming/, arrive uploads that nobody has checked yet.
        raise ImproperlyConfigured("MEDIA_BUCKET_URL: location must name a folder, and not incoming.")
    direct = environment.boolean("direct in MEDIA_BUCKET_URL", given.get("direct", "0"))
    if direct and scheme == "http" and site_url.startswith("https:"):
        raise ImproperlyConfigured(
            "MEDIA_BUCKET_URL: no browser uploads from https to a bucket with https=0."
        )
    return {
        "BACKEND": "blog.media.bucket.Bucket",
        "OPTIONS": {
            "access_key": unquote(parts.username),
            "secret_key": unquote(parts.password),
            "bucket_name": name,
            "endpoint_url": f"{scheme}://{parts.hostname}" + (f":{port}" if port else ""),
            "region_name": given.get("region", "us-east-1"),
            "location": given.get("location", "media"),
            "direct": direct,
        },
    }


def database(env: environ.Env, name: str) -> dict:
    """A database's address as Django's settings; what cannot be one is refused."""
    example = "postgres://user:password@host/name"
    database = _read(name, example, env.db)
    if database.get("ENGINE") not in {POSTGRESQL, SQLITE} or not database.get("NAME"):
        raise ImproperlyConfigured(f"{name} must be like {example}.")
    return database


def _read(name: str, example: str, read: Callable[[str], dict]) -> dict:
    """What `read` makes of an address; what it would complain of is refused in words without the address."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            return read(name)
    except (ImproperlyConfigured, UserWarning, ValueError):
        raise ImproperlyConfigured(
            f"{name} must be like {example} (with %-codes for signs such as / and @ in a password)."
        ) from None
