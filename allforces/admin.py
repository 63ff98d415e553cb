"""The admin site that the newsroom works in. What it shows of each model is in blog/admin/."""

from django.contrib.admin import AdminSite
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

SECTIONS = ("Post", "Image", "Category", "Tag", "Author", "Merge", "Page", "Redirect", "AuditEntry")


class NewsroomSite(AdminSite):
    site_header = site_title = _("ALLFORCES Desk")
    index_title = _("Newsroom")
    enable_nav_sidebar = False  # the header has the sections; the width belongs to text and preview

    def get_urls(self):
        return [path("markdown/", include("blog.admin.urls")), *super().get_urls()]

    def get_app_list(self, request, app_label=None):
        """The newsroom's models first, in the order of the work."""
        apps = super().get_app_list(request, app_label)
        for app in apps:
            if app["app_label"] == "blog":
                app["models"].sort(key=lambda model: SECTIONS.index(model["object_name"]))
        return sorted(apps, key=lambda app: app["app_label"] != "blog")
