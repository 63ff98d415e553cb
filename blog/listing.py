"""A list of public posts of which the length and any page cost the same, however long the list.

The triggers of `blog.tally` keep the numbers of published posts by month and by day. The place of a page is
found by adding these up, newest first, and only the few posts between the nearest day and the page are
passed over, in an index. What is shown is still asked of `public_filter`.
"""

import datetime
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from django.db.models import QuerySet, Subquery, Sum
from django.utils import timezone

from blog.addresses import tokyo_date, tokyo_day
from blog.models import Author, Category, Correction, Post, Tag, TaggedPost, Tally
from blog.prepared import prepared
from blog.querysets import public_filter, scheduled_filter
from blog.tally.counts import waiting
from blog.tally.models import ALL_DAYS, FOR_EVER

FEW = 300  # posts to pass over cost less than another query


class Days(NamedTuple):
    """A day, or the month that begins with it, and the number of posts."""

    first: datetime.date
    count: int


@dataclass(frozen=True)
class Scope:
    """What a list is of: the site, or one category, author or tag, by its key or by its slug; or all
    corrections."""

    kind: type[Category | Author | Tag | Correction] | None = None
    by_slug: bool = False

    def ref(self, value):
        if self.by_slug:
            return Subquery(self.kind.objects.filter(slug=value).order_by().values("pk"))
        return value

    def rows(self, value) -> QuerySet:
        """What carries status and dates: the posts, the taggings of a tag, or the corrections."""
        if self.kind is Tag:
            return TaggedPost.objects.filter(tag=self.ref(value))
        if self.kind is Correction:
            return Correction.objects.all()
        if self.kind:
            return Post.objects.filter(**{self.kind._meta.model_name: self.ref(value)})
        return Post.objects.all()

    @property
    def key(self) -> str:
        return "content_object" if self.kind is Tag else "pk"

    @property
    def moment(self) -> str:
        return "shown_at" if self.kind is Correction else "published_at"

    def between(self, rows: QuerySet, after, before) -> QuerySet:
        if before:  # before the gate: of two upper bounds SQLite looks up the first in its index
            rows = rows.filter(**{f"{self.moment}__lt": before})
        return rows.filter(**{f"{self.moment}__gte": after}) if after else rows


