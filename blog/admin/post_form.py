"""The form in which a post is written, and what its buttons do."""

import datetime

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from taggit.forms import TagField, TagWidget

from blog.addresses import TOKYO
from blog.admin.markdown import MarkdownForm
from blog.models import Post
from blog.naming import NAME_LENGTH, name_key
from blog.workflow.states import State, state_of
from blog.workflow.steps import PUBLISH, REDATE, RESCHEDULE, STEPS, UPDATE, Step, pressed, publishing_step
from blog.workflow.transitions import refuse

_CONSTRAINT_FIELDS = {
    "post_slug_unique_in_its_day": "slug",
    "post_published_has_date": "published_at",
    "post_expires_after_publication": "expires_at",
}
_DECIDED_BY_PUBLISHING = {"published_on", "status", "published_at", "expires_at"}


class LocalDateTimeInput(forms.DateTimeInput):
    """The browser's own field for a date and a time, to the minute, in Tokyo time."""

    input_type = "datetime-local"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class MomentField(forms.DateTimeField):
    """A date and a time within living memory; others overflow on the way to UTC or were mistyped."""

    widget = LocalDateTimeInput
    default_validators = [
        MinValueValidator(datetime.datetime(1990, 1, 1, tzinfo=TOKYO), _("The year is before 1990.")),
        MaxValueValidator(datetime.datetime(2100, 1, 1, tzinfo=TOKYO), _("The year is after 2099.")),
    ]

    def has_changed(self, initial, data):
        return super().has_changed(initial and initial.replace(second=0, microsecond=0), data)


class TagsInput(TagWidget):
    """One line of names; the script suggests the tags that are there already."""

    class Media:
        js = ("js/admin-tags.js",)

    def build_attrs(self, base_attrs, extra_attrs=None):
        query = "app_label=blog&model_name=taggedpost&field_name=tag"
        return super().build_attrs(base_attrs, extra_attrs) | {
            "class": "vTextField tags-input",
            "autocomplete": "off",
            "data-suggestions": f"{reverse('admin:autocomplete')}?{query}",
            "data-suggestions-label": _("Tags in use"),
        }


class TagsField(TagField):
    """Names in a string, as `blog.naming.parse_tags` reads them."""

    widget = TagsInput

    def clean(self, value):
        names = super().clean(value)
        for name in names:
            if len(name) > NAME_LENGTH:
                raise ValidationError(
                    _("A tag may have %(limit)d characters; this one is longer: %(name)s…"),
                    params={"limit": NAME_LENGTH, "name": name[:40]},
                )
        return names

    def has_changed(self, initial, data):
        # taggit compares the names typed with the stored names in alphabetical order.
        before = [tag.key for tag in initial or []]
        try:
            return before != [name_key(name) for name in self.clean(data)]
        except ValidationError:
            return True


class PostForm(MarkdownForm):
    """Saving and, with one of the buttons, a step of the post. `user` is set on the class by PostAdmin."""

    user = None

    tags = TagsField(
        label=_("tags"), required=False, help_text=_("Separated by commas (, 、 ，). A tag may hold spaces.")
    )
    editorial_change = forms.BooleanField(
        label=_("Editorial change: show readers today as the date of the update"), required=False
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    class Meta:
        widgets = {
            "title": forms.Textarea(attrs={"rows": 2, "class": "headline", "data-guide": 40}),
            "excerpt": forms.Textarea(attrs={"rows": 3, "data-guide": 120}),
            "description": forms.Textarea(attrs={"rows": 2, "data-guide": 120}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.stored_state = state_of(self.instance)
        self.stored_date = self.instance.published_at

    @property
    def button(self) -> str:
        return pressed(self.data)

    @property
    def at(self):
        """The moment of publication in the form; None where the user may not choose one."""
        return self.cleaned_data.get("published_at")

    @property
    def step(self) -> Step | None:
        """The step that is taken with the save: by its button, or because a date that counts was changed."""
        if self.button == "publish":
            return publishing_step(self.at)
        if self.button:
            return STEPS.get(self.button, PUBLISH)
        if "_publish_draft" in self.data and self.stored_state in UPDATE.sources:
            return UPDATE
        if "published_at" in self.cleaned_data and self.at != self.stored_date:
            moves = {State.SCHEDULED: RESCHEDULE, State.PUBLIC: REDATE, State.EXPIRED: REDATE}
            return moves.get(self.stored_state)
        return None

    @property
    def confirmed(self) -> set[str]:
        """The keys of the warnings whose boxes are ticked."""
        return {name.removeprefix("confirm-") for name in self.data if name.startswith("confirm-")}

    def _clean_moment(self, name: str):
        """The field shows minutes; a moment that was not touched keeps its seconds."""
        typed, stored = self.cleaned_data[name], self.initial.get(name)
        if typed and stored and typed == stored.replace(second=0, microsecond=0):
            return stored
        return typed

    def clean_published_at(self):
        if self.button == "publish_now":
            return timezone.now()
        return self._clean_moment("published_at") or (timezone.now() if self.button == "publish" else None)

    def clean_expires_at(self):
        return self._clean_moment("expires_at")

    def _post_clean(self):
        """Validate the post as it would be after the step, then ask whether the step is allowed."""
        step = self.step
        stored_status = self.instance.status
        if step and self.stored_state in step.sources:
            self.instance.status = step.becomes
        super()._post_clean()
        self.instance.status = stored_status
        if step and not self._errors:
            try:
                refuse(
                    self.instance,
                    step,
                    state=self.stored_state,
                    user=self.user,
                    note=self.cleaned_data["note"],
                    at=self.at,
                    confirmed=self.confirmed,
                )
            except PermissionDenied as refusal:
                self.add_error(None, str(refusal))
            except ValidationError as refusal:
                self._update_errors(refusal)

    def _get_validation_exclusions(self):
        # A slug can be taken on its day even when this user may not touch the date.
        decided = {name for name in _DECIDED_BY_PUBLISHING if name not in self._errors}
        return super()._get_validation_exclusions() - decided

    def _update_errors(self, errors):
        """What the database would refuse is said beside the field where it can be mended."""
        fields = {
            constraint.violation_error_message: _CONSTRAINT_FIELDS[constraint.name]
            for constraint in Post._meta.constraints
            if constraint.name in _CONSTRAINT_FIELDS
        }
        by_field = {}
        given = errors.error_dict if hasattr(errors, "error_dict") else {NON_FIELD_ERRORS: errors.error_list}
        for name, messages in given.items():
            for message in messages:
                place = fields.get(message.message, name) if name == NON_FIELD_ERRORS else name
                place = place if place == NON_FIELD_ERRORS or place in self.fields else NON_FIELD_ERRORS
                by_field.setdefault(place, []).append(message)
        super()._update_errors(ValidationError(by_field))
