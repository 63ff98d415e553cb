"""Which kept pages a change of a post makes stale."""

import datetime
from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from blog.addresses import tokyo_date
from blog.pagecache.keys import (
    CORRECTIONS,
    NEWEST,
    POSTS,
    SCHEDULE,
    SITE,
    TEXTS,
    Recorded,
    day_key,
    members_key,
)
from blog.pagecache.purging import Change
from blog.push.cdn import purge_later

PLACED_BY = (  # a post changes its place in lists, or is listed at all, by these
    "slug",
    "status",
    "published_at",
    "expires_at",
    "category_id",
    "author_id",
    "pillar_id",
    "featured",
    "is_pillar",
    "noindex",
    "in_sitemap",
    "canonical_url",
)
# So few other posts of a category may be going in this very moment, by people who do not see each other.
FEW = 3


class Surrogates(Recorded, models.Model):
    """Of a post, which calls `note_change` in the block of `purging.changing` that its writing is in."""

    surrogate_prefix = "p"

    class Meta:
        abstract = True

    def surrogate_keys(self) -> set[str]:
        """The keys of all pages that change when the post appears, moves or goes."""
        return keys_of_all([self])[self.pk]

    def _place_keys(self, crowded: set[int]) -> set[str]:
        keys = set()
        if self.published_at:
            keys.add(day_key(tokyo_date(self.published_at)))
        if self.author_id:
            keys.add(f"a{self.author_id}-posts")
        if self.category_id:
            keys.add(f"c{self.category_id}-posts")
            if self.category_id not in crowded:
                keys.add(SITE)  # every page has a link to each category that is in use
        return keys

    def note_change(self, old: "Surrogates | None", change: Change) -> None:
        """`old` is the row as it was before the save, with PLACED_BY; None for a new one."""
        now = timezone.now()
        was_public, is_public = bool(old) and old.is_public_at(now), self.is_public_at(now)
        if was_public or is_public:
            change.touch(self.surrogate_key, TEXTS)
            if not (was_public and is_public) or self._has_moved(old):
                change.touch(*self.surrogate_keys(), *(old._place_keys(_crowded([old])) if old else ()))
            if not is_public:
                change.remove(self.surrogate_key)
        if self._has_boundary(now) or (old and old._has_boundary(now)):
            change.touch(SCHEDULE)
            self._tell_network(now)

    def note_removal(self, change: Change) -> None:
        """The post is about to be deleted."""
        if self.is_public:
            change.touch(*self.surrogate_keys())
            change.remove(self.surrogate_key)
        elif self._has_boundary(timezone.now()):
            change.touch(SCHEDULE)

    def note_tags(self, tags, change: Change) -> None:
        """It has got other tags; `tags` are those of before and after."""
        if self.is_public:
            change.touch(*self.surrogate_keys(), *map(members_key, tags))
        elif self._has_boundary(timezone.now()):
            change.touch(SCHEDULE)
            self._tell_network(timezone.now())

    def _tell_network(self, now: datetime.datetime) -> None:
        """A content delivery network does not know when a post appears or expires by itself."""
        if settings.CDN_PURGE and self.status == "published":
            for moment in (self.published_at, self.expires_at):
                if moment and moment > now:
                    purge_later(self.surrogate_keys(), due_at=moment)

    def _has_moved(self, old: "Surrogates") -> bool:
        return any(getattr(self, name) != getattr(old, name) for name in PLACED_BY)

    def _has_boundary(self, now: datetime.datetime) -> bool:
        """Whether it appears or expires by itself."""
        coming = (self.published_at, self.expires_at)
        return self.status == "published" and any(moment and moment > now for moment in coming)


def keys_of_all(posts: Iterable[Surrogates]) -> dict[int, set[str]]:
    """The `surrogate_keys` of each, by its primary key; three queries for however many."""
    posts = list(posts)
    if not posts:
        return {}
    crowded, here = _crowded(posts), type(posts[0])._base_manager.filter(pk__in=[post.pk for post in posts])
    every = {POSTS, TEXTS, NEWEST, CORRECTIONS}
    keys = {post.pk: {post.surrogate_key, *every, *post._place_keys(crowded)} for post in posts}
    for pk, tag in here.filter(tagged_posts__isnull=False).values_list("pk", "tagged_posts__tag"):
        keys[pk].add(f"t{tag}-posts")
    for pk, chosen_by in here.filter(related_from__isnull=False).values_list("pk", "related_from__post"):
        keys[pk].add(f"p{chosen_by}")
    return keys


def _crowded(posts: list[Surrogates]) -> set[int]:
    """The categories of these posts in which at least FEW others stay."""
    staying = type(posts[0]).objects.public().filter(expires_at=None).exclude(pk__in=[p.pk for p in posts])
    last_of_few = staying.filter(category=OuterRef("pk")).order_by().values("pk")[FEW - 1 : FEW]
    categories = type(posts[0])._meta.get_field("category").related_model.objects
    found = categories.filter(pk__in={post.category_id for post in posts}).order_by()
    return set(found.annotate(last=Subquery(last_of_few)).exclude(last=None).values_list("pk", flat=True))
