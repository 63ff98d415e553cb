"""What the front matter of an article says, as a dataclass. The package's docstring lists the keys."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePosixPath


class Status(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Note:
    """A correction that readers were told of: `kind` is `correction`, `addition` or `update`."""

    kind: str
    date: datetime.datetime
    text: str


@dataclass(frozen=True)
class FrontMatter:
    """Texts are stripped and empty when missing, but for the title, which is None then; moments are aware.

    `date` and `slug` are those in effect, whether a key gives them or the file's name. `related_articles`
    holds the entries as they came, with dates as texts, so that they fit into JSON.
    """

    title: str | None = None
    date: datetime.datetime | None = None
    slug: str = ""
    status: str = Status.PUBLISHED
    guid: str = ""
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    author: str = ""
    excerpt: str = ""
    description: str = ""
    image: str = ""
    image_alt: str = ""
    image_credit: str = ""
    canonical_url: str = ""
    noindex: bool = False
    in_sitemap: bool = True
    featured: bool = False
    is_pillar: bool = False
    pillar_article: str = ""
    related_articles: tuple = ()
    reading_time: int | None = None
    last_modified_at: datetime.datetime | None = None
    expires_at: datetime.datetime | None = None
    created_at: datetime.datetime | None = None
    redirect_from: tuple[str, ...] = ()
    foreign_permalink: str = ""
    corrections: tuple[Note, ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)
    remarks: tuple[tuple[int, str], ...] = field(default=(), compare=False)

    def line(self, key: str) -> int:
        return self.lines.get(key, 1)

    @property
    def changed_at(self) -> datetime.datetime | None:
        """`last_modified_at`, or the date of a later correction."""
        moments = [self.last_modified_at, *(note.date for note in self.corrections)]
        return max(filter(None, moments), default=None)


def reference_slug(entry) -> str:
    """The file stem that an entry of `related_articles` or `pillar_article` names; empty if it names none."""
    if isinstance(entry, Mapping):
        entry = entry.get("slug")
    if not isinstance(entry, str):
        return ""
    return PurePosixPath(entry.strip()).name.removesuffix(".md")
