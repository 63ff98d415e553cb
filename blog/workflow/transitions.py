"""The one place that allows or refuses a step from state to state, and takes it.

`perform` takes a step. `refuse` tells beforehand whether it would be refused, for a form that still holds
unsaved text.
"""

import datetime
from collections.abc import Collection

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from blog.audit import record
from blog.models import Post, Transition
from blog.workflow.checks import Finding, check
from blog.workflow.states import State, state_of
from blog.workflow.steps import STEPS, Step


def steps_from(post: Post, user) -> list[Step]:
    """What this user can do next with a post as it is stored."""
    state = state_of(post)
    return [step for step in STEPS.values() if state in step.sources and step.allows(user, post)]


def refuse(
    post: Post,
    step: Step,
    *,
    state: State,
    user,
    note: str = "",
    at: datetime.datetime | None = None,
    confirmed: Collection[str] = (),
) -> list[Finding]:
    """Raise PermissionDenied or ValidationError if the step cannot be taken from `state`.

    Else the warnings that the user has confirmed with it (`confirmed` holds their keys).
    """
    if not step.allows(user, post):
        raise PermissionDenied(str(step.denied))
    if state not in step.sources:
        raise ValidationError(str(step.not_from_here), code="state")
    if step.needs_note and not note.strip():
        raise ValidationError({"note": _("Say in the note what is to be done.")})
    if step.date == "future" and (at is None or at <= timezone.now()):
        raise ValidationError({"published_at": _("This moment has passed. Choose one in the future.")})
    if step.date == "passed" and at is not None and at > timezone.now():
        raise ValidationError(
            {"published_at": _("This moment is in the future. Withdraw the post, then schedule it.")}
        )
    return _passed_checks(post, at, confirmed) if step.checked else []


def _passed_checks(post: Post, at, confirmed: Collection[str]) -> list[Finding]:
    findings = check(post, at)
    errors = [finding.summary for finding in findings if finding.blocks]
    if errors:
        raise ValidationError(errors, code="checks")
    text = _("Please confirm: %(warning)s")
    unconfirmed = [
        ValidationError(text, code="unconfirmed", params={"warning": finding.summary, "key": finding.key})
        for finding in findings
        if finding.key not in confirmed
    ]
    if unconfirmed:
        raise ValidationError(unconfirmed)
    return findings


@transaction.atomic
def perform(
    post: Post,
    step: Step,
    *,
    user,
    note: str = "",
    at: datetime.datetime | None = None,
    confirmed: Collection[str] = (),
    edited: bool = False,
) -> Transition:
    """Take the step from the state that is stored now, with the row locked, and write it down.

    `at` is the moment of publication where the step has one; publishing without it keeps a date that has
    passed, or else dates the post now. `edited` says that `post` holds text that is saved with the step;
    else it may be stale, and only its state and date change. Raises PermissionDenied, or ValidationError in
    the user's language; then nothing has changed.
    """
    note = note.strip()
    stored = Post.objects.select_for_update().filter(pk=post.pk).first() if post.pk else Post()
    if stored is None:
        raise ValidationError(_("The post was deleted meanwhile."))
    before = state_of(stored)
    target = post if edited else stored
    target.status = stored.status
    warnings = refuse(target, step, state=before, user=user, note=note, at=at, confirmed=confirmed)
    target.status = step.becomes
    if step.date:
        now = timezone.now()
        kept = stored.published_at if stored.published_at and stored.published_at <= now else now
        target.published_at = at or kept
        target.full_clean()
    target.save(update_fields=None if edited else ["status", "published_at"])
    taken = target.transitions.create(
        name=step.name,
        from_state=before,
        to_state=state_of(target),
        user=user,
        username=user.get_username(),
        note=note,
        moment=target.published_at if step.date else None,
        confirmed=[{"check": finding.key, "text": finding.summary} for finding in warnings],
    )
    if step.audit:
        details = {"note": note, "confirmed": [finding.summary for finding in warnings]}
        if taken.moment:
            details["moment"] = taken.moment.isoformat()
        record(user, step.audit, target, **{name: value for name, value in details.items() if value})
    if not edited:
        post.refresh_from_db(fields=["status", "published_at", "updated_at"])
    return taken
