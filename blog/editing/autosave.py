"""What the page's script says every few seconds, and what it is answered."""

import json
import uuid

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import transaction
from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from blog.editing.models import EditingSession, WorkingDraft
from blog.editing.opening import others_of
from blog.editing.values import autosaved_values
from blog.models.posts import Post

_MOST_BYTES = 12 * 1024 * 1024


def editing(model_admin):
    """What the page's script says every few seconds: I am here, and this is what is typed (JSON).

    Answers who else is here, and whether the text was kept. A GET answers a fresh CSRF token, which
    the script needs after somebody has signed in again in another tab.
    """

    @never_cache
    @require_http_methods(["GET", "POST"])
    def view(request):
        if not model_admin.admin_site.has_permission(request):
            return JsonResponse({"signed_out": True}, status=403)
        if request.method == "GET":
            return JsonResponse({"csrf": get_token(request), "user": request.user.pk})
        try:
            message = _Message.read(request)
        except RequestDataTooBig:
            return JsonResponse({"too_long": True}, status=413)
        except (ValueError, TypeError, KeyError, OverflowError):
            return JsonResponse({"malformed": True}, status=400)
        try:
            with transaction.atomic():
                return JsonResponse(message.answer(request, model_admin))
        except PermissionDenied:
            return JsonResponse({"refused": _("Your account may not change this post.")}, status=403)

    return view


class _Message:
    def __init__(self, content: dict):
        self.key = uuid.UUID(str(content["token"]))
        self.page = str(content["page"])[:40]
        self.serial = int(content.get("serial") or 0)
        self.post_id = int(content["post"]) if content.get("post") else None
        self.fields = content.get("fields") or {}
        self.is_fork = bool(content.get("fork"))
        self.is_closing = bool(content.get("closed"))
        self.reader = uuid.UUID(str(content["copies"])) if content.get("copies") else None
        if not isinstance(self.fields, dict) or not all(
            0 <= n < 2**63 for n in (self.serial, self.post_id or 0)
        ):
            raise ValueError

    @classmethod
    def read(cls, request) -> "_Message":
        if len(request.body) > _MOST_BYTES:
            raise RequestDataTooBig
        content = json.loads(request.body)
        if not isinstance(content, dict):
            raise ValueError
        return cls(content)

    def answer(self, request, model_admin) -> dict:
        session = EditingSession.objects.select_for_update().filter(pk=self.key).first()
        session = session or self._forgotten(request)
        if session is None:
            return {"closed": True}
        if session.user_id != request.user.pk:
            raise PermissionDenied
        post = session.post
        allowed = (
            model_admin.has_change_permission(request, post)
            if post or self.post_id
            else model_admin.has_add_permission(request)
        )
        if not allowed:
            raise PermissionDenied
        if self.fields and session.page and session.page != self.page:
            if not self.is_fork:
                return {"taken": True}
            session = self._forked(session)
        if self.fields and self.serial > session.serial:
            session.keep(autosaved_values(self.fields, session.base or self.fields), self.serial)
        session.seen_at = None if self.is_closing else timezone.now()
        session.save()
        return self._report(request, session, post)

    def _forgotten(self, request) -> EditingSession | None:
        """A browser brings a text whose row is gone: it gets a new one, if there is any text."""
        if not self.fields:
            return None
        post = Post.objects.filter(pk=self.post_id).first() if self.post_id else None
        return EditingSession(pk=self.key, user=request.user, post=post, page=self.page)

    def _forked(self, session: EditingSession) -> EditingSession:
        """Another page has gone on with this text: this one gets a row of its own, on the same base."""
        names = ("user_id", "post_id", "of_working_draft", "was_published")
        names += ("base", "base_version", "base_at", "live")
        return EditingSession(page=self.page, **{name: getattr(session, name) for name in names})

    def _report(self, request, session: EditingSession, post: Post | None) -> dict:
        report = {
            "token": str(session.pk),
            "kept": bool(self.fields),
            "presence": render_to_string("admin/editing/presence.html", {"others": others_of(session)}),
            "notice": self._notice(session, post),
        }
        if self.reader:  # the form above which they are offered
            copies = EditingSession.objects.copies(request.user, post).exclude(pk=self.reader)
            context = {"copies": copies[:5], "post": post, "csrf": get_token(request)}
            report["copies"] = render_to_string("admin/editing/copies.html", context)
        return report

    def _notice(self, session: EditingSession, post: Post | None) -> str:
        if post is None:
            deleted = _("This post was deleted. What you write is kept, and can be saved as a new draft.")
            return deleted if self.post_id else ""
        if session.of_working_draft:
            version = WorkingDraft.objects.filter(post=post).values_list("version", flat=True).first()
        else:
            version = post.version
        if session.base_version and version != session.base_version:
            return _("A newer version was saved meanwhile. When you save, both are put together.")
        return ""
