"""The outbox in the admin: what waits, what failed, and sending again what was given up."""

from django.contrib import admin, messages
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from blog.admin.base import NewsroomAdmin, short_moment
from blog.outbox.models import Task

KINDS = {
    "announce": _("News of a post"),
    "check_feed": _("Check of a feed"),
    "websub": _("WebSub hub"),
    "indexnow": _("IndexNow"),
    "sitemap": _("Sitemap ping"),
    "purge": _("CDN purge"),
}


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("waiting", _("Waiting")), ("given_up", _("Given up")), ("done", _("Done"))]

    def queryset(self, request, queryset):
        states = {"waiting": queryset.open, "given_up": queryset.given_up, "done": queryset.done}
        return states.get(self.value(), queryset.all)()


@admin.register(Task)
class TaskAdmin(NewsroomAdmin):
    list_display = ["about", "state", "due", "attempts", "error"]
    list_filter = [StateFilter, "kind"]
    search_fields = ["key", "last_error"]
    fields = ["about", "state", "due", "attempts", "last_error", "payload", "created_at"]
    readonly_fields = fields
    actions = ["send_again"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("task"), ordering="kind")
    def about(self, task):
        return f"{KINDS.get(task.kind, task.kind)}: {task.key}"

    @admin.display(description=_("state"))
    def state(self, task):
        if task.done_at:
            return _("Done: %s") % short_moment(task.done_at)
        if task.given_up_at:
            return format_html("<strong>{}</strong>", _("Given up: %s") % short_moment(task.given_up_at))
        return _("Waiting")

    @admin.display(description=_("due"), ordering="due_at")
    def due(self, task):
        return short_moment(task.due_at)

    @admin.display(description=_("last error"))
    def error(self, task):
        return task.last_error[:120]

    @admin.action(description=_("Try again now"), permissions=["change"])
    def send_again(self, request, queryset):
        """What was given up waits again; if the same has been told since, that one is enough."""
        waiting = set(Task.objects.open().values_list("kind", "key"))
        again = []
        for task in queryset.given_up():
            if (task.kind, task.key) not in waiting:
                waiting.add((task.kind, task.key))
                again.append(task.pk)
        count = Task.objects.filter(pk__in=again).update(given_up_at=None, attempts=0, due_at=timezone.now())
        text = ngettext("%d task waits again.", "%d tasks wait again.", count) % count
        self.message_user(request, text, messages.SUCCESS)
