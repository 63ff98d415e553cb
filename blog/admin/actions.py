"""Publishing, scheduling and withdrawing from the list of posts."""

from functools import partial

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from blog.admin.post_form import MomentField
from blog.admin.states import SEEN_BY_READERS, state_of
from blog.models import Post

SCHEDULED_AT_ONCE = 100


class ScheduleForm(forms.Form):
    at = MomentField(label=gettext_lazy("publication"))

    def __init__(self, post: Post, data):
        planned = post.published_at if post.published_at and post.published_at > timezone.now() else None
        super().__init__(data, prefix=f"post-{post.pk}", initial={"at": planned})

    def clean_at(self):
        at = self.cleaned_data["at"]
        if at <= timezone.now():
            raise ValidationError(_("This moment has passed. Choose one in the future."))
        return at


class WorkflowActions:
    """Mixed into PostAdmin. Each post succeeds or fails for itself, and says why."""

    actions = ("publish_now", "schedule", "withdraw")

    def has_publish_permission(self, request) -> bool:
        return request.user.has_perm("blog.publish_post")

    @admin.action(description=gettext_lazy("Publish now"), permissions=["publish"])
    def publish_now(self, request, queryset):
        done, refused = 0, {}
        for post in queryset.defer(None):
            if state_of(post) in SEEN_BY_READERS:
                refused.setdefault(_("Already published, or expired."), []).append(post)
                continue
            now = timezone.now()
            due = post.published_at is not None and post.published_at <= now
            done += self._attempt(request, post, partial(post.publish, None if due else now), refused)
        self._report(request, ngettext("%d post published.", "%d posts published.", done), done, refused)

    @admin.action(description=gettext_lazy("Withdraw"), permissions=["publish"])
    def withdraw(self, request, queryset):
        done, refused = 0, {}
        for post in queryset.defer(None):
            done += self._attempt(request, post, post.withdraw, refused)
        self._report(request, ngettext("%d post withdrawn.", "%d posts withdrawn.", done), done, refused)

    @admin.action(description=gettext_lazy("Schedule…"), permissions=["publish"])
    def schedule(self, request, queryset):
        """First asks for the moment of each post, then comes back with them (`apply`)."""
        posts = list(queryset.defer(None)[: SCHEDULED_AT_ONCE + 1])
        if len(posts) > SCHEDULED_AT_ONCE:
            text = _("Schedule at most %d posts at once.") % SCHEDULED_AT_ONCE
            self.message_user(request, text, messages.ERROR)
            return None
        data = request.POST if "apply" in request.POST else None
        rows = [(post, ScheduleForm(post, data)) for post in posts if state_of(post) not in SEEN_BY_READERS]
        valid = [form.is_valid() for _post, form in rows]
        if data is None or not all(valid):
            return self._schedule_page(request, rows, skipped=len(posts) - len(rows))
        done, refused = 0, {}
        for post, form in rows:
            done += self._attempt(request, post, partial(post.publish, form.cleaned_data["at"]), refused)
        self._report(request, ngettext("%d post scheduled.", "%d posts scheduled.", done), done, refused)
        return None

    def _schedule_page(self, request, rows: list, skipped: int) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Schedule posts"),
            "opts": self.opts,
            "rows": rows,
            "skipped": skipped,
            "media": self.media,
            "checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/blog/post/schedule.html", context)

    def _attempt(self, request, post, transition, refused: dict) -> int:
        """1 if the transition succeeded; 0 with the post under its reason in `refused`."""
        try:
            with transaction.atomic():
                transition()
                self.log_change(request, post, _("Status: %s") % state_of(post).label)
        except ValidationError as error:
            for reason in error.messages:
                refused.setdefault(reason, []).append(post)
            return 0
        except IntegrityError:  # taken between check and save
            refused.setdefault(_("Another post of that day has this slug."), []).append(post)
            return 0
        return 1

    def _report(self, request, success: str, done: int, refused: dict) -> None:
        if done:
            self.message_user(request, success % done, messages.SUCCESS)
        for reason, posts in refused.items():
            names = _(", ").join(f"“{post.title}”" for post in posts[:10])
            more = _(" and %d more") % (len(posts) - 10) if len(posts) > 10 else ""
            self.message_user(request, f"{reason} {names}{more}", messages.ERROR)
