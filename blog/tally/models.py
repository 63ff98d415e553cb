"""The rows that the triggers keep."""

import datetime

from django.db import models

FOR_EVER = datetime.datetime(9999, 12, 30, tzinfo=datetime.UTC)  # `until` of posts that do not expire
ALL_DAYS = datetime.date(1, 1, 1)  # `first` of the rows that count all days


class Tally(models.Model):
    """How many posts of a scope have the status published, by Tokyo day and by moment of expiry; and how many
    corrections are of such posts, by the day from which on they can be seen.

    Posts whose hour has not come are counted too: their number changes by a write, never by itself. A reader
    of the table takes the rows whose `until` has not come, and takes off the posts that are still waiting.
    `scope` and `ref` name the site (0), a category, an author or a tag, or all corrections (0); `first` is
    the first day of the
    `unit`. Tags are counted by month alone: by day there would be nearly as many rows as taggings.

    On PostgreSQL several rows may hold parts of one number, so that nobody waits for anybody else's; a
    number is always a sum.
    """

    class Scope(models.IntegerChoices):
        SITE = 0
        CATEGORY = 1
        AUTHOR = 2
        TAG = 3
        CORRECTIONS = 4

    class Unit(models.IntegerChoices):
        ALL = 0
        MONTH = 1
        DAY = 2

    scope = models.PositiveSmallIntegerField(choices=Scope)
    ref = models.BigIntegerField(default=0)
    unit = models.PositiveSmallIntegerField(choices=Unit)
    until = models.DateTimeField(default=FOR_EVER)
    first = models.DateField()
    count = models.IntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.get_scope_display()} {self.ref}, {self.get_unit_display()} {self.first}: {self.count}"
