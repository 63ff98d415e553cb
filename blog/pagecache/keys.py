"""Surrogate keys: the names of what a page was made of, by which it is purged.

`p12` is the row of a post, `c3`, `a2`, `t5`, `i7` those of a category, an author, a tag and a picture, and
`g4` that of a static page: a page that read one has its key without anybody saying so. A list depends on more
than the rows in it, and says so itself:

    posts          which posts there are, and in what order
    texts          anything that readers see of any post
    c3-posts       which posts a category has; likewise a2-posts and t5-posts
    day-2025-10-21 which posts appeared on that Tokyo day
    newest         which post is the newest
    corrections    which corrections there are
    categories     which categories there are, though they have no post yet
    site           everything: no page names it, and a purge of it spares none
    schedule       of no page: there is something new that appears or expires by itself

The word is Fastly's; RFC 9111 has no name for it.
"""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

POSTS, TEXTS, NEWEST, CORRECTIONS, SITE = "posts", "texts", "newest", "corrections", "site"
CATEGORIES, SCHEDULE = "categories", "schedule"

_collected: ContextVar[set[str] | None] = ContextVar("surrogate keys", default=None)


def day_key(day: datetime.date) -> str:
    return f"day-{day:%Y-%m-%d}"


def members_key(row) -> str:
    """Of the posts that a category, an author or a tag has."""
    return f"{row.surrogate_prefix}{row.pk}-posts"


@contextmanager
def collecting() -> Iterator[set[str]]:
    """The set that fills with the keys of whatever is read meanwhile."""
    token = _collected.set(set())
    try:
        yield _collected.get()
    finally:
        _collected.reset(token)


def depends_on(*keys: str) -> None:
    """The page that is being made changes with these keys."""
    collected = _collected.get()
    if collected is not None:
        collected.update(keys)


class Recorded:
    """Mixed into a model: a page that reads a row of it depends on that row."""

    surrogate_prefix = ""

    @classmethod
    def from_db(cls, db, field_names, values):
        row = super().from_db(db, field_names, values)
        collected = _collected.get()
        if collected is not None:
            collected.add(f"{cls.surrogate_prefix}{row.pk}")
        return row

    @property
    def surrogate_key(self) -> str:
        return f"{self.surrogate_prefix}{self.pk}"
