"""The workflow on the desk: what each may see and do, the page of a post, and the word list."""

from django.contrib import admin, messages
from django.db import connection, models
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from blog.admin.base import NewsroomAdmin, short_moment
from blog.admin.states import badge
from blog.models import Correction, Post, Spelling, WorkingDraft
from blog.querysets import PostQuerySet, is_key
from blog.workflow import roles, views
from blog.workflow.checks import check
from blog.workflow.states import State, state_of
from blog.workflow.steps import (
    PUBLISH,
    RECALL,
    REDATE,
    RESCHEDULE,
    RETURN,
    SCHEDULE,
    STEPS,
    UPDATE,
    WITHDRAW,
    pressed,
)
from blog.workflow.transitions import steps_from


@admin.register(Spelling)
class SpellingAdmin(NewsroomAdmin):
    list_display = ["preferred", "variants_in_a_line"]
    search_fields = ["preferred", "variants"]
    fields = ["preferred", "variants"]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(db_field, models.TextField):
            field.widget.attrs["rows"] = 4
        return field

    @admin.display(description=Spelling._meta.get_field("variants").verbose_name)
    def variants_in_a_line(self, spelling):
        return "、".join(spelling.variant_list)


def choosable_posts(request) -> PostQuerySet:
    """Posts that a form may refer to: those the user sees, and those the post refers to already."""
    visible = roles.visible_to(Post.objects.only("title"), request.user)
    key = request.resolver_match.kwargs.get("object_id", "")
    if roles.sees_all(request.user) or not is_key(key):
        return visible
    chosen = Post.objects.filter(Q(pillar_for=key) | Q(related_from__post=key)).values("pk")
    return Post.objects.only("title").filter(Q(pk__in=visible.values("pk")) | Q(pk__in=chosen))


