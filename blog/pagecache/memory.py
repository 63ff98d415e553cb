"""The pages that one process keeps, within a bound, and what has been purged."""

import threading
import time
from collections import OrderedDict, defaultdict, deque
from itertools import chain

from blog.pagecache.entries import Entry
from blog.pagecache.keys import SITE
from blog.pagecache.snapshots import NOTHING_SEEN

REMEMBERED = 1000  # of the numbers of a key's purges
GOOD_COPIES = 0.25  # of the bound, for pages that are stale but better than an error


class Memory:
    """`capacity` is in bytes of what pages weigh compressed. Thread-safe.

    `find` is a reader's way to a page: one look into a dictionary, without a lock.
    """

    def __init__(self, capacity: int):
        self.capacity = capacity
        self.entries: OrderedDict[str, Entry] = OrderedDict()
        self.good_copies: OrderedDict[str, Entry] = OrderedDict()
        self.next_boundary = float("inf")
        self.snapshot = NOTHING_SEEN  # of the purges that were applied
        self.purges = 0
        self._weight = self._good_weight = 0
        self._addresses: defaultdict[str, set[str]] = defaultdict(set)  # by surrogate key
        self._purged: dict[str, int] = {}  # surrogate key: the count of purges at its last
        self._numbers: defaultdict[str, deque[int]] = defaultdict(lambda: deque(maxlen=REMEMBERED))
        self._moments: dict[str, float] = {}  # surrogate key: when a post last appeared or expired by itself
        self._gone: dict[str, float] = {}  # surrogate key of a post or a page: when readers saw it last
        self._lock = threading.RLock()

    def find(self, address: str) -> Entry | None:
        entry = self.entries.get(address)
        if entry is not None:
            try:
                self.entries.move_to_end(address)
            except KeyError:  # purged in this very moment
                return None
        return entry

    def keep(self, address: str, entry: Entry, *, since: int) -> bool:
        """Unless one of its keys was purged since the count of purges was `since`, or while it was made."""
        with self._lock:
            keys = (*entry.keys, SITE)
            if any(self._purged.get(key, 0) > since for key in keys) or not self._outlives(entry):
                return False
            self._drop(address)
            self._drop_good_copy(address)
            self.entries[address] = entry
            self._weight += entry.weight
            for key in entry.keys:
                self._addresses[key].add(address)
            while self._weight > self.capacity * (1 - GOOD_COPIES) and len(self.entries) > 1:
                self._forget(*self.entries.popitem(last=False))
            return True

    def is_current(self, entry: Entry) -> bool:
        """Whether an entry that another process made has not been purged since."""
        with self._lock:
            numbers = (self._numbers.get(key, ()) for key in (*entry.keys, SITE))
            return self._outlives(entry) and all(map(entry.snapshot.has_seen, chain.from_iterable(numbers)))

    def is_gone(self, entry: Entry) -> bool:
        """Whether readers shall not see it again, not even if nothing else can be had."""
        with self._lock:
            return any(self._gone.get(key, 0) >= entry.made_at for key in (*entry.keys, SITE))

    def purge(self, keys, *, number: int, gone=()) -> None:
        """Pages with one of the keys are stale; those with one of `gone` are not even good copies.

        `number` is that of the purge (see following).
        """
        with self._lock:
            self.purges += 1
            for key in keys:
                self._purged[key] = self.purges
                self._numbers[key].append(number)
            self._make_stale(keys, before=float("inf"))
            self._remember_gone(gone, time.time())

    def pass_boundary(self, keys, *, at: float, gone=()) -> None:
        """As `purge`, for pages that were made before that moment. Nothing is lost by passing it twice."""
        with self._lock:
            for key in keys:
                self._moments[key] = max(at, self._moments.get(key, 0))
            self._make_stale(keys, before=at)
            self._remember_gone(gone, at)

    def _make_stale(self, keys, *, before: float) -> None:
        everything = SITE in keys
        found = list(self.entries) if everything else {a for k in keys for a in self._addresses.get(k, ())}
        for address in found:
            if self.entries[address].made_at < before:
                self._set_aside(address, self._drop(address))

    def _remember_gone(self, keys, at: float) -> None:
        for key in keys:
            self._gone[key] = max(at, self._gone.get(key, 0))
        for address, entry in list(self.good_copies.items()) if keys else ():
            if self.is_gone(entry):
                self._drop_good_copy(address)

    def _outlives(self, entry: Entry) -> bool:
        """Whether no post of its has appeared or expired by itself since it was made."""
        return all(self._moments.get(key, 0) <= entry.made_at for key in (*entry.keys, SITE))

    def good_copy(self, address: str) -> Entry | None:
        return self.good_copies.get(address)

    def outdate(self, address: str, entry: Entry) -> None:
        """Its time is over; a newer one that has come meanwhile stays."""
        with self._lock:
            if self.entries.get(address) is entry:
                self._set_aside(address, self._drop(address))

    def forget_everything(self) -> None:
        with self._lock:
            for address in list(self.entries):
                self._drop(address)
            self.good_copies.clear()
            self._good_weight = 0
            self._numbers.clear()
            self.purges += 1
            self._purged[SITE] = self.purges

    def _drop(self, address: str) -> Entry | None:
        entry = self.entries.pop(address, None)
        if entry is not None:
            self._forget(address, entry)
        return entry

    def _forget(self, address: str, entry: Entry) -> None:
        self._weight -= entry.weight
        for key in entry.keys:
            addresses = self._addresses[key]
            addresses.discard(address)
            if not addresses:
                del self._addresses[key]

    def _set_aside(self, address: str, entry: Entry | None) -> None:
        if entry is None:
            return
        self._drop_good_copy(address)
        self.good_copies[address] = entry
        self._good_weight += entry.weight
        while self._good_weight > self.capacity * GOOD_COPIES:
            self._drop_good_copy(next(iter(self.good_copies)))

    def _drop_good_copy(self, address: str) -> None:
        if old := self.good_copies.pop(address, None):
            self._good_weight -= old.weight

    @property
    def weight(self) -> int:
        return self._weight + self._good_weight
