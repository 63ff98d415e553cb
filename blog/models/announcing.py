"""Telling those who follow the site, through the outbox, what readers see of a post appear, change or go."""

import datetime

from django.db import models
from django.utils import timezone

from blog.outbox.queue import cancel, tell

NEWS = datetime.timedelta(days=2)
SEEN_BY_READERS = (
    "title",
    "slug",
    "excerpt",
    "description",
    "cover_id",
    "category_id",
    "author_id",
    "html_digest",
    "status",
    "published_at",
    "expires_at",
    "last_modified_at",
)


class Announced(models.Model):
    """Of a post, which calls `announce` with every save, and `tell_readers_view` where it changes without."""

    class Meta:
        abstract = True

    def tell_readers_view(self) -> None:
        """Have hubs and search engines told that a public post changes or goes without being saved."""
        if self.is_public:
            self._tell_now([self.get_absolute_url()])

    def announce(self, old: "Announced | None") -> None:
        """Have hubs and search engines told when readers see the post appear, change or go.

        A post that is new here, but was published long ago, is no news. What is told of now, of a publication
        and of an expiry to come are three tasks: one that is told anew, or taken back, leaves the others.
        """
        now, task = timezone.now(), f"post/{self.pk}"
        was_public = old is not None and old.is_public_at(now)
        is_news = was_public  # and gone now
        if self.is_public_at(now):
            is_new = old is not None or self.published_at > now - NEWS
            is_news = is_new and any(getattr(self, n) != getattr(old, n, None) for n in SEEN_BY_READERS)
        if is_news:
            self._tell_now([old.get_absolute_url()] if was_public else [])
        if self.is_scheduled:
            payload = {"post": self.pk, "paths": []}
            tell("announce", f"{task}/publication", payload, due_at=self.published_at)
        elif old is not None and old.is_scheduled:
            cancel("announce", f"{task}/publication")
        if self.status == self.Status.PUBLISHED and self.expires_at is not None and self.expires_at > now:
            seen_at = [self.get_absolute_url()]
            tell("announce", f"{task}/expiry", {"post": self.pk, "paths": seen_at}, due_at=self.expires_at)

    def _tell_now(self, paths: list[str]) -> None:
        """`paths` are addresses at which readers saw it so far; those that are still to be told are kept."""
        tell("announce", f"post/{self.pk}", {"post": self.pk, "paths": paths}, adding_to="paths")
