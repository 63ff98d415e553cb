"""Moving a scheduled post, or a draft with a planned date, to another moment."""

import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blog.addresses import TOKYO
from blog.admin.states import State, state_of
from blog.history.recording import recording
from blog.models import Post
from blog.overview.calendar import FIRST_YEAR, LAST_YEAR, MOVABLE, seen_token
from blog.overview.desk import short_day
from blog.workflow.steps import RESCHEDULE
from blog.workflow.transitions import perform


class MoveForm(forms.Form):
    """Without a time, the post keeps its time of day."""

    day = forms.DateField(label=gettext_lazy("date"))
    time = forms.TimeField(label=gettext_lazy("time"), required=False)
    seen = forms.CharField(max_length=100)

    def clean_day(self):
        day = self.cleaned_data["day"]
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(_("Choose a year from %d to %d.") % (FIRST_YEAR, LAST_YEAR))
        return day

    def moment_for(self, post: Post) -> datetime.datetime:
        before = post.published_at.astimezone(TOKYO)
        time, shown = self.cleaned_data["time"], before.time().replace(second=0, microsecond=0)
        if time is None or time == shown:
            time = before.time()  # with the seconds, which no field shows
        return datetime.datetime.combine(self.cleaned_data["day"], time, TOKYO)


def move(pk: int, form: MoveForm, user) -> tuple[Post, datetime.datetime]:
    """Move a post to the form's moment, as `user`: the post, and when it was before.

    Raises ValidationError with a reason for the user; then nothing has changed.
    """
    try:
        with recording(user, Post, [pk]):
            post = Post.objects.select_for_update().get(pk=pk)
            _refuse_unmovable(post, form.cleaned_data["seen"])
            before, at = post.published_at, form.moment_for(post)
            if at <= timezone.now():
                raise ValidationError(_("%s has passed. Choose a moment in the future.") % short_day(at))
            set_moment(post, at, user)
    except IntegrityError as error:  # taken between check and save
        raise ValidationError(_("Another post of that day has this slug.")) from error
    return post, before


def _refuse_unmovable(post: Post, seen: str) -> None:
    if post.published_at is None or seen_token(post) != seen:
        raise ValidationError(_("Somebody has changed this post meanwhile. Reload the calendar."))
    if state_of(post) not in MOVABLE:
        raise ValidationError(_("Only scheduled posts and drafts can be moved."))


def set_moment(post: Post, at: datetime.datetime, user) -> None:
    """The one place where the calendar changes a post."""
    if state_of(post) == State.SCHEDULED:
        perform(post, RESCHEDULE, user=user, at=at)
    else:
        post.published_at = at
        post.full_clean()
        post.save()
