"""The outbox in the admin: what waits, what failed, and sending again what was given up."""

from django.contrib import admin, messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from blog.admin.base import NewsroomAdmin, short_moment
from blog.outbox.kinds import name_of
from blog.outbox.models import Task


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [
            ("waiting", _("Waiting")),
            ("late", _("Late")),
            ("given_up", _("Given up")),
            ("done", _("Done")),
        ]

    def queryset(self, request, queryset):
        if self.value() == "late":
            return queryset.late(timezone.now())
        states = {"waiting": queryset.open, "given_up": queryset.given_up, "done": queryset.done}
        return states.get(self.value(), queryset.all)()


@admin.register(Task)
class TaskAdmin(NewsroomAdmin):
    change_form_template = "admin/outbox/task_change_form.html"
    list_display = ["about", "state", "due", "attempted", "attempts", "error"]
    list_filter = [StateFilter, "kind"]
    search_fields = ["key", "last_error"]
    fields = ["about", "state", "due", "attempted", "attempts", "last_error", "payload", "created_at"]
    readonly_fields = fields
    actions = ["send_again"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("task"), ordering="kind")
    def about(self, task):
        return f"{name_of(task.kind)}: {task.key}"

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

    @admin.display(description=_("last attempt"), ordering="attempted_at")
    def attempted(self, task):
        return short_moment(task.attempted_at)

    @admin.action(description=_("Send again"), permissions=["change"])
    def send_again(self, request, queryset):
        count = queryset.send_again()
        text = ngettext("%d task waits again.", "%d tasks wait again.", count) % count
        self.message_user(request, text, messages.SUCCESS)

    def save_model(self, request, obj, form, change):
        """Nothing on the page is typed in, and the row may be a worker's by now."""

    def response_change(self, request, obj):
        if "_send_again" in request.POST:
            self.send_again(request, Task.objects.filter(pk=obj.pk))
            return redirect("admin:blog_task_change", obj.pk)
        return super().response_change(request, obj)
