"""Tasks that wait, are being worked on, are done or were given up."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

OPEN = Q(done_at__isnull=True, given_up_at__isnull=True)


class TaskQuerySet(models.QuerySet):
    def open(self):
        return self.filter(OPEN)

    def due(self, now=None):
        """Those that a worker may take: their time has come, and nobody works on them (any longer)."""
        now = now or timezone.now()
        return self.open().filter(Q(leased_until__isnull=True) | Q(leased_until__lte=now), due_at__lte=now)

    def done(self):
        return self.filter(done_at__isnull=False)

    def given_up(self):
        return self.filter(given_up_at__isnull=False)


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
            models.Index(fields=["due_at"], condition=OPEN, name="task_open_due"),
            models.Index(fields=["done_at"], name="task_done"),
        ]

    def __str__(self):
        return f"{self.kind}: {self.key}"
