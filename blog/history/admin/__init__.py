"""The history in the admin of posts and pages: writing versions, and the addresses of its pages."""

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import path

from blog.admin.base import is_key
from blog.history.admin.deleted import DeletedPages
from blog.history.admin.versions import VersionPages
from blog.history.recording import record, record_deletion, recording


class HistoryMixin(VersionPages, DeletedPages):
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
