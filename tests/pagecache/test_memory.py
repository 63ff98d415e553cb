"""What one process keeps, while others read it."""

from blog.pagecache.entries import Entry
from blog.pagecache.memory import Memory
from blog.pagecache.policy import Policy
from blog.pagecache.snapshots import Snapshot


def make_entry(*keys: str) -> Entry:
    return Entry.of(
        [("Content-Type", "text/html")],
        b"page",
        keys=keys,
        policy=Policy(),
        feed=None,
        made_at=0,
        snapshot=Snapshot(1, 1),
    )


def test_the_page_that_was_asked_for_last_stays_longest():
    entry = make_entry("a")
    memory = Memory(capacity=int(entry.weight * 4.5))  # a quarter of it is for good copies
    for address in ("one", "two", "three"):
        memory.keep(address, make_entry("a"), since=0)
    memory.find("one")
    memory.keep("four", make_entry("a"), since=0)
    assert list(memory.entries) == ["three", "one", "four"]


def test_nothing_is_left_of_pages_that_went():
    memory = Memory(capacity=10_000)
    for number in range(50):
        memory.keep(f"{number}", make_entry(f"p{number}"), since=0)
    assert set(memory._addresses) == {key for entry in memory.entries.values() for key in entry.keys}
    memory.purge({"site"}, number=2)
    assert not memory.entries
    assert not memory._addresses
    assert memory.weight <= 10_000 * 0.25
