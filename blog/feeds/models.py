"""What is remembered of each feed. `key` is that of its channel: `site`, `category/tech`, `tag/生成ai`."""

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


class FeedCheck(models.Model):
    """What the last look at a feed in one format found; a new look takes its place.

    `problems` are texts in the language of the desk; `size` is that of the document in bytes, uncompressed.
    """

    key = models.CharField(_("feed"), max_length=250)
    extension = models.CharField(_("format"), max_length=20)
    checked_at = models.DateTimeField(_("checked"))
    entries = models.PositiveIntegerField(_("articles"))
    newest_at = models.DateTimeField(_("last article"), null=True)
    size = models.PositiveIntegerField(_("bytes"))
    problems = models.JSONField(_("problems"), default=list)

    class Meta:
        verbose_name = _("feed check")
        verbose_name_plural = _("feed checks")
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["key", "extension"], name="feed_check_once")]

    def __str__(self):
        return f"{self.key}.{self.extension}"


class FeedDay(models.Model):
    """How often a feed was asked for on a Tokyo day, and how often the asker had it already."""

    key = models.CharField(_("feed"), max_length=250)
    extension = models.CharField(_("format"), max_length=20)
    day = models.DateField(_("day"))
    requests = models.PositiveIntegerField(_("requests"), default=0)
    not_modified = models.PositiveIntegerField(_("not modified"), default=0)

    class Meta:
        verbose_name = _("feed statistics")
        verbose_name_plural = _("feed statistics")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["key", "extension", "day"], name="feed_day_once"),
            models.CheckConstraint(
                condition=models.Q(not_modified__lte=models.F("requests")), name="feed_day_adds_up"
            ),
        ]

    def __str__(self):
        return f"{self.key}.{self.extension} {self.day}"


class FeedReader(models.Model):
    """A service that reads a feed for many people, and says in its User-Agent for how many.

    Only services are kept, no person: what does not tell a number of subscribers leaves no row.
    """

    key = models.CharField(_("feed"), max_length=250)
    extension = models.CharField(_("format"), max_length=20)
    name = models.CharField(_("service"), max_length=60)
    subscribers = models.PositiveIntegerField(_("subscribers"))
    seen_on = models.DateField(_("last seen"))

    class Meta:
        verbose_name = _("feed reader")
        verbose_name_plural = _("feed readers")
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["key", "extension", "name"], name="feed_reader_once")]

    def __str__(self):
        return self.name
