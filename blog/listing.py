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
from blog.models import Author, Category, Post, Tag, TaggedPost, Tally
from blog.querysets import PostQuerySet, public_filter, scheduled_filter
from blog.tally.counts import waiting

FEW = 300  # posts to pass over cost less than another query


class Days(NamedTuple):
    """A day, or the month that begins with it, and the number of posts."""

    first: datetime.date
    count: int


@dataclass
class Listing:
    """The public posts of the site, or of one category, author or tag (`ref` is its key), the newest first.

    With `start` and `end` only those published from one Tokyo date up to, but without, another. All answers
    are those of one moment, `now`. It can be counted and sliced (from the front), as a paginator does.
    """

    kind: type[Category | Author | Tag] | None = None
    ref: int | Subquery = 0
    start: datetime.date | None = None
    end: datetime.date | None = None
    now: datetime.datetime = field(default_factory=lambda: timezone.now())

    @classmethod
    def of(cls, subject: Category | Author | Tag) -> "Listing":
        return cls(type(subject), subject.pk)

    @classmethod
    def at(cls, model: type[Category | Author | Tag], slug: str) -> "Listing":
        """Of the row with this slug, without a query for it. Empty if there is none."""
        return cls(model, Subquery(model.objects.filter(slug=slug).order_by().values("pk")))

    def count(self) -> int:
        return sum(count for _first, count in self.months)

    def exists(self) -> bool:
        return self._public().exists()

    def __getitem__(self, asked: slice) -> list[Post]:
        """The posts as cards show them."""
        return list(self.rows(Post.objects.with_card_data(), asked.start or 0, asked.stop))

    def rows(self, posts: PostQuerySet, start: int, stop: int) -> PostQuerySet:
        """Those of `posts` that stand at these places of the list."""
        return posts.filter(pk__in=self.keys(start, stop)).newest_first()

    def keys(self, start: int, stop: int) -> QuerySet:
        """The primary keys at these places; not evaluated, for use in another query."""
        rows = self._public().order_by("-published_at", f"-{self._key}")
        passed = 0
        if start > FEW or "months" in self.__dict__:
            end, passed = self._nearest(start)
            rows = rows.filter(published_at__lt=tokyo_day(end)[0]) if end else rows
        return rows.values(self._key)[start - passed : stop - passed]

    @cached_property
    def months(self) -> list[Days]:
        """Each month that has posts, newest first; one query.

        If the list is of less than a month, there is one entry, for the first day of the list.
        """
        if self.start and self.end and self.end - self.start < datetime.timedelta(days=28):
            days = self._numbers(Tally.Unit.DAY, self.start, self.end)
            return [Days(self.start, sum(count for _day, count in days))] if days else []
        return self._numbers(Tally.Unit.MONTH, self.start, self.end)

    def _nearest(self, place: int) -> tuple[datetime.date | None, int]:
        """A day from whose end on backwards `place` is near, and how many posts are newer than that."""
        passed, month = _found_in(self.months, place)
        if month is None or place - passed <= FEW or self.kind is Tag:
            return (month and next_month(month)), passed
        days = self._numbers(Tally.Unit.DAY, month, next_month(month))
        newer, day = _found_in(days, place - passed)
        return day and day + datetime.timedelta(days=1), passed + newer

    def _numbers(self, unit: Tally.Unit, start, end) -> list[Days]:
        """What the tally says of these days, less the posts whose hour has not come; newest first."""
        today = tokyo_date(self.now)
        current = today.replace(day=1) if unit == Tally.Unit.MONTH else today
        following = next_month(today) if unit == Tally.Unit.MONTH else today + datetime.timedelta(days=1)
        tallied = Tally.objects.filter(
            scope=self.kind.tally_scope if self.kind else Tally.Scope.SITE,
            ref=self.ref,
            unit=unit,
            until__gt=self.now,
            first__lte=current,
        )
        if start:
            tallied = tallied.filter(first__gte=start)
        if end:
            tallied = tallied.filter(first__lt=end)
        soon = self._all().filter(scheduled_filter(self.now), published_at__lt=tokyo_day(following)[0])
        numbers = (
            tallied.values_list("first").annotate(total=Sum("count"), soon=waiting(soon)).order_by("-first")
        )
        exact = (Days(first, total - (soon if first == current else 0)) for first, total, soon in numbers)
        return [days for days in exact if days.count > 0]

    def _all(self) -> QuerySet:
        """What carries status and dates: the posts, or the taggings of a tag."""
        if self.kind is Tag:
            return TaggedPost.objects.filter(tag=self.ref)
        if self.kind:
            return Post.objects.filter(**{self.kind._meta.model_name: self.ref})
        return Post.objects.all()

    def _public(self) -> QuerySet:
        rows = self._all().filter(public_filter(now=self.now))
        if self.start:
            rows = rows.filter(published_at__gte=tokyo_day(self.start)[0])
        if self.end:
            rows = rows.filter(published_at__lt=tokyo_day(self.end)[0])
        return rows

    @property
    def _key(self) -> str:
        return "content_object" if self.kind is Tag else "pk"


def next_month(day: datetime.date) -> datetime.date:
    return (day.replace(day=1) + datetime.timedelta(days=31)).replace(day=1)


def _found_in(numbers: list[Days], place: int) -> tuple[int, datetime.date | None]:
    """How many are before the entry that holds `place` (counted from 0), and that entry; None beyond all."""
    passed = 0
    for first, count in numbers:
        if place < passed + count:
            return passed, first
        passed += count
    return 0, None
