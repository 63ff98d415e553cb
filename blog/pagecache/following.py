"""Every process follows the table of purges, and the clock to the next post that appears or expires.

A thread of its own looks once a second, and at once when a process that shares our Redis says so; the process
that made a change does not wait for it. No reader's request asks the database.
"""

import datetime
import logging
import threading
import time
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from blog.models import Correction, Post
from blog.models.surrogates import PLACED_BY, keys_of_all
from blog.pagecache.entries import Entry
from blog.pagecache.keys import CORRECTIONS, SCHEDULE, SITE, TEXTS
from blog.pagecache.memory import Memory
from blog.pagecache.policy import LONGEST
from blog.pagecache.shared import NothingShared
from blog.pagecache.snapshots import NOTHING_SEEN, Snapshot
from blog.push.cdn import SETTLED

SECONDS_BETWEEN_LOOKS = 1.0
PROMISED = SETTLED.total_seconds() - 0.5  # seconds after a look for which others may be let keep a page
OVERDUE = 5.0  # seconds without a look, after which answers say so
BOUNDARIES = 200  # as many are known ahead
# A purge without one of these moves no boundary, and adds none: a post that comes or goes has the second.
_SCHEDULED_BY = {SCHEDULE, CORRECTIONS, SITE}
LATE = 300  # seconds after which nobody commits any more what was saved with a moment that has passed since

log = logging.getLogger(__name__)

# A look begins at the number below which no purge can have become visible since the last one.
_LOOK = {
    "sqlite": """
        SELECT next || ':' || next || ':', id, id, keys, gone FROM
            (SELECT COALESCE(MAX(id), 0) + 1 AS next FROM blog_purge)
            LEFT JOIN blog_purge ON id >= %s ORDER BY id""",
    "postgresql": """
        SELECT seen, id, transaction, keys, gone FROM
            (SELECT pg_current_snapshot()::text AS seen) AS now
            LEFT JOIN blog_purge ON transaction >= %s ORDER BY id""",
}


@dataclass(frozen=True)
class Boundary:
    """A moment at which something appears or vanishes by itself, and the keys of the pages that show it."""

    at: float  # seconds since 1970
    keys: frozenset[str]
    gone: frozenset[str]


