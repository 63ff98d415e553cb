"""The feed desk in the admin."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from blog.admin.base import NewsroomAdmin
from blog.feeds import desk
from blog.feeds.models import FeedState
from blog.outbox.queue import tell


@admin.register(FeedState)
class FeedDesk(NewsroomAdmin):
    """A page of its own in place of a list of rows; there is nothing to add, change or delete."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        check = self.admin_site.admin_view(require_POST(self.check_now))
        return [path("check/", check, name="blog_feedstate_check"), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Feeds"),
            "opts": self.opts,
            "rows": desk.rows(),
            "alarms": desk.alarms(),
            "checked_at": desk.last_check(),
            "days": desk.DAYS,
        }
        return TemplateResponse(request, "admin/feeds/desk.html", context)

    def check_now(self, request):
        """Have every feed looked at by the outbox; it may take a while, so nobody waits for it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        for key in desk.checkable_keys():
            tell("check_feed", key, {"channel": key})
        self.message_user(
            request, _("The feeds are being checked. Reload this page in a moment."), messages.INFO
        )
        return HttpResponseRedirect(reverse("admin:blog_feedstate_changelist"))
