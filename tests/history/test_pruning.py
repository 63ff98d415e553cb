import datetime

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from reversion.models import Revision, Version

from blog.history.pruning import prune
from blog.history.recording import record, versions_of
from blog.history.snapshots import stored
from blog.models import Post
from tests.factories import make_draft, make_post, tokyo

pytestmark = pytest.mark.django_db
NOW = tokyo(2026, 1, 1, 12)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def keep(post, moment, comment="", **fields):
    """A version of that moment."""
    Post.objects.filter(pk=post.pk).update(**{"body": str(moment)} | fields)
    record(post, None, comment)
    revision = Revision.objects.order_by("-pk").first()
    revision.date_created = moment
    revision.save()


def bodies(post) -> list[str]:
    return [stored(version)["fields"]["body"] for version in reversed(versions_of(Post, post.pk))]


def test_the_last_of_each_old_day_stays_with_the_first_and_the_newest():
    post = make_draft()
    moments = [tokyo(2025, 5, day, hour) for day in (1, 2) for hour in (8, 9, 10)]
    for moment in moments:
        keep(post, moment)
    assert prune() == (3, 3)
    assert bodies(post) == [str(moments[0]), str(moments[2]), str(moments[5])]


def test_the_day_is_tokyos():
    post = make_draft()
    for moment in (
        tokyo(2025, 5, 1, 8),
        tokyo(2025, 5, 1, 23, 50),
        tokyo(2025, 5, 2, 0, 10),
        tokyo(2025, 5, 3),
    ):
        keep(post, moment)
    assert prune() == (0, 4)


def test_everything_of_the_last_ninety_days_stays():
    post = make_draft()
    for hours in range(5):
        keep(post, NOW - datetime.timedelta(days=89, hours=hours))
    assert prune() == (0, 5)
    assert prune(days=10) == (3, 2)


def test_what_was_published_stays_for_good():
    post = make_post()
    for hour in range(8, 13):
        keep(post, tokyo(2025, 5, 1, hour))
    assert prune() == (0, 5)


def test_what_was_imported_stays():
    post = make_draft()
    keep(post, tokyo(2025, 5, 1, 8))
    keep(post, tokyo(2025, 5, 1, 9), "imported")
    keep(post, tokyo(2025, 5, 1, 10))
    keep(post, tokyo(2025, 5, 1, 11))
    prune()
    assert str(tokyo(2025, 5, 1, 9)) in bodies(post)
    assert len(bodies(post)) == 3


def test_a_deleted_post_can_still_be_brought_back():
    post = make_draft()
    for hour in range(8, 12):
        keep(post, tokyo(2025, 5, 1, hour))
    Post.objects.all().delete()
    prune(days=0)
    assert Version.objects.get_deleted(Post).count() == 1


def test_no_empty_revision_stays_behind():
    post = make_draft()
    for hour in range(8, 20):
        keep(post, tokyo(2025, 5, 1, hour))
    prune()
    assert Revision.objects.count() == Version.objects.count() == 2


def test_the_command_says_what_it_did_and_a_dry_run_does_nothing(capsys):
    post = make_draft()
    for hour in range(8, 13):
        keep(post, tokyo(2025, 5, 1, hour))
    call_command("prune_history", dry_run=True)
    assert "削除される版 3、残る版 2" in capsys.readouterr().out
    assert Version.objects.count() == 5
    call_command("prune_history")
    assert "削除した版 3、残した版 2" in capsys.readouterr().out
    assert Version.objects.count() == 2


def test_a_negative_number_of_days_is_refused():
    with pytest.raises(CommandError):
        call_command("prune_history", days=-1)