class WorkflowDesk:
    """Mixed into PostAdmin, before the model admin itself."""

    # Who sees and changes what

    def get_queryset(self, request):
        return roles.visible_to(super().get_queryset(request), request.user)

    def get_object(self, request, object_id, from_field=None):
        """What is about to be saved is locked: a save cannot undo a step taken meanwhile."""
        if request.method == "POST" and connection.in_atomic_block and is_key(object_id):
            Post.objects.select_for_update().filter(pk=object_id).values_list("pk").first()
        return super().get_object(request, object_id, from_field)

    def has_view_permission(self, request, obj=None):
        allowed = super().has_view_permission(request, obj)
        return allowed and (obj is None or roles.may_see(request.user, obj))

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or roles.may_edit(request.user, obj))

    def has_delete_permission(self, request, obj=None):
        """Deleting what is published takes it from the readers, as withdrawing does."""
        allowed = super().has_delete_permission(request, obj)
        if obj is None or not allowed:
            return allowed
        if obj.status == Post.Status.PUBLISHED:
            return roles.may_publish(request.user, obj)
        return roles.may_edit(request.user, obj)

    def get_deleted_objects(self, objs, request):
        """The posts and the notes that go with them; what else hangs on a post is no concern of an editor."""
        _everything, counts, lacking, protected = super().get_deleted_objects(objs, request)
        told = [model._meta.verbose_name_plural for model in (Post, Correction)]
        lines = [format_html("{} {}", post.title, badge(state_of(post))) for post in objs]
        return lines, {name: counts[name] for name in told if name in counts}, lacking, protected

    def delete_view(self, request, object_id, extra_context=None):
        recover = self.has_recover_permission(request)
        context = {"deleted_url": reverse("admin:blog_post_deleted") if recover else ""}
        if is_key(object_id) and (post := self.get_queryset(request).filter(pk=object_id).first()):
            context |= {
                "state_badge": badge(state_of(post)),
                "correction_count": post.corrections.count(),
                "has_working_draft": WorkingDraft.objects.filter(post=post).exists(),
            }
        return super().delete_view(request, object_id, {**context, **(extra_context or {})})

    def has_history_permission(self, request, row) -> bool:
        """Earlier versions were drafts, which are not everybody's to see."""
        return super().has_history_permission(request, row) and roles.may_see_drafts(request.user, row)

    def has_restore_permission(self, request, row) -> bool:
        """What readers see changes only by who may publish."""
        allowed = super().has_restore_permission(request, row)
        return allowed and (row.status != Post.Status.PUBLISHED or roles.may_publish(request.user, row))

    def has_recover_permission(self, request) -> bool:
        return super().has_recover_permission(request) and roles.sees_all(request.user)

    def has_publish_permission(self, request) -> bool:
        return request.user.has_perm("blog.publish_post")

    def has_review_permission(self, request) -> bool:
        return request.user.has_perm("blog.review_post") or self.has_publish_permission(request)

    # Addresses

    def get_urls(self):
        own = [
            path(
                "<int:pk>/step/",
                self.admin_site.admin_view(views.StepView.as_view(model_admin=self)),
                name="blog_post_step",
            ),
            path(
                "<int:pk>/preview-links/",
                self.admin_site.admin_view(views.PreviewLinksView.as_view(model_admin=self)),
                name="blog_post_preview_links",
            ),
        ]
        return [*own, *super().get_urls()]

    # The page of a post

    def workflow_context(self, request, post: Post | None, form) -> dict:
        """`post` is what is stored; the form may hold what was typed and refused."""
        shown = post or Post(created_by=request.user)
        steps = steps_from(shown, request.user)
        timeline = list(post.transitions.select_related("user")) if post else []
        last = timeline[0] if timeline else None
        editable = self.has_change_permission(request, post) if post else True
        typed = form.instance if form.is_bound else post
        findings = check(typed) if typed else []
        ticked = form.confirmed if form.is_bound else set()
        errors = sum(finding.blocks for finding in findings)
        return {
            "step_buttons": _buttons(shown, steps) if editable else [],
            "steps_without_form": [] if editable else [step for step in steps if step is RECALL],
            "takes_note": editable and bool(steps),
            "note_is_needed": RETURN in steps,
            "findings": [(finding, finding.key in ticked) for finding in findings],
            "error_count": errors,
            "warning_count": len(findings) - errors,
            "shows_checks": typed is not None,
            "may_confirm": editable and any(step.checked for step in steps),
            "timeline": [(taken, _step_text(taken), badge(State(taken.to_state))) for taken in timeline],
            "returned": last if last and last.name == RETURN.name and post.status == "draft" else None,
            "preview_links": views.links_context(request, post) if post else None,
        }

    def response_add(self, request, obj, post_url_continue=None):
        return self._response_to_step(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        return self._response_to_step(request, obj) or super().response_change(request, obj)

    def _response_to_step(self, request, post):
        if not pressed(request.POST):
            return None
        self.message_user(request, outcome(post), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:blog_post_change", args=[post.pk]))


def outcome(post: Post) -> str:
    """What has become of a post by a step."""
    texts = {
        State.DRAFT: _("“%(title)s” is a draft again."),
        State.IN_REVIEW: _("“%(title)s” waits for its review."),
        State.SCHEDULED: _("“%(title)s” will be published on %(moment)s."),
        State.PUBLIC: _("“%(title)s” is public."),
        State.EXPIRED: _("“%(title)s” was saved, but has expired already."),
        State.WITHDRAWN: _("“%(title)s” was withdrawn."),
    }
    return texts[state_of(post)] % {"title": post.title, "moment": short_moment(post.published_at)}


def _step_text(taken) -> str:
    step = UPDATE if taken.name == UPDATE.name else STEPS.get(taken.name)
    return str(step.done) if step else taken.name


def _buttons(post: Post, steps) -> list[dict]:
    """What the submit row offers besides saving. One button publishes or schedules: the date decides."""
    scheduled = state_of(post) == State.SCHEDULED
    buttons = []
    for step in steps:
        button = {"name": step.name, "label": step.label, "kind": "step"}
        if step is PUBLISH and scheduled:
            button |= {"name": "publish_now", "kind": "publish"}
        elif step is PUBLISH:
            button |= {"kind": "publish", **_publish_labels(post.published_at)}
        elif step.becomes in {Post.Status.WITHDRAWN, Post.Status.DRAFT}:
            button["kind"] = "withdraw"
        hidden = step in {SCHEDULE, RESCHEDULE, REDATE} or (step is WITHDRAW and scheduled)
        if not hidden:
            buttons.append(button)
    return sorted(buttons, key=lambda button: button["kind"] == "publish")


def _publish_labels(published_at) -> dict:
    """What the publishing button does with the date; the script in the page follows what is typed."""
    labels = {
        "now": _("Publish now"),
        "later": _("Schedule for %s"),
        "earlier": _("Publish with the date %s"),
    }
    if published_at is None:
        label = labels["now"]
    else:
        label = labels["later" if published_at > timezone.now() else "earlier"] % short_moment(published_at)
    return {"labels": labels, "label": label}
