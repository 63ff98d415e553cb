"""Pages below /admin/blog/post/: unsaved texts, and working drafts."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from blog.editing.compare import compared
from blog.editing.models import EditingSession, WorkingDraft
from blog.editing.opening import current_values, may_change_live
from blog.editing.preview import DraftPreview
from blog.editing.values import stored_values
from blog.models.posts import Post

# Unsaved texts


@require_http_methods(["GET", "POST"])
def copy(request, model_admin, pk):
    """The differences between an unsaved text and what is stored; a POST discards the text."""
    session = get_object_or_404(
        EditingSession.objects.select_related("post"), pk=pk, user=request.user, drafted_at__isnull=False
    )
    post = session.post
    if post and not model_admin.has_view_permission(request, post):
        post = None  # it is somebody else's by now, and only the user's own text is shown
    if request.method == "POST":
        session.draft = session.drafted_at = None
        session.save(update_fields=["draft", "drafted_at"])
        messages.success(request, _("The unsaved text was discarded."))
        return HttpResponseRedirect(_form_address(post))
    may_restore = post is None or model_admin.has_change_permission(request, post)
    # The form of what one may only look at has no fields, by which the texts could be compared.
    form_class = model_admin.post_form(request, post if may_restore else None)
    form = form_class(**({"instance": post} if post else {}))
    stored = stored_values(form)
    draft = WorkingDraft.objects.filter(post=post).first() if session.of_working_draft else None
    if draft:
        stored |= current_values(draft, stored)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Unsaved text"),
        "session": session,
        "post": post,
        "rows": compared(form, stored, session.draft),
        "form_address": _form_address(post),
        "may_restore": may_restore,
    }
    return TemplateResponse(request, "admin/editing/copy.html", context)


def _form_address(post: Post | None) -> str:
    return reverse("admin:blog_post_change", args=[post.pk]) if post else reverse("admin:blog_post_add")


# Working drafts


def _draft_of(request, model_admin, pk) -> WorkingDraft:
    draft = WorkingDraft.objects.select_related("post").filter(post__pk=pk).first()
    if draft is None:
        raise Http404(_("There is no working draft of this post."))
    if not model_admin.has_change_permission(request, draft.post):
        raise PermissionDenied
    return draft


def draft_preview(request, model_admin, pk):
    """The article's page as it would be with the working draft."""
    draft = _draft_of(request, model_admin, pk)
    form_class = model_admin.post_form(request, draft.post)
    view = DraftPreview.as_view(draft=draft, form_class=form_class)
    return view(request, pk=pk)


@require_http_methods(["GET", "POST"])
def discard_draft(request, model_admin, pk):
    """Asks, then takes the working draft away; its text stays among the user's unsaved texts."""
    with transaction.atomic():
        if request.method == "POST":  # a save of the draft waits, or is waited for, as `Saving` does
            Post.objects.select_for_update().filter(pk=pk).values_list("pk").first()
        draft = _draft_of(request, model_admin, pk)
        if request.method == "POST":
            now = timezone.now()
            EditingSession.objects.create(
                user=request.user,
                post=draft.post,
                base=draft.live,
                base_version=draft.post.version,
                was_published=True,
                draft=draft.values,
                drafted_at=now,
                seen_at=None,
            )
            draft.delete()
            model_admin.log_change(
                request, draft.post, [{"deleted": {"name": str(_("working draft")), "object": str(draft)}}]
            )
            messages.success(
                request, _("The working draft was discarded. Its text can be had back for 30 days.")
            )
            return HttpResponseRedirect(_form_address(draft.post))
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Discard the working draft?"),
        "draft": draft,
        "post": draft.post,
        "may_change_live": may_change_live(draft.post, model_admin.has_publish_permission(request)),
    }
    return TemplateResponse(request, "admin/editing/discard_draft.html", context)
