"""How often feeds are asked for, and by services with how many subscribers.

Counted in the process and written down by a thread of its own once a minute: no reader waits for it, and a
minute's counts are what a crash can cost. Nothing that belongs to a person is kept: no address, no cookie.
"""

import atexit
import datetime
import logging
import re
import threading
from collections import Counter

from django.conf import settings
from django.db import Error, connection, transaction
from django.db.models import F
from django.utils import timezone

from blog.addresses import tokyo_date
from blog.feeds.models import FeedDay, FeedReader

_SUBSCRIBERS = re.compile(r"\b(\d{1,9})\s+(?:subscriber|reader|user)s?\b", re.IGNORECASE)
_NAME = re.compile(r"\A[\w.+:-]+(?: [\w.+:-]+){0,2}")
DAYS_KEPT = datetime.timedelta(days=400)
READERS_KEPT = datetime.timedelta(days=14)
_MOST_ROWS = 5000  # as many different things a process remembers until it has written them down

log = logging.getLogger(__name__)


class Counts:
    """Thread-safe; `take` hands out what was counted and begins anew."""

    def __init__(self):
        self._lock = threading.Lock()
        self._requests, self._unchanged, self._readers = Counter(), Counter(), {}

    def add(self, key: str, extension: str, agent: str, *, unchanged: bool) -> None:
        place = (key, extension, tokyo_date(timezone.now()))
        reader = subscribers_of(agent)
        with self._lock:
            is_full = len(self._requests) + len(self._readers) >= _MOST_ROWS
            if not is_full or place in self._requests:
                self._requests[place] += 1
                self._unchanged[place] += unchanged
            if reader and (not is_full or (key, extension, reader[0]) in self._readers):
                self._readers[(key, extension, reader[0])] = (reader[1], place[2])

    def take(self):
        with self._lock:
            taken = self._requests, self._unchanged, self._readers
            self._requests, self._unchanged, self._readers = Counter(), Counter(), {}
        return taken


def subscribers_of(agent: str) -> tuple[str, int] | None:
    """`Feedly/1.0 (…; 16 subscribers; …)` → `("Feedly", 16)`; None if the reader tells no number."""
    said, name = _SUBSCRIBERS.search(agent[:500]), _NAME.match(agent)
    if not said or not name:
        return None
    return re.split(r"/| feed[- ]| \d", name[0], maxsplit=1, flags=re.IGNORECASE)[0][:60], int(said[1])


counts = Counts()
_started = threading.Event()


def count(key: str | None, extension: str, agent: str, *, unchanged: bool) -> None:
    """Count one request; feeds that anybody can make up (`key` None) are not counted."""
    if key is None:
        return
    counts.add(key, extension, agent, unchanged=unchanged)
    if settings.FEED_COUNTS_EVERY and not _started.is_set():
        _started.set()
        threading.Thread(target=_write_for_ever, name="feed counts", daemon=True).start()
        atexit.register(_write_at_the_end)


def write_down() -> None:
    """Add what was counted since the last time to the tables."""
    requests, unchanged, readers = counts.take()
    with transaction.atomic():
        for (key, extension, day), number in requests.items():
            place = {"key": key, "extension": extension, "day": day}
            FeedDay.objects.get_or_create(**place)
            same = unchanged[(key, extension, day)]
            FeedDay.objects.filter(**place).update(
                requests=F("requests") + number, not_modified=F("not_modified") + same
            )
        for (key, extension, name), (subscribers, day) in readers.items():
            FeedReader.objects.update_or_create(
                key=key,
                extension=extension,
                name=name,
                defaults={"subscribers": subscribers, "seen_on": day},
            )


def forget_old(today: datetime.date) -> None:
    """Remove the counts of long ago, and the services that have not come back."""
    FeedDay.objects.filter(day__lt=today - DAYS_KEPT).delete()
    FeedReader.objects.filter(seen_on__lt=today - READERS_KEPT).delete()


def _write_for_ever() -> None:
    wait = threading.Event()
    while not wait.wait(settings.FEED_COUNTS_EVERY):
        _write_at_the_end()


def _write_at_the_end() -> None:
    try:
        write_down()
    except Error as error:  # statistics must not take the server down
        log.warning("A minute's feed counts were lost: %s", error)
    finally:
        connection.close()
