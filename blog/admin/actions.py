"""Steps of several posts from their list: first a page that asks, then each post for itself."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from blog.admin.post_form import MomentField
from blog.admin.states import badge
from blog.models import Post
from blog.workflow.checks import check_all
from blog.workflow.states import State, state_of
from blog.workflow.steps import PUBLISH, RESCHEDULE, RETURN, SCHEDULE, SUBMIT, WITHDRAW, Step
from blog.workflow.transitions import perform

AT_ONCE = 100

DONE = {
    SUBMIT: ngettext_lazy("%d post sent to review.", "%d posts sent to review."),
    RETURN: ngettext_lazy("%d post returned.", "%d posts returned."),
    PUBLISH: ngettext_lazy("%d post published.", "%d posts published."),
    SCHEDULE: ngettext_lazy("%d post scheduled.", "%d posts scheduled."),
    WITHDRAW: ngettext_lazy("%d post withdrawn.", "%d posts withdrawn."),
}
TITLES = {
    SUBMIT: gettext_lazy("Send posts to review"),
    RETURN: gettext_lazy("Return posts"),
    PUBLISH: gettext_lazy("Publish posts now"),
    SCHEDULE: gettext_lazy("Schedule posts"),
    WITHDRAW: gettext_lazy("Withdraw posts"),
}


class MomentForm(forms.Form):
    at = MomentField(label=gettext_lazy("publication"))

    def clean_at(self):
        at = self.cleaned_data["at"]
        if at <= timezone.now():
            raise ValidationError(_("This moment has passed. Choose one in the future."))
        return at


class NoteForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, step: Step, data):
        super().__init__(data)
        self.fields["note"].required = step.needs_note


class Row:
    """A post in the page that asks, and how it will be dealt with."""

    def __init__(self, post: Post, step: Step, user, data):
        state = state_of(post)
        self.post, self.badge = post, badge(state)
        self.step = RESCHEDULE if step is SCHEDULE and state == State.SCHEDULED else step
        self.reasons, self.warnings = [], []
        if not self.step.allows(user, post):
            self.reasons = [self.step.denied]
        elif state not in self.step.sources:
            self.reasons = [self.step.not_from_here]
        self.form = self._moment_form(data) if step is SCHEDULE else None
        self.confirmed = (data or {}).get(f"confirm-{post.pk}", "").split()

    def _moment_form(self, data) -> MomentForm:
        planned = self.post.published_at
        initial = {"at": planned if planned and planned > timezone.now() else None}
        return MomentForm(data, prefix=f"post-{self.post.pk}", initial=initial)

    @property
    def at(self):
        return self.form and self.form.cleaned_data["at"]

    @property
    def keys(self) -> str:
        return " ".join(finding.key for finding in self.warnings)

    @property
    def ticked(self) -> bool:
        return {finding.key for finding in self.warnings} <= set(self.confirmed)

    def take(self, findings) -> None:
        self.reasons = [finding.summary for finding in findings if finding.blocks]
        self.warnings = [finding for finding in findings if not finding.blocks]


class WorkflowActions:
    """Mixed into PostAdmin. Each post succeeds or fails for itself, and says why."""

    actions = ("submit_posts", "return_posts", "publish_now", "schedule", "withdraw")

    @admin.action(description=gettext_lazy("Send to review…"), permissions=["change"])
    def submit_posts(self, request, queryset):
        return self._ask_then_perform(request, queryset, SUBMIT)

    @admin.action(description=gettext_lazy("Return with a note…"), permissions=["review"])
    def return_posts(self, request, queryset):
        return self._ask_then_perform(request, queryset, RETURN)

    @admin.action(description=gettext_lazy("Publish now…"), permissions=["publish"])
    def publish_now(self, request, queryset):
        return self._ask_then_perform(request, queryset, PUBLISH)

    @admin.action(description=gettext_lazy("Schedule…"), permissions=["publish"])
    def schedule(self, request, queryset):
        return self._ask_then_perform(request, queryset, SCHEDULE)

    @admin.action(description=gettext_lazy("Withdraw…"), permissions=["publish"])
    def withdraw(self, request, queryset):
        return self._ask_then_perform(request, queryset, WITHDRAW)

    def _ask_then_perform(self, request, queryset, step: Step):
        """First shows what would be done, then comes back with it (`apply`)."""
        posts = list(queryset.defer(None)[: AT_ONCE + 1])
        if len(posts) > AT_ONCE:
            text = _("Choose at most %d posts at once.") % AT_ONCE
            self.message_user(request, text, messages.ERROR)
            return None
        data = request.POST if "apply" in request.POST else None
        rows = [Row(post, step, request.user, data) for post in posts]
        note = NoteForm(step, data)
        open_rows = [row for row in rows if not row.reasons]
        valid = [form.is_valid() for form in (note, *(row.form for row in open_rows)) if form]
        if data is None or not all(valid):
            return self._asking_page(request, step, rows, note)
        done, refused = 0, {}
        with self.recording(request, [row.post.pk for row in open_rows]):
            for row in rows:
                done += self._attempt(request, row, note.cleaned_data["note"], refused)
        self._report(request, str(DONE[step] % done), done, refused)
        return None

    def _asking_page(self, request, step: Step, rows: list[Row], note: NoteForm) -> TemplateResponse:
        checked = [row for row in rows if row.step.checked and not row.reasons]
        for row, findings in zip(checked, check_all([row.post for row in checked]), strict=True):
            row.take(findings)
        context = {
            **self.admin_site.each_context(request),
            "title": TITLES[step],
            "opts": self.opts,
            "rows": [row for row in rows if not row.reasons],
            "left_out": [row for row in rows if row.reasons],
            "note": note,
            "note_is_needed": step.needs_note,
            "label": step.label,
            "action": request.POST["action"],
            "media": self.media,
            "checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/workflow/batch.html", context)

    def _attempt(self, request, row: Row, note: str, refused: dict) -> int:
        """1 if the step was taken; 0 with the post under its reason in `refused`."""
        post = row.post
        if row.reasons:
            refused.setdefault(str(row.reasons[0]), []).append(post)
            return 0
        try:
            with transaction.atomic():
                perform(post, row.step, user=request.user, note=note, at=row.at, confirmed=row.confirmed)
                self.log_change(request, post, _("Status: %s") % state_of(post).label)
        except PermissionDenied as refusal:
            refused.setdefault(str(refusal), []).append(post)
        except ValidationError as error:
            for reason in error.messages:
                refused.setdefault(reason, []).append(post)
        except IntegrityError:  # taken between check and save
            refused.setdefault(_("Another post of that day has this slug."), []).append(post)
        else:
            return 1
        return 0

    def _report(self, request, success: str, done: int, refused: dict) -> None:
        if done:
            self.message_user(request, success, messages.SUCCESS)
        for reason, posts in refused.items():
            names = _(", ").join(f"“{post.title}”" for post in posts[:10])
            more = _(" and %d more") % (len(posts) - 10) if len(posts) > 10 else ""
            self.message_user(request, f"{reason} {names}{more}", messages.ERROR)
