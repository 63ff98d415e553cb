from django.db import models

from blog.audit.models import Action, AuditEntry


def record(user, action: str, target: models.Model | None = None, **details) -> AuditEntry:
    """Write down that `user` did `action` to `target`, in the transaction of the caller.

    `user` is None for a command that nobody signed in for. `action` is one of `models.Action`, else
    ValueError. `details` hold what JSON can hold: names, numbers, moments as ISO text.
    """
    return AuditEntry.objects.create(
        user=user,
        username=user.get_username() if user else "",
        action=Action(action).value,
        target_type=target._meta.model_name if target else "",
        target_id=str(target.pk) if target else "",
        target=str(target)[:300] if target else "",
        details=details,
    )
