"""The admin site that the newsroom works in. What it shows of each model is in blog/admin/."""

from django.contrib.admin import AdminSite
from django.contrib.contenttypes.views import shortcut
from django.http import Http404
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from blog.accounts.site import SigningIn

SECTIONS = (
    "Post",
    "Correction",
    "Image",
    "Category",
    "Tag",
    "Author",
    "Merge",
    "Page",
    "Redirect",
    "Spelling",
    "FeedState",
    "Task",
    "AuditEntry",
)


class NewsroomSite(SigningIn, AdminSite):
    site_header = site_title = _("ALLFORCES Desk")
    index_title = _("Newsroom")
    enable_nav_sidebar = False  # the header has the sections; the width belongs to text and preview

    def get_urls(self):
        overview = path("", include("blog.overview.urls"))
        on_site = self.admin_view(self.view_on_site)
        return [
            path("markdown/", include("blog.admin.urls")),
            path("r/<path:content_type_id>/<path:object_id>/", on_site, name="view_on_site"),
            overview,
            *super().get_urls(),
        ]

    def view_on_site(self, request, content_type_id, object_id):
        """As Django's, but the address of a row is told only to those who may see it at the desk."""
        from django.contrib.contenttypes.models import ContentType

        key = int(content_type_id) if content_type_id.isdecimal() else 0
        kind = ContentType.objects.filter(pk=key).first()
        model_admin = self._registry.get(kind and kind.model_class())
        row = model_admin and model_admin.get_object(request, object_id)
        if row is None or not model_admin.has_view_or_change_permission(request, row):
            raise Http404
        return shortcut(request, content_type_id, object_id)

    def index(self, request, extra_context=None):
        from blog.overview.desk import desk_context  # its models are not loaded when the site is made

        return super().index(request, {"desk": desk_context(request, self), **(extra_context or {})})

    def get_app_list(self, request, app_label=None):
        """The newsroom's models first, in the order of the work."""
        apps = super().get_app_list(request, app_label)
        for app in apps:
            if app["app_label"] == "blog":
                app["models"].sort(key=lambda model: SECTIONS.index(model["object_name"]))
        return sorted(apps, key=lambda app: app["app_label"] != "blog")