@dataclass
class Listing:
    """The public posts of the site, or of one category, author or tag (`ref` is its key), the newest first;
    or the corrections of public posts.

    With `start` and `end` only those published from one Tokyo date up to, but without, another: some days of
    one month, or whole months. All answers are those of one moment, `now`. It can be counted and sliced (from
    the front), as a paginator does.
    """

    scope: Scope = Scope()
    ref: int | str = 0
    start: datetime.date | None = None
    end: datetime.date | None = None
    now: datetime.datetime = field(default_factory=lambda: timezone.now())

    @classmethod
    def of(cls, subject: Category | Author | Tag) -> "Listing":
        return cls(Scope(type(subject)), subject.pk)

    @classmethod
    def at(cls, kind: type[Category | Author | Tag], slug: str) -> "Listing":
        """Of the row with this slug, without a query for it. Empty if there is none."""
        return cls(Scope(kind, by_slug=True), slug)

    def count(self) -> int:
        if self.start or self.end or "months" in self.__dict__:
            return sum(count for _first, count in self.months)
        return sum(count for _first, count in self._numbers(Tally.Unit.ALL, None, None))

    def exists(self) -> bool:
        return _public(self.scope, self.now, **self._given(), **self._between()).exists()

    def __getitem__(self, asked: slice) -> list[Post]:
        """The posts as cards show them."""
        length = asked.stop - (asked.start or 0)
        if not length:
            return []
        found = self._found(asked.start or 0)
        if found is None:
            return []
        start, between = found
        return _cards(self.scope, length, now=self.now, offset=start, **self._given(), **between)

    def rows(self, posts: QuerySet, start: int, stop: int) -> QuerySet:
        """Those of `posts` (of corrections, in a list of these) that stand at these places of the list."""
        found = self._found(start)
        if found is None:
            return posts.none()
        offset, between = found
        keys = _keys(self.scope, stop - start, self.now, offset, **self._given(), **between)
        return posts.filter(pk__in=keys).newest_first()

    @cached_property
    def months(self) -> list[Days]:
        """Each month that has posts, newest first; one query.

        If the list is of less than a month, there is one entry, for the first day of the list.
        """
        if self.start and self.end and self.end - self.start < datetime.timedelta(days=28):
            days = self._numbers(Tally.Unit.DAY, self.start, self.end)
            return [Days(self.start, sum(count for _day, count in days))] if days else []
        return self._numbers(Tally.Unit.MONTH, self.start, self.end)

    def _given(self) -> dict:
        return {"ref": self.ref} if self.scope.kind not in {None, Correction} else {}

    def _between(self) -> dict:
        moments = {"after": self.start, "before": self.end}
        return {name: tokyo_day(date)[0] for name, date in moments.items() if date}

    def _found(self, place: int) -> tuple[int, dict] | None:
        """How many posts to pass over for this place, and between which moments; None beyond the last."""
        between = self._between()
        if place <= FEW and "months" not in self.__dict__:
            return place, between
        nearest = self._nearest(place)
        if nearest is None:
            return None
        day, passed = nearest
        before = tokyo_day(day)[0]
        between["before"] = min(before, between.get("before", before))
        return place - passed, between

    def _nearest(self, place: int) -> tuple[datetime.date, int] | None:
        """A day before which `place` is near, and how many posts of the list are not before that day."""
        found = _found_in(self.months, place)
        if found is None:
            return None
        passed, month = found
        end = min(filter(None, [next_month(month), self.end]))
        if place - passed <= FEW or self.scope.kind is Tag:
            return end, passed
        found = _found_in(self._numbers(Tally.Unit.DAY, month, end), place - passed)
        if found is None:  # a post has gone since the months were counted
            return None
        newer, day = found
        return day + datetime.timedelta(days=1), passed + newer

    def _numbers(self, unit: Tally.Unit, start, end) -> list[Days]:
        """What the tally says of these days, less the posts whose hour has not come; newest first."""
        today = tokyo_date(self.now)
        current, following = {
            Tally.Unit.ALL: (ALL_DAYS, FOR_EVER.date()),
            Tally.Unit.MONTH: (today.replace(day=1), next_month(today)),
            Tally.Unit.DAY: (today, today + datetime.timedelta(days=1)),
        }[unit]
        between = {name: date for name, date in (("first", start), ("end", end)) if date}
        numbers = _tallied(
            self.scope,
            unit,
            now=self.now,
            current=current,
            following=tokyo_day(following)[0],
            **self._given(),
            **between,
        )
        exact = (Days(first, total - (soon if first == current else 0)) for first, total, soon in numbers)
        return [days for days in exact if days.count > 0]


def _public(scope: Scope, now, *, ref=None, after=None, before=None) -> QuerySet:
    rows = scope.between(scope.rows(ref), after, before)
    return rows.filter(public_filter(now=now, moment=scope.moment))


def _keys(scope: Scope, length: int, now, offset: int, **given) -> QuerySet:
    """The keys of the posts at these places; for use in another query."""
    rows = _public(scope, now, **given).order_by(f"-{scope.moment}", f"-{scope.key}")
    return rows.values(scope.key)[offset : offset + length]


@prepared(Post)
def _cards(scope: Scope, length: int, *, now, offset, **given) -> QuerySet:
    keys = _keys(scope, length, now, offset, **given)
    return Post.objects.with_card_data().filter(pk__in=keys).newest_first()


@prepared(Tally)
def _tallied(scope: Scope, unit, *, now, current, following, ref=0, first=None, end=None) -> QuerySet:
    tallied = Tally.objects.filter(
        scope=scope.kind.tally_scope if scope.kind else Tally.Scope.SITE,
        ref=scope.ref(ref),
        unit=unit,
        until__gt=now,
        first__lte=current,
    )
    if first:
        tallied = tallied.filter(first__gte=first)
    if end:
        tallied = tallied.filter(first__lt=end)
    soon = scope.between(scope.rows(ref).filter(scheduled_filter(now, scope.moment)), None, following)
    numbers = tallied.values_list("first").annotate(total=Sum("count"), soon=waiting(soon))
    return numbers.order_by("-first")


def next_month(day: datetime.date) -> datetime.date:
    return (day.replace(day=1) + datetime.timedelta(days=31)).replace(day=1)


def _found_in(numbers: list[Days], place: int) -> tuple[int, datetime.date] | None:
    """How many are before the entry that holds `place` (counted from 0), and that entry; None beyond all."""
    passed = 0
    for first, count in numbers:
        if place < passed + count:
            return passed, first
        passed += count
    return None
