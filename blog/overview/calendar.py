"""The posts of a month by their Tokyo day: published, scheduled, and drafts with a planned date."""

import calendar
import datetime
from dataclasses import dataclass, field

from django.utils import timezone

from blog.addresses import TOKYO, tokyo_date
from blog.admin.states import State, badge, state_of
from blog.models import Post
from blog.querysets import PostQuerySet
from blog.workflow.states import UNPUBLISHED

SHOWN_PER_DAY = 4
FIRST_YEAR, LAST_YEAR = 1990, 2099  # as the form of a post allows
MOVABLE = UNPUBLISHED | {State.SCHEDULED}

_weeks = calendar.Calendar(firstweekday=calendar.SUNDAY)


@dataclass
class Entry:
    """A post on the calendar. `seen` tells the server which schedule its user was looking at."""

    post: Post
    may_move: bool = False

    def __post_init__(self):
        self.state = state_of(self.post)
        self.badge = badge(self.state)
        self.moment = self.post.published_at.astimezone(TOKYO)
        self.seen = seen_token(self.post)
        self.may_move &= self.state in MOVABLE


@dataclass
class Day:
    date: datetime.date
    in_month: bool = True
    entries: list[Entry] = field(default_factory=list)

    @property
    def shown(self) -> list[Entry]:
        """The first of the day; one more is shown rather than counted."""
        return self.entries if len(self.entries) <= SHOWN_PER_DAY + 1 else self.entries[:SHOWN_PER_DAY]

    @property
    def hidden_count(self) -> int:
        return len(self.entries) - len(self.shown)

    @property
    def is_today(self) -> bool:
        return self.date == today()

    @property
    def is_past(self) -> bool:
        return self.date < today()

    @property
    def is_weekend(self) -> bool:
        return self.date.weekday() in {calendar.SATURDAY, calendar.SUNDAY}


def today() -> datetime.date:
    return tokyo_date(timezone.now())


def seen_token(post: Post) -> str:
    """Changes with everything that another person's move, publication or withdrawal would change."""
    return f"{post.status} {post.published_at.astimezone(datetime.UTC).isoformat()}"


def month_days(year: int, month: int, posts: PostQuerySet, may_move: bool) -> list[Day]:
    """The whole weeks of a month, Sunday first, by one query without the articles' text."""
    dates = list(_weeks.itermonthdates(year, month))
    days = {date: Day(date, in_month=date.month == month) for date in dates}
    for entry in _entries(posts, dates[0], dates[-1], may_move):
        days[entry.post.published_on].entries.append(entry)
    return list(days.values())


def one_day(date: datetime.date, posts: PostQuerySet, may_move: bool) -> Day:
    return Day(date, entries=_entries(posts, date, date, may_move))


def _entries(posts: PostQuerySet, first: datetime.date, last: datetime.date, may_move: bool) -> list[Entry]:
    found = (
        posts.filter(published_on__range=(first, last))
        .select_related("category")
        .only("title", "status", "published_at", "published_on", "expires_at", "category__name")
        .order_by("published_at", "pk")
    )
    return [Entry(post, may_move) for post in found]


def next_month(year: int, month: int) -> tuple[int, int]:
    return (year, month + 1) if month < 12 else (year + 1, 1)


def previous_month(year: int, month: int) -> tuple[int, int]:
    return (year, month - 1) if month > 1 else (year - 1, 12)
