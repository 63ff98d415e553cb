"""The pages of the history: versions of a row, a comparison, restoring, and what was deleted."""

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from reversion.models import Version

from blog.admin.base import is_key, short_moment
from blog.history.changes import compare, summary
from blog.history.recording import Comment, record, record_deletion, recording, versions_of
from blog.history.restoring import prepare, recover, restore, what_changes
from blog.history.snapshots import complete_rows, snapshot, stored, substance
from blog.models import Image, Post

VERSIONS_A_PAGE = 20
DELETED_A_PAGE = 50


class HistoryMixin:
    """For the model admins of posts and pages. Put it before NewsroomAdmin.

    Everything saved through the form or by a list action becomes one version of each row that changed. A view
    of your own that saves rows does so within `recording(request.user, Model, keys)`, or calls `log_change`
    once it is done.
    """

    # Versions are written

    def changeform_view(self, request, object_id=None, *args, **kwargs):
        if request.method != "POST":
            return super().changeform_view(request, object_id, *args, **kwargs)
        with self._recording(request, [object_id]):
            return super().changeform_view(request, object_id, *args, **kwargs)

    def response_action(self, request, queryset):
        everything = request.POST.get("select_across") == "1"
        keys = (
            queryset.values_list("pk", flat=True)
            if everything
            else request.POST.getlist(ACTION_CHECKBOX_NAME)
        )
        with self._recording(request, keys):
            return super().response_action(request, queryset)

    def _recording(self, request, keys):
        request.recorded = {int(key) for key in keys if is_key(key)}
        return recording(request.user, self.model, request.recorded)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["hide_history"] = bool(obj) and not self.has_history_permission(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def log_addition(self, request, obj, message):
        record(obj, request.user)
        return super().log_addition(request, obj, message)

    def log_change(self, request, obj, message):
        if obj.pk not in getattr(request, "recorded", ()):
            record(obj, request.user)
        return super().log_change(request, obj, message)

    def log_deletions(self, request, queryset):
        record_deletion(request.user, self.model, [row.pk for row in queryset])
        return super().log_deletions(request, queryset)

    # Addresses

    def get_urls(self):
        views = [
            ("<int:pk>/history/compare/", self.compare_view, "compare"),
            ("<int:pk>/history/<int:version>/restore/", self.restore_view, "restore"),
            ("deleted/", self.deleted_view, "deleted"),
            ("deleted/<int:version>/", self.recover_view, "recover"),
        ]
        return [
            path(route, self.admin_site.admin_view(view), name=self._url_name(name))
            for route, view, name in views
        ] + super().get_urls()

    def _url_name(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def _url(self, name: str, *args) -> str:
        return reverse(f"admin:{self._url_name(name)}", args=args)

    # Who may do what

    def has_restore_permission(self, request, row) -> bool:
        """To change it; and what readers see, only as who may publish."""
        seen = isinstance(row, Post) and row.status == Post.Status.PUBLISHED
        return self.has_change_permission(request, row) and (
            not seen or request.user.has_perm("blog.publish_post")
        )

    def has_history_permission(self, request, row) -> bool:
        return self.has_view_or_change_permission(request, row)

    def has_recover_permission(self, request) -> bool:
        """Who may delete rows may see what was deleted, and bring it back."""
        return self.has_add_permission(request) and self.has_delete_permission(request)

    def _row(self, request, key):
        row = is_key(key) and self.get_queryset(request).filter(pk=key).first()
        if not row:
            raise Http404(_("It is not there, or was deleted."))
        if not self.has_history_permission(request, row):
            raise PermissionDenied
        return row

    def _locked(self, request, key):
        """The row as it is now, until the transaction ends: a restored version cannot undo a step."""
        self.model.objects.select_for_update().filter(pk=key).values_list("pk").first()
        return self._row(request, key)

    def _history_page(self, request, template: str, **context) -> TemplateResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/history/{template}.html", context)

    # The list of versions

    def history_view(self, request, object_id, extra_context=None):
        row = self._row(request, object_id)
        paginator = Paginator(versions_of(self.model, row.pk), VERSIONS_A_PAGE)
        page = paginator.get_page(request.GET.get("page"))
        start = (page.number - 1) * VERSIONS_A_PAGE
        versions = list(versions_of(self.model, row.pk)[start : start + VERSIONS_A_PAGE + 1])
        now = self._now(row)
        return self._history_page(
            request,
            "history",
            title=_("History: %(name)s") % {"name": row},
            original=row,
            page=page,
            versions=self._described(versions)[:VERSIONS_A_PAGE],
            unrecorded=not versions or (start == 0 and substance(stored(versions[0])) != substance(now)),
            may_restore=self.has_restore_permission(request, row),
            compare_url=self._url("compare", row.pk),
            change_url=self._url("change", row.pk),
        )

    def _now(self, row) -> dict:
        return snapshot(complete_rows(self.model, [row.pk]).get())

    def _described(self, versions: list[Version]) -> list[dict]:
        """Each version with what it changed; the last one's predecessor is not among them."""
        contents = [stored(version) for version in versions]
        described = []
        for number, version in enumerate(versions):
            older = contents[number + 1] if number + 1 < len(contents) else None
            text = summary(self.model, older, contents[number]) if older else _("The first version kept")
            described.append(
                _facts(version)
                | {
                    "changes": text or _("Nothing that readers could see"),
                    "previous": versions[number + 1].pk if older else None,
                    "restore_url": self._url("restore", version.object_id, version.pk),
                }
            )
        return described

    # Two versions

    def compare_view(self, request, pk):
        row = self._row(request, pk)
        old = self._version(row, request.GET.get("old"))
        new = self._version(row, request.GET["new"]) if request.GET.get("new") else None
        if new is not None and new.pk < old.pk:
            old, new = new, old
        after = stored(new) if new else self._now(row)
        return self._history_page(
            request,
            "compare",
            title=_("Compare versions: %(name)s") % {"name": row},
            original=row,
            old=_facts(old) | {"restore_url": self._url("restore", row.pk, old.pk)},
            new=_facts(new) if new else None,
            changes=_with_covers(compare(self.model, stored(old), after)),
            may_restore=self.has_restore_permission(request, row),
            history_url=self._url("history", row.pk),
            change_url=self._url("change", row.pk),
        )

    def _version(self, row, key) -> Version:
        versions = versions_of(self.model, row.pk)
        return get_object_or_404(versions, pk=key if is_key(key) else 0)

    # An old version becomes the newest

    def restore_view(self, request, pk, version):
        row = self._row(request, pk)
        if not self.has_restore_permission(request, row):
            raise PermissionDenied
        version = self._version(row, version)
        problems = []
        if request.method == "POST":
            try:
                with transaction.atomic():
                    row = self._locked(request, pk)
                    if parse_datetime(request.POST.get("seen", "")[:40]) == row.updated_at:
                        return self._restored(request, row, version)
                problems = [_("Somebody has saved a newer version. Look again at what would change.")]
            except ValidationError as error:
                problems = error.messages
            except IntegrityError:
                problems = [_("Somebody has taken this address in the meantime.")]
            row = self._row(request, pk)
        held = stored(version)
        remarks = prepare(row, held).remarks
        row = self._row(request, pk)
        return self._history_page(
            request,
            "restore",
            title=_("Restore a version: %(name)s") % {"name": row},
            original=row,
            version=_facts(version),
            problems=problems,
            remarks=remarks,
            changes=_with_covers(what_changes(row, held)),
            seen=row.updated_at.isoformat(),
            is_public=isinstance(row, Post) and row.is_public,
            history_url=self._url("history", row.pk),
            change_url=self._url("change", row.pk),
        )

    def _restored(self, request, row, version: Version):
        moment = short_moment(version.revision.date_created)
        remarks = restore(row, version, request.user, editorial_change="editorial_change" in request.POST)
        self.log_change(request, row, _("Restored the version of %(moment)s.") % {"moment": moment})
        text = _("The version of %(moment)s is the newest one now. Every later version is still there.")
        self.message_user(request, text % {"moment": moment}, messages.SUCCESS)
        for remark in remarks:
            self.message_user(request, remark, messages.WARNING)
        return HttpResponseRedirect(self._url("change", row.pk))

    # What was deleted

    def deleted_view(self, request):
        if not self.has_recover_permission(request):
            raise PermissionDenied
        versions = (
            Version.objects.get_deleted(self.model)
            .select_related("revision__user")
            .defer("serialized_data")
            .order_by("-revision__date_created", "-pk")
        )
        page = Paginator(versions, DELETED_A_PAGE).get_page(request.GET.get("page"))
        return self._history_page(
            request,
            "deleted",
            title=self._deleted_title(),
            page=page,
            versions=[
                _facts(version) | {"title": version.object_repr, "url": self._url("recover", version.pk)}
                for version in page
            ],
            list_url=self._url("changelist"),
        )

    def _deleted_title(self) -> str:
        return _("Deleted: %(name)s") % {"name": capfirst(self.opts.verbose_name_plural)}

    def recover_view(self, request, version):
        if not self.has_recover_permission(request):
            raise PermissionDenied
        version = get_object_or_404(
            Version.objects.get_deleted(self.model).select_related("revision__user"), pk=version
        )
        held, problems = stored(version), []
        if request.method == "POST":
            try:
                row, remarks = recover(self.model, held, request.user)
            except ValidationError as error:
                problems = error.messages
            except IntegrityError:
                problems = [_("Somebody has brought it back, or taken its address, in the meantime.")]
            else:
                return self._recovered(request, row, remarks)
        return self._history_page(
            request,
            "recover",
            title=_("Bring back: %(name)s") % {"name": version.object_repr},
            deletion=_facts(version),
            problems=problems,
            held=held["fields"],
            content=_with_covers(compare(self.model, {"fields": {}}, held)),
            is_post=self.model is Post,
            deleted_url=self._url("deleted"),
            deleted_title=self._deleted_title(),
        )

    def _recovered(self, request, row, remarks: list[str]):
        self.log_change(request, row, _("Brought back after it was deleted."))
        text = _("“%(name)s” is back. Readers do not see it until somebody publishes it.")
        self.message_user(request, text % {"name": row}, messages.SUCCESS)
        for remark in remarks:
            self.message_user(request, remark, messages.WARNING)
        return HttpResponseRedirect(self._url("change", row.pk))

    def changelist_view(self, request, extra_context=None):
        link = self._url("deleted") if self.has_recover_permission(request) else ""
        return super().changelist_view(request, {"deleted_url": link, **(extra_context or {})})


def _facts(version: Version) -> dict:
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


def _with_covers(changes: list) -> list[dict]:
    """Each change with the pictures it names, where these are still there."""
    keys = {key for change in changes for key in (_cover_keys(change)) if key}
    images = Image.objects.in_bulk(keys) if keys else {}
    return [
        {"change": change, "images": [images.get(key) for key in _cover_keys(change)]} for change in changes
    ]


def _cover_keys(change) -> tuple:
    return (change.old_key, change.new_key) if change.name == "cover" else ()
