"""What was visible when a process looked."""

from blog.pagecache.snapshots import Snapshot


def test_what_was_open_or_had_not_begun_was_not_seen():
    snapshot = Snapshot.parse("10:20:10,14")
    assert str(snapshot) == "10:20:10,14"
    assert {number for number in range(1, 25) if snapshot.has_seen(number)} == {
        *range(1, 10),
        *(11, 12, 13, 15, 16, 17, 18, 19),
    }


def test_nothing_open():
    assert Snapshot.parse("7:7:") == Snapshot(7, 7)
    assert Snapshot(7, 7).has_seen(6)
    assert not Snapshot(7, 7).has_seen(7)
