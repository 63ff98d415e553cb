"""The questions that the site asks of its tables. The gate (what a reader may see) is only here."""

import datetime

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import F, OuterRef, Q
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from blog.naming import NAME_LENGTH, name_key, normalise_name
from blog.pagecache.keys import SITE
from blog.pagecache.purging import changing
from blog.search import index
from blog.tally.counts import published, waiting


def is_key(value) -> bool:
    """Whether the value can be a primary key (64 bits)."""
    return str(value).isdecimal() and len(str(value)) < 19


def public_filter(prefix: str = "", now: datetime.datetime | None = None, moment: str = "published_at") -> Q:
    """The rule of visibility as a filter; `prefix` leads to the post from another table (`"posts__"`), and
    `moment` names the field that holds from when on readers see it.

    A post is public when its status is published, its `published_at` has come, and its `expires_at`,
    if it has one, has not. `Post.is_public` is the same rule for one post in memory.
    """
    now = now or timezone.now()
    alive = Q(**{f"{prefix}expires_at__isnull": True}) | Q(**{f"{prefix}expires_at__gt": now})
    return Q(**{f"{prefix}status": "published", f"{prefix}{moment}__lte": now}) & alive


def scheduled_filter(now: datetime.datetime | None = None, moment: str = "published_at") -> Q:
    """Published, but for a moment that has not come; in memory `Post.is_scheduled`."""
    return Q(status="published", **{f"{moment}__gt": now or timezone.now()})


def written_filter(user) -> Q:
    """Begun by the user, or with a byline that is linked to the user's account."""
    return Q(author__user=user.pk) | Q(created_by=user.pk)


def last_change(prefix: str = ""):
    """When a post last changed for its readers (`prefix`: see public_filter); in memory `Post.changed_at`."""
    published = F(f"{prefix}published_at")
    return Greatest(published, Coalesce(F(f"{prefix}last_modified_at"), published))


class PostQuerySet(models.QuerySet):
    def update(self, **values):
        """As Django's; who has one of these posts open is told that it has changed."""
        return super().update(**{"version": F("version") + 1} | values)

    update.alters_data = True

    def public(self, now: datetime.datetime | None = None):
        """Only what readers may see at `now` (default: this moment)."""
        return self.filter(public_filter(now=now))

    def delete(self):
        """As Django's; what is told of is what goes, though others publish it, or more like it, meanwhile."""
        with changing() as change:
            posts = self.model._base_manager.filter(pk__in=self.order_by().values("pk")).order_by("pk")
            keys = []
            for post in posts.select_for_update():
                post.tell_readers_view()
                post.note_removal(change)
                if keys:  # many may leave a category empty that none of them would
                    change.touch(SITE)
                keys.append(post.pk)
            index.remove(keys)
            return self.model._base_manager.filter(pk__in=keys).delete()

    def scheduled(self, now: datetime.datetime | None = None):
        """Published, but for a moment that has not come."""
        return self.filter(scheduled_filter(now))

    def expiring(self, now: datetime.datetime | None = None):
        """Published, with a last moment that has not come."""
        return self.filter(status="published", expires_at__gt=now or timezone.now())

    def expired(self, now: datetime.datetime | None = None):
        """Published once, but past its last moment."""
        return self.filter(status="published", expires_at__lte=now or timezone.now())

    def written_by(self, user):
        return self.filter(written_filter(user))

    def in_any(self, *keys):
        """Whose primary keys are in one of these queries, which may be sliced.

        As an OR of INs, PostgreSQL would compare every post with each of them.
        """
        posts = self.model._base_manager.order_by()
        first, *others = (posts.filter(pk__in=part).values("pk") for part in keys)
        return self.filter(pk__in=first.union(*others, all=True))

    def newest_first(self):
        return self.order_by("-published_at", "-pk")

    def with_card_data(self):
        """What a card in a list shows, in one query and nothing else: rows are most of a list's cost."""
        return self.select_related("category", "cover").only(
            *("title", "slug", "excerpt", "reading_minutes", "featured"),
            *("status", "published_at", "expires_at"),
            *("category__name", "category__slug", "category__position"),
            *("cover__file", "cover__width", "cover__height", "cover__sha256", "cover__rendition_widths"),
        )

    def without_text(self):
        """For the newsroom's lists: everything but the article's text, in one query."""
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
        """Adds `public_posts`, the number of posts a reader can see; no post that they can see is read."""
        relation = self.model._meta.get_field(self.model.posts_path.partition("__")[0])
        own = {relation.field.name: OuterRef("pk")}
        now = timezone.now()
        scheduled = relation.related_model._base_manager.filter(scheduled_filter(now), **own)
        return self.annotate(public_posts=published(self.model.tally_scope, now) - waiting(scheduled))

    def in_use(self):
        """Only those with a public post, with counts."""
        return self.with_public_counts().filter(public_posts__gt=0)

    def found_as(self, keys) -> dict:
        """The rows that have one of these keys among their spellings, by that key."""
        return self._found(keys, "key", "spellings__key")

    def at(self, slugs) -> dict:
        """The rows to which these slugs lead, by slug; a row's own slug may have become another."""
        return self._found(slugs, "slug", "addresses__slug")

    def _found(self, values, own: str, other: str) -> dict:
        found = {getattr(row, own): row for row in self.filter(**{f"{own}__in": values})}
        missing = [value for value in values if value not in found]
        if missing:
            others = self.filter(**{f"{other}__in": missing}).annotate(found_by=F(other))
            found |= {row.found_by: row for row in others}
        return found

    def for_names(self, names) -> list:
        """The rows of these names, in their order and each once, made where they are missing.

        A name is found again whatever its width or case, and also as an alias. Names that are empty or
        too long after normalisation raise ValueError.
        """
        names = [normalise_name(name) for name in names]
        if not all(names):
            raise ValueError("A name is empty.")
        too_long = [name for name in names if len(name) > NAME_LENGTH]
        if too_long:
            raise ValueError(f"A name is longer than {NAME_LENGTH} characters: {too_long[0]}")
        wanted = {}
        for name in names:
            wanted.setdefault(name_key(name), name)
        found = self.found_as(wanted)
        for key, name in wanted.items():
            if key not in found:
                found[key] = self._find_or_make(name)
        return list(dict.fromkeys(found[name_key(name)] for name in names))

    def _find_or_make(self, name: str):
        try:
            with transaction.atomic(using=self.db):
                return self.create(name=name)
        except IntegrityError:  # somebody made it in this very moment
            found = self.found_as([name_key(name)])
            if not found:
                raise
            return found[name_key(name)]

    def bulk_create(self, rows, **options):
        """With the spelling and the address of each row, which `save` would write."""
        with transaction.atomic(using=self.db):
            made = super().bulk_create(rows, **options)
            for relation, names in (("spellings", ("name", "key")), ("addresses", ("slug",))):
                related = getattr(self.model, relation).rel.related_model
                related.objects.bulk_create(
                    related(row=row, **{name: getattr(row, name) for name in names}) for row in made
                )
        return made
