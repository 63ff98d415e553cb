"""The admin site that the newsroom works in. What it shows of each model is in blog/admin/."""

from django.contrib.admin import AdminSite
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
        return [path("markdown/", include("blog.admin.urls")), overview, *super().get_urls()]

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
