"""Every step a post can take from state to state, and the one place that allows or refuses it.

`perform` takes a step. `refuse` tells beforehand whether it would be refused, for a form that still holds
unsaved text.
"""

import datetime
from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blog.audit import record
from blog.models import Post, Transition
from blog.workflow import roles
from blog.workflow.checks import Finding, check
from blog.workflow.states import SEEN_BY_READERS, State, state_of

Text = str | Promise


@dataclass(frozen=True, kw_only=True, eq=False)  # compared by identity: texts change with the language
class Step:
    """A declaration. `done` is what the timeline says, `not_from_here` why other states are refused.

    `date` says what becomes of `published_at`: it is kept, or must be a moment that has "passed", is in the
    "future", or may be "any". `checked` steps need the checks before publishing.
    """

    name: str
    label: Text
    done: Text
    sources: frozenset[State]
    status: Post.Status
    allows: Callable[..., bool]
    denied: Text
    not_from_here: Text
    date: str = ""
    checked: bool = False
    needs_note: bool = False
    audit: str = ""


_REVIEWERS = {
    "allows": roles.may_review,
    "denied": gettext_lazy("Your account may not return posts."),
}
_PUBLISHERS = {
    "allows": roles.may_publish,
    "denied": gettext_lazy("Your account may not publish or withdraw posts."),
}
_WAITING = gettext_lazy("The post is not waiting for a review.")
_SCHEDULED_ONLY = gettext_lazy("The post is not scheduled.")
_OUT_ALREADY = gettext_lazy("Already published, or expired.")

SUBMIT = Step(
    name="submit",
    label=gettext_lazy("Send to review"),
    done=gettext_lazy("Sent to review"),
    sources=frozenset({State.DRAFT}),
    status=Post.Status.IN_REVIEW,
    allows=roles.may_edit,
    denied=gettext_lazy("Your account may not hand in this post."),
    not_from_here=gettext_lazy("Only a draft can be sent to review."),
)
RECALL = Step(
    name="recall",
    label=gettext_lazy("Take back from review"),
    done=gettext_lazy("Taken back from review"),
    sources=frozenset({State.IN_REVIEW}),
    status=Post.Status.DRAFT,
    allows=roles.may_recall,
    denied=gettext_lazy("Only its writer can take a post back."),
    not_from_here=_WAITING,
)
RETURN = Step(
    name="return",
    label=gettext_lazy("Return with the note"),
    done=gettext_lazy("Returned"),
    sources=frozenset({State.IN_REVIEW}),
    status=Post.Status.DRAFT,
    not_from_here=_WAITING,
    needs_note=True,
    **_REVIEWERS,
)
PUBLISH = Step(
    name="publish",
    label=gettext_lazy("Publish now"),
    done=gettext_lazy("Published"),
    sources=frozenset({State.DRAFT, State.IN_REVIEW, State.SCHEDULED, State.WITHDRAWN}),
    status=Post.Status.PUBLISHED,
    not_from_here=_OUT_ALREADY,
    date="passed",
    checked=True,
    audit="published",
    **_PUBLISHERS,
)
SCHEDULE = Step(
    name="schedule",
    label=gettext_lazy("Schedule"),
    done=gettext_lazy("Scheduled"),
    sources=frozenset({State.DRAFT, State.IN_REVIEW, State.WITHDRAWN}),
    status=Post.Status.PUBLISHED,
    not_from_here=gettext_lazy("Already published, scheduled or expired."),
    date="future",
    checked=True,
    audit="scheduled",
    **_PUBLISHERS,
)
RESCHEDULE = Step(
    name="reschedule",
    label=gettext_lazy("Reschedule"),
    done=gettext_lazy("Rescheduled"),
    sources=frozenset({State.SCHEDULED}),
    status=Post.Status.PUBLISHED,
    not_from_here=_SCHEDULED_ONLY,
    date="future",
    audit="scheduled",
    **_PUBLISHERS,
)
UNSCHEDULE = Step(
    name="unschedule",
    label=gettext_lazy("Cancel the schedule"),
    done=gettext_lazy("Schedule cancelled"),
    sources=frozenset({State.SCHEDULED}),
    status=Post.Status.DRAFT,
    not_from_here=_SCHEDULED_ONLY,
    audit="unscheduled",
    **_PUBLISHERS,
)
REDATE = Step(
    name="redate",
    label=gettext_lazy("Change the date"),
    done=gettext_lazy("Date changed"),
    sources=SEEN_BY_READERS,
    status=Post.Status.PUBLISHED,
    not_from_here=gettext_lazy("The post is not published."),
    date="passed",
    audit="published",
    **_PUBLISHERS,
)
UPDATE = Step(  # with the working draft's button; what it changes for readers is not held up by the checks
    name="update",
    label=gettext_lazy("Publish the changes"),
    done=gettext_lazy("Changes published"),
    sources=frozenset({State.SCHEDULED, *SEEN_BY_READERS}),
    status=Post.Status.PUBLISHED,
    not_from_here=gettext_lazy("The post is not published."),
    audit="published",
    **_PUBLISHERS,
)
WITHDRAW = Step(
    name="withdraw",
    label=gettext_lazy("Withdraw"),
    done=gettext_lazy("Withdrawn"),
    sources=frozenset({State.SCHEDULED, *SEEN_BY_READERS}),
    status=Post.Status.WITHDRAWN,
    not_from_here=gettext_lazy("Only a published post can be withdrawn."),
    audit="withdrawn",
    **_PUBLISHERS,
)
REOPEN = Step(
    name="reopen",
    label=gettext_lazy("Make it a draft again"),
    done=gettext_lazy("Made a draft again"),
    sources=frozenset({State.WITHDRAWN}),
    status=Post.Status.DRAFT,
    not_from_here=gettext_lazy("Only a withdrawn post can become a draft again."),
    **_PUBLISHERS,
)

STEPS = {
    step.name: step
    for step in (
        SUBMIT,
        RECALL,
        RETURN,
        PUBLISH,
        SCHEDULE,
        RESCHEDULE,
        UNSCHEDULE,
        REDATE,
        WITHDRAW,
        REOPEN,
    )
}


def pressed(data) -> str:
    """The name of the step whose button is in the data of a form; empty if none is."""
    return next((name for name in ("publish_now", *STEPS) if f"_{name}" in data), "")


def steps_from(post: Post, user) -> list[Step]:
    """What this user can do next with a post as it is stored."""
    state = state_of(post)
    return [step for step in STEPS.values() if state in step.sources and step.allows(user, post)]


def publishing_step(at: datetime.datetime | None) -> Step:
    """The step that brings a post out at that moment (None: now)."""
    return SCHEDULE if at is not None and at > timezone.now() else PUBLISH


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
    open_warnings = [finding.summary for finding in findings if finding.key not in confirmed]
    if open_warnings:
        text = _("Please confirm: %(warning)s")
        raise ValidationError([text % {"warning": warning} for warning in open_warnings], code="unconfirmed")
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
    target.status = step.status
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
