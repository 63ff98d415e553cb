"""The versions of a row: their list, a comparison of two, and restoring one."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from reversion.models import Version

from blog.admin.base import short_moment
from blog.history.admin.pages import HistoryPages, facts, with_covers
from blog.history.changes import compare, summary
from blog.history.recording import versions_of
from blog.history.restoring import prepare, restore, what_changes
from blog.history.snapshots import complete_rows, snapshot, stored, substance
from blog.models import Post
from blog.querysets import is_key

VERSIONS_A_PAGE = 20


class VersionPages(HistoryPages):
    def has_restore_permission(self, request, row) -> bool:
        return self.has_change_permission(request, row)

    def has_history_permission(self, request, row) -> bool:
        return self.has_view_or_change_permission(request, row)

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
                facts(version)
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
            old=facts(old) | {"restore_url": self._url("restore", row.pk, old.pk)},
            new=facts(new) if new else None,
            changes=with_covers(compare(self.model, stored(old), after)),
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
            version=facts(version),
            problems=problems,
            remarks=remarks,
            changes=with_covers(what_changes(row, held)),
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
