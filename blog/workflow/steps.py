"""Every step that a post can take from state to state, as declarations."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from blog.models import Post
from blog.workflow import roles
from blog.workflow.states import SEEN_BY_READERS, State

Text = str | Promise


@dataclass(frozen=True, kw_only=True, eq=False)  # compared by identity: texts change with the language
class Step:
    """A declaration. `becomes` is the status that the step writes, `done` is what the timeline says,
    `not_from_here` why other states are refused.

    `date` says what becomes of `published_at`: it is kept, or must be a moment that has "passed", is in the
    "future", or may be "any". `checked` steps need the checks before publishing.
    """

    name: str
    label: Text
    done: Text
    sources: frozenset[State]
    becomes: Post.Status
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
    becomes=Post.Status.IN_REVIEW,
    allows=roles.may_edit,
    denied=gettext_lazy("Your account may not hand in this post."),
    not_from_here=gettext_lazy("Only a draft can be sent to review."),
)
RECALL = Step(
    name="recall",
    label=gettext_lazy("Take back from review"),
    done=gettext_lazy("Taken back from review"),
    sources=frozenset({State.IN_REVIEW}),
    becomes=Post.Status.DRAFT,
    allows=roles.may_recall,
    denied=gettext_lazy("Only its writer can take a post back."),
    not_from_here=_WAITING,
)
RETURN = Step(
    name="return",
    label=gettext_lazy("Return with the note"),
    done=gettext_lazy("Returned"),
    sources=frozenset({State.IN_REVIEW}),
    becomes=Post.Status.DRAFT,
    not_from_here=_WAITING,
    needs_note=True,
    **_REVIEWERS,
)
PUBLISH = Step(
    name="publish",
    label=gettext_lazy("Publish now"),
    done=gettext_lazy("Published"),
    sources=frozenset({State.DRAFT, State.IN_REVIEW, State.SCHEDULED, State.WITHDRAWN}),
    becomes=Post.Status.PUBLISHED,
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
    becomes=Post.Status.PUBLISHED,
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
    becomes=Post.Status.PUBLISHED,
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
    becomes=Post.Status.DRAFT,
    not_from_here=_SCHEDULED_ONLY,
    audit="unscheduled",
    **_PUBLISHERS,
)
REDATE = Step(
    name="redate",
    label=gettext_lazy("Change the date"),
    done=gettext_lazy("Date changed"),
    sources=SEEN_BY_READERS,
    becomes=Post.Status.PUBLISHED,
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
    becomes=Post.Status.PUBLISHED,
    not_from_here=gettext_lazy("The post is not published."),
    audit="published",
    **_PUBLISHERS,
)
WITHDRAW = Step(
    name="withdraw",
    label=gettext_lazy("Withdraw"),
    done=gettext_lazy("Withdrawn"),
    sources=frozenset({State.SCHEDULED, *SEEN_BY_READERS}),
    becomes=Post.Status.WITHDRAWN,
    not_from_here=gettext_lazy("Only a published post can be withdrawn."),
    audit="withdrawn",
    **_PUBLISHERS,
)
REOPEN = Step(
    name="reopen",
    label=gettext_lazy("Make it a draft again"),
    done=gettext_lazy("Made a draft again"),
    sources=frozenset({State.WITHDRAWN}),
    becomes=Post.Status.DRAFT,
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


def publishing_step(at: datetime.datetime | None) -> Step:
    """The step that brings a post out at that moment (None: now)."""
    return SCHEDULE if at is not None and at > timezone.now() else PUBLISH
