"""The questions that the site asks of its tables. The gate (what a reader may see) is only here."""

import datetime

from django.conf import settings
from django.db import models, transaction
from django.db.models import Count, Q
from django.utils import timezone

from blog.naming import NAME_LENGTH, name_key, normalise_name
from blog.search import index


def public_filter(prefix: str = "", now: datetime.datetime | None = None) -> Q:
    """The rule of visibility as a filter; `prefix` leads to the post from another table (`"posts__"`).

    A post is public when its status is published, its `published_at` has come, and its `expires_at`,
    if it has one, has not. `Post.is_public` is the same rule for one post in memory.
    """
    now = now or timezone.now()
    alive = Q(**{f"{prefix}expires_at__isnull": True}) | Q(**{f"{prefix}expires_at__gt": now})
    return Q(**{f"{prefix}status": "published", f"{prefix}published_at__lte": now}) & alive


class PostQuerySet(models.QuerySet):
    def public(self, now: datetime.datetime | None = None):
        """Only what readers may see at `now` (default: this moment)."""
        return self.filter(public_filter(now=now))

    def delete(self):
        with transaction.atomic():
            index.remove(self.order_by().values_list("pk", flat=True))
            return super().delete()

    def scheduled(self, now: datetime.datetime | None = None):
        """Published, but for a moment that has not come."""
        return self.filter(status="published", published_at__gt=now or timezone.now())

    def expired(self, now: datetime.datetime | None = None):
        """Published once, but past its last moment."""
        return self.filter(status="published", expires_at__lte=now or timezone.now())

    def newest_first(self):
        return self.order_by("-published_at", "-pk")

    def with_card_data(self):
        """What a card in a list shows, in one query and without the article's text."""
        return self.select_related("category", "author", "cover").defer(
            "body", "body_html", "toc", "front_matter"
        )

    def with_page_data(self):
        """What a post's own page shows of it, in one query and without the Markdown it was made from."""
        sources = ["body", "front_matter"]
        unread = [f"pillar__{name}" for name in (*sources, "body_html", "toc")]
        return self.select_related("category", "author", "cover", "pillar").defer(*sources, *unread)

    def before(self, post):
        """Older than `post`, the newest of them first."""
        return (
            self.filter(published_at__lte=post.published_at)
            .exclude(published_at=post.published_at, pk__gte=post.pk)
            .newest_first()
        )

    def after(self, post):
        """Newer than `post`, the oldest of them first."""
        return (
            self.filter(published_at__gte=post.published_at)
            .exclude(published_at=post.published_at, pk__lte=post.pk)
            .order_by("published_at", "pk")
        )

    def between(self, start: datetime.datetime, end: datetime.datetime):
        """`published_at` from `start` up to, but without, `end`."""
        return self.filter(published_at__gte=start, published_at__lt=end)

    def in_sitemap(self):
        """What search engines may list: not hidden from them, and not first published on another site."""
        here = Q(canonical_url="") | Q(canonical_url__startswith=f"{settings.SITE_URL}/")
        return self.filter(here, in_sitemap=True, noindex=False)


class NamedQuerySet(models.QuerySet):
    """Categories, authors and tags; the model says in `posts_path` how its posts are reached."""

    def with_public_counts(self):
        """Adds `public_posts`, the number of posts a reader can see."""
        path = self.model.posts_path
        return self.annotate(public_posts=Count(path, filter=public_filter(f"{path}__"), distinct=True))

    def in_use(self):
        """Only those with a public post, with counts."""
        return self.with_public_counts().filter(public_posts__gt=0)

    def for_names(self, names) -> list:
        """The rows of these names, in their order and each once, made where they are missing.

        A name is found again whatever its width or case. Names that are empty or too long after
        normalisation raise ValueError.
        """
        names = [normalise_name(name) for name in names]
        if not all(names):
            raise ValueError("A name is empty.")
        too_long = [name for name in names if len(name) > NAME_LENGTH]
        if too_long:
            raise ValueError(f"A name is longer than {NAME_LENGTH} characters: {too_long[0]}")
        keys = list(dict.fromkeys(map(name_key, names)))
        found = {row.key: row for row in self.filter(key__in=keys)}
        for name in names:
            key = name_key(name)
            if key not in found:
                found[key], _ = self.get_or_create(key=key, defaults={"name": name})
        return [found[key] for key in keys]
