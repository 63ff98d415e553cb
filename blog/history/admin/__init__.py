"""The history in the admin of posts and pages: writing versions, and the addresses of its pages."""

from django.urls import path

from blog.history.admin.deleted import DeletedPages
from blog.history.admin.versions import VersionPages
from blog.history.recording import record, record_deletion, recording
from blog.querysets import is_key


class HistoryMixin(VersionPages, DeletedPages):
    """For the model admins of posts and pages. Put it before NewsroomAdmin.

    Everything saved through the form becomes one version of the row. A list action that saves rows does so
    within `self.recording(request, keys)`; a view of your own does it within
    `recording(request.user, Model, keys)`, or calls `log_change` once it is done.
    """

    # Versions are written

    def changeform_view(self, request, object_id=None, *args, **kwargs):
        if request.method != "POST":
            return super().changeform_view(request, object_id, *args, **kwargs)
        with self.recording(request, [object_id]):
            return super().changeform_view(request, object_id, *args, **kwargs)

    def recording(self, request, keys):
        """For a form or a list action: what is saved within becomes one version of each of these rows."""
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
