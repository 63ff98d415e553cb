"""What the pages of the history share: their addresses, and how a version is spoken of."""

from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from reversion.models import Version

from blog.admin.base import short_moment
from blog.history.recording import Comment
from blog.models import Image


class HistoryPages:
    def _url_name(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def _url(self, name: str, *args) -> str:
        return reverse(f"admin:{self._url_name(name)}", args=args)

    def _history_page(self, request, template: str, **context) -> TemplateResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/history/{template}.html", context)


def facts(version: Version) -> dict:
    """Who and when, and why where that is known."""
    revision = version.revision
    reasons = {
        Comment.IMPORTED: _("As imported"),
        Comment.ELSEWHERE: _("Saved outside the desk"),
        Comment.DELETED: _("Deleted"),
        Comment.RECOVERED: _("Brought back after it was deleted"),
    }
    reason = reasons.get(revision.comment, revision.comment)
    if revision.comment.startswith(f"{Comment.RESTORED} "):
        restored = parse_datetime(revision.comment.removeprefix(f"{Comment.RESTORED} "))
        reason = _("Restored the version of %(moment)s") % {"moment": short_moment(restored)}
    user = revision.user
    return {
        "pk": version.pk,
        "moment": short_moment(revision.date_created),
        "datetime": revision.date_created.isoformat(),
        "who": (f"{user.last_name} {user.first_name}".strip() or user.get_username()) if user else "",
        "reason": reason,
    }


def with_covers(changes: list) -> list[dict]:
    """Each change with the pictures it names, where these are still there."""
    keys = {key for change in changes for key in (_cover_keys(change)) if key}
    images = Image.objects.in_bulk(keys) if keys else {}
    return [
        {"change": change, "images": [images.get(key) for key in _cover_keys(change)]} for change in changes
    ]


def _cover_keys(change) -> tuple:
    return (change.old_key, change.new_key) if change.name == "cover" else ()