class Follower:
    """Keeps one process's memory up to date. Thread-safe."""

    def __init__(self, memory: Memory, shared: NothingShared):
        self.memory, self.shared = memory, shared
        self.is_running = False  # as a thread
        self.looked_at = 0.0  # time.monotonic()
        self.boundaries: list[Boundary] = []
        self._looked_ahead_at, self._is_to_look_ahead = 0.0, True
        self._applied: set[int] = set()
        self._untold_gone: set[str] = set()
        self._looking = threading.Lock()  # one at a time asks the database, which may let it wait
        self._lock = threading.Lock()  # readers take it at boundaries: held for an instant at most

    def catch_up(self) -> None:
        """Apply all purges that are committed. Raises DatabaseError or InterfaceError."""
        try:
            with self._looking:
                self.pass_boundaries()
                self._apply_purges()
        finally:
            self._tell_gone()

    def _apply_purges(self) -> None:
        looked_at, first = time.monotonic(), self.memory.snapshot is NOTHING_SEEN
        snapshot, purges = read_purges(self.memory.snapshot.lowest)
        if snapshot.next < self.memory.snapshot.next:
            self.memory.forget_everything()  # an older copy of the database was restored
        for pk, number, keys, gone in purges:
            if pk not in self._applied:
                # When it starts, those of a day are new to it; not all pages in Redis are older than they.
                gone_keys = {*gone.split()} - ({SITE} if first else set())
                self.memory.purge(keys.split(), number=number, gone=gone_keys)
                with self._lock:
                    self._untold_gone |= gone_keys
                    self._is_to_look_ahead |= not _SCHEDULED_BY.isdisjoint(keys.split())
        # Those that the next look will find again.
        self._applied = {pk for pk, number, *_ in purges if number >= snapshot.lowest}
        if self._is_to_look_ahead:
            self._look_ahead()
        self.memory.snapshot = snapshot
        self.looked_at = looked_at

    def _tell_gone(self) -> None:
        """Other processes, those too that start while the database is away; again until it is told."""
        with self._lock:
            gone, self._untold_gone = self._untold_gone, set()
        if gone and not self.shared.remember_gone(gone):
            with self._lock:
                self._untold_gone |= gone

    def hear(self) -> None:
        """A purge was committed in this process: its next answer is a new one, and others are told."""
        try:
            self.catch_up()
        except (DatabaseError, InterfaceError) as error:
            log.warning("The page cache did not see a purge of its own process: %s", error)
        except Exception:  # the change is committed; whoever made it has no part in this
            log.exception("The page cache did not see a purge of its own process.")
        self.shared.tell()

    def pass_boundaries(self) -> None:
        """Purge what has appeared or expired by itself until now."""
        with self._lock:
            self._pass_due()
        self._tell_gone()

    def _pass_due(self) -> None:
        now = time.time()
        while self.boundaries and self.boundaries[0].at <= now:
            boundary = self.boundaries.pop(0)
            self.memory.pass_boundary(boundary.keys, at=boundary.at, gone=boundary.gone)
            self._untold_gone |= boundary.gone
            self._is_to_look_ahead |= SITE in boundary.keys  # it was the last one known
        self.memory.next_boundary = self.boundaries[0].at if self.boundaries else float("inf")

    def _look_ahead(self) -> None:
        """Also at what was due since the last time: it may have been told of too late."""
        now = time.time()
        since = max(self._looked_ahead_at - LATE, now - LONGEST)
        found = boundaries(*(datetime.datetime.fromtimestamp(m, datetime.UTC) for m in (since, now)))
        with self._lock:
            self.boundaries, self._looked_ahead_at = found, now
            self._is_to_look_ahead = False  # again, if the last one of these has passed meanwhile
            self._pass_due()

    def vanishes_at(self, entry: Entry) -> float:
        """When the first of what it shows expires by itself, or may: no more is known ahead."""
        with self._lock:
            known = (*entry.keys, SITE)
            moments = (each.at for each in self.boundaries if not each.gone.isdisjoint(known))
            return next(moments, float("inf"))

    def promises_until(self) -> float:
        """Up to when others may keep what is good now: until the next boundary, or for no time at all, lest a
        network gets an old copy after it was told of a purge."""
        if self.is_running and time.monotonic() - self.looked_at > PROMISED:
            return 0
        return self.memory.next_boundary

    def is_overdue(self) -> bool:
        """The database has not answered for a while: what is served may have changed."""
        return self.is_running and time.monotonic() - self.looked_at > OVERDUE

    def start(self) -> None:
        """Follow in a thread of its own, until `stop`."""
        self.is_running = True
        self._thread = threading.Thread(target=self._follow, name="page cache", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.is_running = False
        self._thread.join()

    def _follow(self) -> None:
        away = False
        while self.is_running:
            self.shared.wait_for_news(SECONDS_BETWEEN_LOOKS)
            try:
                self.catch_up()
                away = False
            except (DatabaseError, InterfaceError) as error:  # readers go on reading meanwhile
                if not away:
                    log.warning("The page cache cannot follow the database: %s", error)
                away = True
            except Exception:  # without this thread no purge is seen any more
                log.exception("The page cache cannot follow the database.")
            finally:
                close_old_connections()
        connection.close()


def read_purges(lowest: int) -> tuple[Snapshot, list[tuple[int, int, str, str]]]:
    """What is visible now, and the purges from `lowest` on as (id, number, keys, gone); one query."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOK[connection.vendor], [lowest])
        rows = cursor.fetchall()
    return Snapshot.parse(rows[0][0]), [row[1:] for row in rows if row[1] is not None]


def boundaries(since: datetime.datetime, now: datetime.datetime) -> list[Boundary]:
    """Those after `since`, the earliest first: all until `now`, and as many after it as are known ahead.

    If there may be more, the last one is of the site. However many they are, it is a dozen queries.
    """
    posts = Post.objects.only(*PLACED_BY)
    appearing = _until_and_after(now, posts.scheduled(since), "published_at")
    expiring = _until_and_after(now, posts.expiring(since), "expires_at")
    keys = keys_of_all({*appearing, *expiring})
    # Dated by a machine whose clock is ahead of this one's.
    notes = _until_and_after(now, Correction.objects.coming(since).only("shown_at", "post"), "shown_at")
    found = sorted(
        [
            *((post.published_at, keys[post.pk], ()) for post in appearing),
            *((post.expires_at, keys[post.pk], {post.surrogate_key}) for post in expiring),
            *((note.shown_at, {CORRECTIONS, TEXTS, f"p{note.post_id}"}, ()) for note in notes),
        ],
        key=lambda each: each[0],
    )
    past = sum(moment <= now for moment, *_ in found)
    known = [
        Boundary(moment.timestamp(), frozenset(touched), frozenset(gone))
        for moment, touched, gone in found[: past + BOUNDARIES]
    ]
    if len(known) == past + BOUNDARIES:
        known.append(Boundary(known[-1].at, frozenset({SITE}), frozenset({SITE})))
    return known


def _until_and_after(now: datetime.datetime, rows, moment: str) -> list:
    rows = rows.order_by(moment)
    return [*rows.filter(**{f"{moment}__lte": now}), *rows.filter(**{f"{moment}__gt": now})[:BOUNDARIES]]
