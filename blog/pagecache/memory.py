"""The pages that one process keeps, within a bound, and what has been purged."""

import threading
from collections import OrderedDict, defaultdict, deque

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
        """Unless one of its keys was purged since the count of purges was `since`."""
        with self._lock:
            if any(self._purged.get(key, 0) > since for key in (*entry.keys, SITE)):
                return False
            self._drop(address)
            self._drop_good_copy(address)
            self.entries[address] = entry
            self._weight += entry.weight
            for key in entry.keys:
                self._addresses[key].add(address)
            while self._weight > self.capacity * (1 - GOOD_COPIES) and len(self.entries) > 1:
                self._drop(next(iter(self.entries)))
            return True

    def is_current(self, entry: Entry) -> bool:
        """Whether an entry that another process made has not been purged since."""
        with self._lock:
            return all(
                all(map(entry.snapshot.has_seen, self._numbers.get(key, ())))
                and self._moments.get(key, 0) <= entry.made_at
                for key in (*entry.keys, SITE)
            )

    def purge(self, keys, *, number: int | None = None, gone=(), at: float = 0) -> None:
        """Pages with one of the keys are stale; those with one of `gone` are not even good copies.

        `number` is that of the purge (see following), or `at` the moment of a boundary.
        """
        with self._lock:
            self.purges += 1
            for key in keys:
                self._purged[key] = self.purges
                if number is None:
                    self._moments[key] = at
                else:
                    self._numbers[key].append(number)
            everything = SITE in keys
            stale = (
                list(self.entries) if everything else {a for k in keys for a in self._addresses.get(k, ())}
            )
            for address in stale:
                self._set_aside(address, self._drop(address))
            if gone:
                for address, entry in list(self.good_copies.items()):
                    if not entry.keys.isdisjoint(gone):
                        self._drop_good_copy(address)

    def good_copy(self, address: str) -> Entry | None:
        return self.good_copies.get(address)

    def outdate(self, address: str) -> None:
        """Its time is over."""
        with self._lock:
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
            self._weight -= entry.weight
            for key in entry.keys:
                addresses = self._addresses[key]
                addresses.discard(address)
                if not addresses:
                    del self._addresses[key]
        return entry

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
