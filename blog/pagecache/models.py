"""The purges of the last day. They are written with the change that makes them necessary, or not at all."""

import datetime

from django.db import models
from django.utils import timezone

KEPT = datetime.timedelta(days=1)  # longer than any page is kept (policy.LONGEST)


class CurrentTransaction(models.Func):
    """PostgreSQL's number of the transaction; 0 on SQLite, which has one writer at a time.

    https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-SNAPSHOT
    """

    template = "0"
    output_field = models.BigIntegerField()

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="(pg_current_xact_id()::text::bigint)", **context)


class PurgeQuerySet(models.QuerySet):
    def forgettable(self, now: datetime.datetime | None = None):
        return self.filter(created_at__lt=(now or timezone.now()) - KEPT)


class Purge(models.Model):
    """All pages with one of `keys` (separated by spaces) are stale.

    Those with one of `gone` (`site`: all) shall not be seen again even if nothing else can be had. On
    PostgreSQL a lower number may become visible after a higher one; `transaction` tells whether that can
    still happen.
    """

    keys = models.TextField()
    gone = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    transaction = models.BigIntegerField(db_default=CurrentTransaction(), db_index=True)

    objects = PurgeQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self):
        return self.keys
