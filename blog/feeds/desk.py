"""The feeds as the newsroom sees them: how they are, who reads them, and what must be mended."""

import datetime
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.db.models import Max, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from blog.addresses import tokyo_date
from blog.feeds.channels import Channel
from blog.feeds.counting import READERS_KEPT
from blog.feeds.directory import listings
from blog.feeds.formats import FORMATS
from blog.feeds.models import FeedCheck, FeedDay, FeedReader
from blog.models import Category

DAYS = 7
TAGS_SHOWN = 30


@dataclass
class FeedRow:
    """One feed in all its formats. `share_unchanged` is in percent, None without requests."""

    name: str
    channel: Channel
    checks: list[FeedCheck] = field(default_factory=list)
    requests: int = 0
    not_modified: int = 0
    readers: list[FeedReader] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        found = [(FORMATS[c.extension].name, text) for c in self.checks for text in c.problems]
        times = Counter(text for _name, text in found)
        if all(number == len(self.checks) for number in times.values()):
            return list(times)
        return [f"{name}: {text}" for name, text in found]

    @property
    def newest_at(self):
        return max((check.newest_at for check in self.checks if check.newest_at), default=None)

    @property
    def size(self) -> int:
        return max((check.size for check in self.checks), default=0)

    @property
    def checked_at(self):
        return min((check.checked_at for check in self.checks), default=None)

    @property
    def share_unchanged(self) -> int | None:
        return round(100 * self.not_modified / self.requests) if self.requests else None

    @property
    def subscribers(self) -> int:
        return sum(reader.subscribers for reader in self.readers)


def rows() -> list[FeedRow]:
    """Every feed of the site, its categories and authors, and those of the most used tags."""
    found = listings()
    listed = [*found["site"], *found["categories"], *found["authors"], *found["tags"][:TAGS_SHOWN]]
    by_key = {listing.channel.key: FeedRow(listing.name, listing.channel) for listing in listed}
    today = tokyo_date(timezone.now())
    for check in FeedCheck.objects.filter(key__in=by_key).order_by("extension"):
        by_key[check.key].checks.append(check)
    since = today - datetime.timedelta(days=DAYS)
    days = FeedDay.objects.filter(key__in=by_key, day__gt=since).values("key").order_by()
    for day in days.annotate(asked=Sum("requests"), same=Sum("not_modified")):
        by_key[day["key"]].requests, by_key[day["key"]].not_modified = day["asked"], day["same"]
    recent = today - READERS_KEPT
    readers = FeedReader.objects.filter(key__in=by_key, seen_on__gte=recent).order_by("-subscribers", "name")
    for reader in readers:
        by_key[reader.key].readers.append(reader)
    return list(by_key.values())


def checkable_keys() -> set[str]:
    """The feeds on the desk, and those that something is kept about, for they may be gone."""
    return {row.channel.key for row in rows()} | set(FeedCheck.objects.values_list("key", flat=True))


def alarms() -> list[str]:
    """What must be mended, in a few words each: empty categories at this moment, and what the checks found.

    Two queries, for the desk's front page.
    """
    texts = [
        _("The feed of “%(name)s” is empty.") % {"name": category.name}
        for category in Category.objects.with_public_counts().filter(public_posts=0)
    ]
    broken = defaultdict(list)
    for check in FeedCheck.objects.exclude(problems=[]).filter(entries__gt=0).order_by("key", "extension"):
        broken[check.key].append(FORMATS[check.extension].name)
    texts += [
        _("The feed %(key)s (%(formats)s) has problems.") % {"key": key, "formats": ", ".join(names)}
        for key, names in broken.items()
    ]
    return texts


def last_check():
    return FeedCheck.objects.aggregate(at=Max("checked_at"))["at"]
