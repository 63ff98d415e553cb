"""When a post is seen by its readers: the rule of `blog.querysets` for one post in memory."""

import datetime

from django.db import models
from django.utils import timezone


class TokyoDate(models.Func):
    """The Tokyo date of a timestamp, computed by the database. Japan has no daylight saving time."""

    output_field = models.DateField()
    arity = 1

    def as_sqlite(self, compiler, connection, **context):
        # Without the fraction, which SQLite would round up: to the next day, from 23:59:59.9995 on.
        template = "date(substr(%(expressions)s, 1, 19), '+9 hours')"
        return super().as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler, connection, **context):
        return super().as_sql(
            compiler, connection, template="((%(expressions)s AT TIME ZONE 'Asia/Tokyo')::date)", **context
        )


class TokyoMonth(TokyoDate):
    """The first day of its Tokyo month."""

    def as_sqlite(self, compiler, connection, **context):
        template = "date(substr(%(expressions)s, 1, 19), '+9 hours', 'start of month')"
        return models.Func.as_sql(self, compiler, connection, template=template, **context)

    def as_postgresql(self, compiler, connection, **context):
        template = "(date_trunc('month', %(expressions)s AT TIME ZONE 'Asia/Tokyo')::date)"
        return models.Func.as_sql(self, compiler, connection, template=template, **context)


class Visible(models.Model):
    """Told from `status`, `published_at`, `expires_at` and `last_modified_at`."""

    class Meta:
        abstract = True

    def is_public_at(self, now: datetime.datetime) -> bool:
        return (
            self.status == "published"
            and self.published_at is not None
            and self.published_at <= now
            and (self.expires_at is None or self.expires_at > now)
        )

    @property
    def is_public(self) -> bool:
        return self.is_public_at(timezone.now())

    @property
    def is_scheduled(self) -> bool:
        return (
            self.status == "published"
            and self.published_at is not None
            and self.published_at > timezone.now()
        )

    @property
    def is_gone(self) -> bool:
        """It was public and is no longer (withdrawn or expired): its address answers 410."""
        now = timezone.now()
        was_due = self.published_at is not None and self.published_at <= now
        return was_due and self.status in {"published", "withdrawn"} and not self.is_public_at(now)

    # The date that readers, feeds and search engines see as that of the last change. Mending a typo does not
    # move it; an editorial change and a correction do. As a filter it is querysets.last_change.

    @property
    def changed_at(self) -> datetime.datetime | None:
        """When it was published, or changed for its readers since."""
        return self.published_at and max(self.published_at, self.last_modified_at or self.published_at)

    @property
    def was_changed(self) -> bool:
        return self.published_at is not None and self.changed_at > self.published_at

    def mark_changed(self, at: datetime.datetime | None = None) -> None:
        """An editorial change, now or `at` that moment. Does not save; the date never goes back."""
        at = at or timezone.now()
        self.last_modified_at = max(at, self.last_modified_at or at)
