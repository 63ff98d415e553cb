"""What is remembered of each feed."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FeedState(models.Model):
    """The first page of one feed, in all its formats: a digest of what it holds, and since when.

    It is brought up to date by the first request after a change, and lets a feed say Last-Modified
    truthfully: withdrawing or deleting a post changes no date of those that remain.
    """

    key = models.CharField(_("feed"), max_length=250, unique=True)
    digest = models.CharField(max_length=64)
    changed_at = models.DateTimeField(_("last change"))

    class Meta:
        verbose_name = _("feed")
        verbose_name_plural = _("feeds")
        constraints = [models.CheckConstraint(condition=~models.Q(key=""), name="feed_key_not_empty")]

    def __str__(self):
        return self.key
