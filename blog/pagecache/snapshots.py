"""Which purges were visible when a process looked."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Snapshot:
    """As PostgreSQL writes it: `10:20:10,14` for "all below 20, but 10 and 14 were not committed yet".

    https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-SNAPSHOT-PARTS
    On SQLite, whose writers come one after the other, nothing is ever open.
    """

    lowest: int  # below it, nothing can become visible any more
    next: int
    open: frozenset[int] = frozenset()

    @classmethod
    def parse(cls, text: str) -> "Snapshot":
        lowest, following, numbers = text.split(":")
        return cls(int(lowest), int(following), frozenset(map(int, filter(None, numbers.split(",")))))

    def __str__(self):
        return f"{self.lowest}:{self.next}:{','.join(map(str, sorted(self.open)))}"

    def has_seen(self, number: int) -> bool:
        return number < self.lowest or (number < self.next and number not in self.open)


NOTHING_SEEN = Snapshot(0, 0)
