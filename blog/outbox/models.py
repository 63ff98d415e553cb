"""Tasks that wait, are being worked on, are done or were given up."""

import datetime

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

OPEN = Q(done_at__isnull=True, given_up_at__isnull=True)
RECENT = datetime.timedelta(days=7)
TOO_OFTEN = 6  # attempts


def late_since(now: datetime.datetime) -> datetime.datetime:
    """What was due before this moment should have been worked on."""
    return now - datetime.timedelta(seconds=settings.OUTBOX_IS_LATE_AFTER)


def due_filter(now: datetime.datetime) -> Q:
    return OPEN & Q(due_at__lte=now) & (Q(leased_until__isnull=True) | Q(leased_until__lte=now))


class TaskQuerySet(models.QuerySet):
    def open(self):
        return self.filter(OPEN)

    def due(self, now=None):
        """Those that a worker may take: their time has come, and nobody works on them (any longer)."""
        return self.filter(due_filter(now or timezone.now()))

    def done(self):
        return self.filter(done_at__isnull=False)

    def given_up(self):
        return self.filter(given_up_at__isnull=False)

    def late(self, now):
        """Those that have been due for OUTBOX_LATE_MINUTES, while no worker has begun anything.

        A long queue that is being worked off (the pictures of an import) is not late.
        """
        since = late_since(now)
        return self.due(since).exclude(Exists(Task.objects.filter(attempted_at__gt=since)))

    def failing(self, now):
        """Those that were given up in the last days, or have failed for about a quarter of an hour."""
        return self.filter(Q(given_up_at__gt=now - RECENT) | OPEN & Q(attempts__gte=TOO_OFTEN))

    @transaction.atomic
    def send_again(self) -> int:
        """What was given up waits again; how many that was. The same told since, or twice, waits once."""
        waiting = set(Task.objects.open().values_list("kind", "key"))
        again = []
        for task in self.given_up().only("kind", "key").order_by("-pk"):
            if (task.kind, task.key) not in waiting:
                waiting.add((task.kind, task.key))
                again.append(task.pk)
        for start in range(0, len(again), 500):
            some = Task.objects.given_up().filter(pk__in=again[start : start + 500])
            some.update(given_up_at=None, attempts=0, due_at=timezone.now())
        return len(again)


class Task(models.Model):
    """`kind` names the handler, `key` what it is about: of each there is one open task.

    `revision` counts how often the task was told: one that is told again while a worker is at it is worked
    once more.
    """

    kind = models.CharField(_("kind"), max_length=30)
    key = models.CharField(_("about"), max_length=1000)
    payload = models.JSONField(_("payload"), default=dict)
    created_at = models.DateTimeField(_("told"), default=timezone.now)
    due_at = models.DateTimeField(_("due"))
    revision = models.PositiveIntegerField(default=1)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    attempted_at = models.DateTimeField(_("last attempt"), null=True)
    leased_until = models.DateTimeField(_("in work until"), null=True)
    last_error = models.TextField(_("last error"), blank=True)
    done_at = models.DateTimeField(_("done"), null=True)
    given_up_at = models.DateTimeField(_("given up"), null=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["-due_at", "-pk"]
        verbose_name = _("task")
        verbose_name_plural = _("outbox")
        default_permissions = ("view", "change")
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], condition=OPEN, name="task_open_once"),
            models.CheckConstraint(condition=~Q(kind=""), name="task_has_kind"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(given_up_at__isnull=True), name="task_ends_once"
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "due_at", "id"], condition=OPEN, name="task_open_by_kind"),
            models.Index(fields=["attempted_at"], name="task_attempted"),
            # Partial, or SQLite would look for open tasks in it, and sort them all to find the next one.
            models.Index(fields=["done_at"], condition=Q(done_at__isnull=False), name="task_done"),
            models.Index(
                fields=["given_up_at"], condition=Q(given_up_at__isnull=False), name="task_given_up"
            ),
        ]

    def __str__(self):
        return f"{self.kind}: {self.key}"
