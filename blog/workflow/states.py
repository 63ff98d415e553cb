"""What the newsroom calls the state of a post: its status, seen at this moment."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from blog.models import Post


class State(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    SCHEDULED = "scheduled", _("Scheduled")
    PUBLIC = "public", _("Public")
    EXPIRED = "expired", _("Expired")
    WITHDRAWN = "withdrawn", _("Withdrawn")


UNPUBLISHED = frozenset({State.DRAFT, State.IN_REVIEW})
SEEN_BY_READERS = frozenset({State.PUBLIC, State.EXPIRED})


def state_of(post: Post) -> State:
    if post.is_public:
        return State.PUBLIC
    if post.is_scheduled:
        return State.SCHEDULED
    return State.EXPIRED if post.status == Post.Status.PUBLISHED else State(post.status)
