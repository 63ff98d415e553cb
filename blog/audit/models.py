"""The audit log: entries are added, and never changed."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Action(models.TextChoices):
    PUBLISHED = "published", _("Published")
    SCHEDULED = "scheduled", _("Scheduled")
    UNSCHEDULED = "unscheduled", _("Schedule cancelled")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    DELETED = "deleted", _("Deleted")
    RESTORED = "restored", _("Restored")
    MERGED = "merged", _("Merged")
    MERGE_UNDONE = "merge_undone", _("Merge undone")
    RENAMED = "renamed", _("Renamed")
    REPLACED = "replaced", _("Picture replaced")
    ROLE_CHANGED = "role_changed", _("Role changed")
    SECOND_FACTOR_CHANGED = "second_factor_changed", _("Second factor changed")
    PASSWORD_CHANGED = "password_changed", _("Password changed")
    SECOND_FACTOR_RESET = "second_factor_reset", _("Second factor reset")
    SESSIONS_ENDED = "sessions_ended", _("Sessions ended")
    PREVIEW_SHARED = "preview_shared", _("Preview link made")
    EXPORTED = "exported", _("Exported")
    IMPORTED = "imported", _("Imported")
    HISTORY_PRUNED = "history_pruned", _("History pruned")


class AuditQuerySet(models.QuerySet):
    def update(self, **fields):
        raise PermissionDenied("The audit log is not changed.")

    def delete(self):
        raise PermissionDenied("The audit log is not shortened.")


class AuditEntry(models.Model):
    """One act. Names are kept as text, too: they outlive the account and the row they name."""

    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="+",
        verbose_name=_("account"),
    )
    username = models.CharField(_("who"), max_length=150, blank=True)
    action = models.CharField(_("what"), max_length=30)
    target_type = models.CharField(_("kind"), max_length=50, blank=True)
    target_id = models.CharField(max_length=50, blank=True)
    target = models.CharField(_("of what"), max_length=300, blank=True)
    details = models.JSONField(_("details"), default=dict)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        default_permissions = ("view",)
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        constraints = [models.CheckConstraint(condition=~models.Q(action=""), name="audit_action_not_empty")]
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            models.Index(fields=["target_type", "target_id"], name="audit_target"),
        ]

    def __str__(self):
        return f"{self.get_action_display()}: {self.target}" if self.target else self.get_action_display()

    def get_action_display(self) -> str:
        return str(Action(self.action).label) if self.action in Action.values else self.action

    def save(self, **kwargs):
        if not self._state.adding:
            raise PermissionDenied("The audit log is not changed.")
        super().save(**kwargs)

    def delete(self, **kwargs):
        raise PermissionDenied("The audit log is not shortened.")
