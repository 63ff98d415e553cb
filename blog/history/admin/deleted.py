"""What was deleted: the list, and bringing it back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from reversion.models import Version

from blog.history.admin.pages import HistoryPages, facts, with_covers
from blog.history.changes import compare
from blog.history.restoring import recover
from blog.history.snapshots import stored
from blog.models import Post

DELETED_A_PAGE = 50


class DeletedPages(HistoryPages):
    def has_recover_permission(self, request) -> bool:
        """Who may delete rows may see what was deleted, and bring it back."""
        return self.has_add_permission(request) and self.has_delete_permission(request)

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
                facts(version) | {"title": version.object_repr, "url": self._url("recover", version.pk)}
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
            deletion=facts(version),
            problems=problems,
            held=held["fields"],
            content=with_covers(compare(self.model, {"fields": {}}, held)),
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
