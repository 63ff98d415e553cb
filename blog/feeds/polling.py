"""Whether a feed has changed since somebody last asked, found out by one query over an index.

Nothing is marked as changed when something is saved, so nothing can be forgotten: the query reads what the
entries are made of (the text by the digest that each save leaves), and the digest of that is the feed's
ETag. The first page's digest is also kept (`FeedState`), to know since when it is so.
"""

import datetime
import hashlib
from dataclasses import dataclass, replace

from django.conf import settings
from django.db.models import Subquery
from django.utils import timezone
from django.utils.http import http_date, parse_http_date_safe

from blog.feeds.channels import PAGE_LENGTH, Channel
from blog.feeds.formats import Format
from blog.feeds.models import FeedState
from blog.models import Post
from blog.querysets import PostQuerySet

REVISION = 1  # raise it when the same posts shall give other bytes
LONGEST = datetime.timedelta(minutes=5)
BLUR = datetime.timedelta(seconds=2)  # a Last-Modified of this moment could hide a change within its second


@dataclass(frozen=True)
class Stamp:
    """The state of one page of a feed. `is_empty` if no post is on it; `good_until` is the next moment at
    which a post appears or expires by itself."""

    digest: str
    is_empty: bool
    has_more: bool
    good_until: datetime.datetime | None
    changed_at: datetime.datetime | None

    def with_words(self, *words: str) -> "Stamp":
        """For a feed without entries, which are what tell of its subject otherwise."""
        digest = hashlib.sha256(repr((self.digest, words)).encode(errors="replace")).hexdigest()
        return replace(self, digest=digest)

    def etag(self, form: Format) -> str:
        return f'"{self.digest[:32]}-{form.extension}"'

    def last_modified(self) -> str | None:
        """As the HTTP header; None while it is not known to the second."""
        if self.changed_at is None or self.changed_at > timezone.now() - BLUR:
            return None
        return http_date(self.changed_at.timestamp())

    def max_age(self) -> int:
        """For how many seconds a cache may keep the answer."""
        left = LONGEST if self.good_until is None else self.good_until - timezone.now()
        return max(0, int(min(left, LONGEST).total_seconds()))


def stamp_of(channel: Channel, page: int) -> Stamp:
    kept = FeedState.objects.filter(key=channel.key or "")
    start = (page - 1) * PAGE_LENGTH
    rows = list(
        channel.compared(start, start + PAGE_LENGTH + 1)
        .annotate(
            next_published=Subquery(_first(Post.objects.scheduled(), "published_at")),
            next_expired=Subquery(_first(Post.objects.expiring(), "expires_at")),
            kept_digest=Subquery(kept.values("digest")),
            kept_since=Subquery(kept.values("changed_at")),
        )
        .values_list(
            "next_published",
            "next_expired",
            "kept_digest",
            "kept_since",
            *channel.compared_fields,
            *channel.subject_fields,
        )
    )
    entries = [row[4:] for row in rows]
    digest = hashlib.sha256(repr((_surroundings(), page, entries)).encode(errors="replace")).hexdigest()
    next_published, next_expired, kept_digest, kept_since = rows[0][:4] if rows else [None] * 4
    if rows and page == 1 and channel.key and digest != kept_digest:
        kept_since = timezone.now()
        FeedState.objects.bulk_create(  # in one query, whoever else does the same
            [FeedState(key=channel.key, digest=digest, changed_at=kept_since)],
            update_conflicts=True,
            unique_fields=["key"],
            update_fields=["digest", "changed_at"],
        )
    return Stamp(
        digest=digest,
        is_empty=not rows,
        has_more=len(rows) > PAGE_LENGTH,
        good_until=min(filter(None, [next_published, next_expired]), default=None),
        changed_at=kept_since if page == 1 else None,
    )


def _first(posts: PostQuerySet, field: str) -> PostQuerySet:
    """The earliest of these moments: the next one at which a post appears or vanishes by itself."""
    return posts.order_by(field).values(field)[:1]


def _surroundings() -> tuple:
    return (REVISION, settings.SITE_URL, settings.SITE_NAME, settings.SITE_DESCRIPTION, settings.WEBSUB_HUBS)


def is_unchanged(request, stamp: Stamp, form: Format) -> bool:
    """Whether the asker has this already, by If-None-Match, or else by our own Last-Modified come back.

    RFC 9110, section 13.2.2. A date that we did not give is not compared: it says when somebody looked, not
    what they saw.
    """
    asked = request.META.get("HTTP_IF_NONE_MATCH")
    if asked is not None:
        tags = [tag.strip().removeprefix("W/") for tag in asked[:1000].split(",")]
        return stamp.etag(form) in tags or tags == ["*"]
    since, changed = request.META.get("HTTP_IF_MODIFIED_SINCE"), stamp.last_modified()
    if not since or not changed:
        return False
    return parse_http_date_safe(since) == parse_http_date_safe(changed)
