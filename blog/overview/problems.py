"""What the desk warns of: public posts that want looking after."""

import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.db.models.lookups import LessThan
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from blog.models import DeadLink
from blog.querysets import PostQuerySet, public_filter

UNTOUCHED_FOR = datetime.timedelta(days=365)


class Problem(models.TextChoices):
    DEAD_LINKS = "dead_links", _("Dead internal links")
    NO_DESCRIPTION = "no_description", _("No meta description")
    NO_COVER = "no_cover", _("No cover image")
    NO_ALT = "no_alt", _("Cover without alternative text")
    STALE = "stale", _("Pillar or featured, untouched for a year")


def has_problem(problem: Problem, now: datetime.datetime | None = None) -> Q:
    """The condition by which the database finds the public posts with this problem."""
    now = now or timezone.now()
    touched = Coalesce("last_modified_at", "published_at")
    return (
        public_filter(now=now)
        & {
            Problem.DEAD_LINKS: Q(Exists(DeadLink.objects.filter(post=OuterRef("pk")))),
            Problem.NO_DESCRIPTION: Q(description=""),
            Problem.NO_COVER: Q(cover=None),
            Problem.NO_ALT: Q(cover__alt=""),
            Problem.STALE: (Q(is_pillar=True) | Q(featured=True)) & Q(LessThan(touched, now - UNTOUCHED_FOR)),
        }[problem]
    )


def with_problem(posts: PostQuerySet, problem: Problem) -> PostQuerySet:
    return posts.filter(has_problem(problem))
