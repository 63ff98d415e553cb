"""A page that is not in memory: from another machine, from Django, or else the last good copy of it.

Each page is made once, however many ask for it: others wait for a moment, in this process and, with Redis, in
all of them.
"""

import io
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, close_old_connections

from blog.pagecache.entries import HIT, MISS, Entry
from blog.pagecache.following import Follower
from blog.pagecache.memory import Memory
from blog.pagecache.policy import Policy, Rendering
from blog.pagecache.shared import NothingShared
from blog.pagecache.snapshots import NOTHING_SEEN
from blog.telemetry.cache import STATE

PATIENCE = 1.0  # seconds to wait for a page that somebody else makes, and then show its last good copy
LONGEST_WAIT = 10.0  # seconds, if there is none: to make it too would only slow down whoever makes it
STEP = 0.02  # seconds between looks whether another process has made it

# A page for everybody is not made from what one reader's request says.
_PERSONAL = (
    "HTTP_ACCEPT_ENCODING",
    "HTTP_COOKIE",
    "HTTP_IF_MATCH",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_IF_NONE_MATCH",
    "HTTP_IF_RANGE",
    "HTTP_IF_UNMODIFIED_SINCE",
    "HTTP_RANGE",
)


@dataclass(frozen=True)
class Stale:
    """A page that nobody may keep: the last good copy, or one that was purged while it was made."""

    entry: Entry
    status: str  # Cache-Status, RFC 9211


@dataclass(frozen=True)
class Answer:
    """What Django said; not to be kept."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def code(self) -> int:
        return int(self.status[:3])


class Maker:
    def __init__(self, django: Callable, memory: Memory, follower: Follower, shared: NothingShared):
        self.django, self.memory, self.follower, self.shared = django, memory, follower, shared
        self._making: dict[str, threading.Event] = {}
        self._lock = threading.Lock()

    def page(self, address: str, query: str, policy: Policy, environ: dict) -> Entry | Stale | Answer | None:
        """None if the request is Django's to answer as it came."""
        with self._lock:
            made = self._making.get(address)
            is_mine = made is None
            if is_mine:
                made = self._making[address] = threading.Event()
        if not is_mine:
            if not made.wait(PATIENCE):
                if copy := self._good_copy(address, "being-made"):
                    return copy
                made.wait(LONGEST_WAIT - PATIENCE)
            return self._just_made(address) or self._make(address, query, policy, environ)
        try:
            return (
                self._just_made(address)
                or self._wait_for_others(address)
                or self._make(address, query, policy, environ)
            )
        finally:
            self.shared.end(address)
            with self._lock:
                del self._making[address]
            made.set()

    def _just_made(self, address: str) -> Entry | None:
        entry = self.memory.find(address)
        return entry if entry is not None and entry.ends_at > time.time() else None

    def _wait_for_others(self, address: str) -> Entry | Stale | None:
        """None once it is up to this process."""
        if entry := self._fetch(address):
            return entry
        ends = time.monotonic() + PATIENCE
        while not self.shared.begin(address):
            if time.monotonic() > ends:
                return self._good_copy(address, "being-made")
            time.sleep(STEP)
            if entry := self._fetch(address):
                return entry
        return None

    def _fetch(self, address: str) -> Entry | None:
        """From another process, if nothing of it was purged since."""
        since = self.memory.purges
        entry = self.shared.fetch(address)
        if entry is None or entry.ends_at <= time.time():
            return None
        if entry.snapshot.next > self.memory.snapshot.next:
            if not self._catch_up():
                return None
            since = self.memory.purges
        if entry.snapshot.next > self.memory.snapshot.next or not self.memory.is_current(entry):
            return None
        return entry if self.memory.keep(address, entry, since=since) else None

    def _catch_up(self) -> bool:
        try:
            self.follower.catch_up()
        except (DatabaseError, InterfaceError):
            return False  # the thread that follows has said so
        finally:
            close_old_connections()  # this is no request of Django's, after which it would do so
        return True

    def _good_copy(self, address: str, detail: str) -> Stale | None:
        copy = self.memory.good_copy(address)
        if copy is None and detail == "error":
            copy = self.shared.fetch(address)
            is_gone = copy is not None and (self.memory.is_gone(copy) or self.shared.is_gone(copy))
            copy = None if is_gone else copy
        return copy and Stale(copy, f"{HIT}; detail={detail}")

    def _make(self, address: str, query: str, policy: Policy, environ: dict) -> Entry | Stale | Answer | None:
        can_keep = self.memory.snapshot is not NOTHING_SEEN or self._catch_up()
        since, snapshot, made_at = self.memory.purges, self.memory.snapshot, time.time()
        rendering = Rendering()
        answer = self._ask_django(rendering, query, environ)
        if answer.code >= 500:
            return self._good_copy(address, "error") or answer
        if rendering.keys is None or any(name.lower() == "set-cookie" for name, _value in answer.headers):
            # Its cookies or its whole query string may matter; what is missing is missing for everybody.
            return answer if answer.code in {404, 410} else None
        entry = Entry.of(
            answer.headers,
            answer.body,
            keys=rendering.keys,
            policy=policy,
            feed=rendering.feed,
            made_at=made_at,
            snapshot=snapshot,
        )
        entry.succeed(self.memory.good_copy(address))
        if not (can_keep and self.memory.keep(address, entry, since=since)):
            return Stale(entry, MISS)
        self.shared.store(address, entry, self.follower.vanishes_at(entry))
        return entry

    def _ask_django(self, rendering: Rendering, query: str, environ: dict) -> Answer:
        own = {name: value for name, value in environ.items() if name not in _PERSONAL}
        own |= {
            "REQUEST_METHOD": "GET",
            "QUERY_STRING": query,
            "wsgi.input": io.BytesIO(),
            Rendering.NAME: rendering,
            STATE: "miss",
        }
        told = []
        chunks = self.django(own, lambda status, headers, exc_info=None: told.append((status, headers)))
        try:
            body = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        return Answer(*told[-1], body)
