"""The audit log in the admin: to be read, searched and filtered, by those with the permission to see it."""

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from blog.admin.audit_details import in_words
from blog.admin.base import NewsroomAdmin, short_moment
from blog.audit.models import Action, AuditEntry


class ActionFilter(admin.SimpleListFilter):
    title = _("what")
    parameter_name = "action"

    def lookups(self, request, model_admin):
        return Action.choices

    def queryset(self, request, queryset):
        return queryset.filter(action=self.value()) if self.value() in Action.values else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(NewsroomAdmin):
    list_display = ["moment", "who", "what", "of_what", "account_of_it"]
    list_display_links = ["moment"]
    list_filter = [ActionFilter, "target_type"]
    search_fields = ["username", "target"]
    date_hierarchy = "at"
    fields = ["moment", "who", "what", "of_what", "account_of_it"]
    readonly_fields = fields

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("when"), ordering="at")
    def moment(self, entry):
        return short_moment(entry.at)

    @admin.display(description=_("who"), ordering="username")
    def who(self, entry):
        return entry.username or _("a command")

    @admin.display(description=_("what"), ordering="action")
    def what(self, entry):
        return entry.get_action_display()

    @admin.display(description=_("of what"), ordering="target", empty_value="")
    def of_what(self, entry):
        return entry.target

    @admin.display(description=_("details"), empty_value="")
    def account_of_it(self, entry):
        rows = format_html_join("; ", "{}: {}", in_words(entry.details))
        return format_html('<span class="details">{}</span>', rows)
