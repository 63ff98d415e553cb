"""What processes and machines share through Redis: pages, the right to make one, and the word of a purge.

Redis may go away at any time. Then each process makes its own pages, and looks for purges once a second.
"""

import hashlib
import logging
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from django.conf import settings

from blog.pagecache.entries import Entry
from blog.pagecache.keys import SITE
from blog.pagecache.policy import LONGEST

PATIENCE = 0.25  # seconds for an answer of Redis
REST = 2.0  # seconds without asking a Redis that did not answer
# Milliseconds after which whoever makes a page is taken for dead: a little longer than others wait for it. If
# it was only slow, one more process makes the page too.
LEASE = 1_200
CHANNEL = "allforces:purged"
_SINCE = ""  # among the keys of what is gone: from when on all is known

log = logging.getLogger(__name__)
T = TypeVar("T")


class NothingShared:
    """For one process alone, or several that find out from the database."""

    def __init__(self):
        self._news = threading.Event()

    def fetch(self, address: str) -> Entry | None:
        return None

    def store(self, address: str, entry: Entry, until: float) -> None:
        """For other processes, and for none after `until`, when readers shall not see it any more."""

    def begin(self, address: str) -> bool:
        """Whether it is up to this process to make the page."""
        return True

    def end(self, address: str) -> None:
        """The page is made, or cannot be."""

    def is_gone(self, entry: Entry) -> bool:
        """Whether readers shall not see it again, or it cannot be told."""
        return False

    def remember_gone(self, keys) -> bool:
        """Readers shall not see pages with these keys again that were made until now. Whether it is told."""
        return True

    def tell(self) -> None:
        """There is a purge."""

    def wait_for_news(self, seconds: float) -> None:
        """Returns early when another process has told of a purge."""
        self._news.wait(seconds)


class SharedPages(NothingShared):
    """Over Redis or Valkey; `release` keeps what was made by another version of the site apart."""

    def __init__(self, url: str, release: str):
        super().__init__()
        import redis  # is not installed where nothing is shared

        self._redis = redis.Redis.from_url(
            url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, health_check_interval=30
        )
        self._errors = (redis.RedisError, OSError)
        self._prefix = f"allforces:{release}:"
        self._gone = f"{self._prefix}gone"  # a hash: when readers last saw pages with a key, by the key
        self._owner = secrets.token_bytes(12)
        self._rests_until = 0.0
        self._pubsub = None

    def fetch(self, address):
        stored = self._ask(lambda: self._redis.get(self._key("page", address)), None)
        return Entry.load(stored) if stored else None

    def store(self, address, entry, until):
        seconds = min(entry.policy.seconds, LONGEST, until - time.time())
        name, milliseconds = self._key("page", address), max(1, int(seconds * 1000))
        self._ask(
            lambda: (
                self._know_gone_since(entry.made_at) and self._redis.set(name, entry.dump(), px=milliseconds)
            ),
            None,
        )

    def begin(self, address):
        return bool(
            self._ask(
                lambda: self._redis.set(self._key("lock", address), self._owner, nx=True, px=LEASE), True
            )
        )

    def end(self, address):
        key = self._key("lock", address)
        # A lease that ran out may be another's by now; the worst of the race is one page made twice.
        self._ask(lambda: self._redis.get(key) == self._owner and self._redis.delete(key), None)

    def is_gone(self, entry):
        names = (_SINCE, SITE, *entry.keys)
        since, *moments = self._ask(lambda: self._redis.hmget(self._gone, names), [None])
        return (
            since is None
            or entry.made_at < float(since)
            or any(moment is not None and float(moment) >= entry.made_at for moment in moments)
        )

    def remember_gone(self, keys):
        now = time.time()
        return self._ask(
            lambda: (
                self._know_gone_since(now)
                and self._redis.hset(self._gone, mapping=dict.fromkeys(keys, now)) is not None
            ),
            False,
        )

    def _know_gone_since(self, moment: float) -> bool:
        """Redis may drop what it knows, and of older pages nobody can say then whether they are gone."""
        self._redis.hsetnx(self._gone, _SINCE, moment)
        return self._redis.expire(self._gone, 2 * LONGEST)

    def tell(self):
        self._ask(lambda: self._redis.publish(CHANNEL, b""), None)

    def wait_for_news(self, seconds):
        try:
            if self._pubsub is None:
                self._pubsub = self._redis.pubsub(ignore_subscribe_messages=True)
                self._pubsub.subscribe(CHANNEL)
            ends = time.monotonic() + seconds
            while (left := ends - time.monotonic()) > 0:
                if self._pubsub.get_message(timeout=left):
                    while self._pubsub.get_message(timeout=0):
                        """Many purges at once are one reason to look."""
                    return
        except self._errors as error:
            log.warning("The page cache hears nothing from Redis: %s", error)
            self._pubsub = None
            self._news.wait(seconds)

    def _ask(self, question: Callable[[], T], otherwise: T) -> T:
        """What Redis says, or `otherwise` if it does not, and then for a while without asking."""
        if time.monotonic() < self._rests_until:
            return otherwise
        try:
            return question()
        except self._errors as error:
            self._rests_until = time.monotonic() + REST
            log.warning("The page cache goes on without Redis: %s", error)
            return otherwise

    def _key(self, kind: str, address: str) -> str:
        return f"{self._prefix}{kind}:{hashlib.blake2b(address.encode(), digest_size=20).hexdigest()}"


def release() -> str:
    """A digest of the code, the templates and the settings that pages are made with."""
    digest = hashlib.blake2b(digest_size=8)
    for folder in ("allforces", "blog", "templates", "locale"):
        for path in sorted(Path(settings.BASE_DIR, folder).rglob("*")):
            if path.suffix in {".py", ".html", ".xml", ".mo"}:
                digest.update(path.read_bytes())
    manifest = Path(settings.STATIC_ROOT, "staticfiles.json")
    if manifest.exists():
        digest.update(manifest.read_bytes())
    told = (
        "SITE_URL",
        "SITE_NAME",
        "SITE_DESCRIPTION",
        "SITE_X_ACCOUNT",
        "LANGUAGE_CODE",
        "WEBSUB_HUBS",
        "MEDIA_URL",
        "CDN_PURGE",
        "CDN_TAG_HEADER",
        "PAGE_SHARED_SECONDS",
    )
    digest.update(repr([getattr(settings, name) for name in told]).encode())
    return digest.hexdigest()


def shared_pages() -> NothingShared:
    """As CACHE_URL says."""
    where = settings.CACHES["default"].get("LOCATION") or ""
    where = where[0] if isinstance(where, list | tuple) else where
    if where.startswith(("redis://", "rediss://", "unix://")):
        return SharedPages(where, release())
    return NothingShared()
