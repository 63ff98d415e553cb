"""What all model admins of the newsroom share."""

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.admin.widgets import AutocompleteSelect, RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from blog.audit import record
from blog.models import Post
from blog.querysets import is_key


class ChoiceSelect(AutocompleteSelect):
    """Django's choice by typing, which would crash on a forged value that is no number."""

    def optgroups(self, name, value, attr=None):
        return super().optgroups(name, list(filter(is_key, value)), attr)


class ChoicesMixin:
    """For model admins and inlines: related rows are chosen by typing, or added in a window of their own."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field and field.widget, RelatedFieldWidgetWrapper):
            # A click too many on these icons would change or delete what other posts use, too.
            field.widget.can_change_related = field.widget.can_delete_related = False
            field.widget.can_view_related = False
            field.widget.can_add_related &= db_field.remote_field.model is not Post
        return field

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if "widget" not in kwargs and db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = ChoiceSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class NewsroomAdmin(ChoicesMixin, admin.ModelAdmin):
    list_per_page = 50
    show_full_result_count = False

    def get_search_results(self, request, queryset, search_term):
        # PostgreSQL refuses to look for NUL.
        return super().get_search_results(request, queryset, search_term.replace("\0", ""))

    def get_object(self, request, object_id, from_field=None):
        # Django would also read " 1", "+1" and "1_0" as numbers, which other parts of the desk do not.
        return super().get_object(request, object_id, from_field) if is_key(object_id) else None

    def changelist_view(self, request, extra_context=None):
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def delete_model(self, request, obj):
        record(request.user, "deleted", obj)
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request, queryset):
        for row in queryset:
            record(request.user, "deleted", row)
        super().delete_queryset(request, queryset)

    def changeform_view(self, request, *args, **kwargs):
        if "_saveasnew" in request.POST:  # which Django obeys also where it does not offer it
            raise PermissionDenied
        try:
            return super().changeform_view(request, *args, **kwargs)
        except (IntegrityError, ValidationError):
            # Between our check and our save somebody took the name or the slug. A second check sees it
            # and says so beside the field, with everything that was typed still there.
            return super().changeform_view(request, *args, **kwargs)


def is_autocomplete(request) -> bool:
    """Whether the request is for the choices of a field in some form, not for the model's own list."""
    return request.resolver_match.url_name == "autocomplete"


class InUse:
    """For rows that posts or pages need: they can be deleted only when nothing uses them."""

    def uses(self, row) -> list:
        """What uses the row, as lines of text or HTML; empty if nothing does."""
        raise NotImplementedError

    def get_deleted_objects(self, objs, request):
        uses = [use for row in objs for use in self.uses(row)]
        return ([], {}, set(), uses) if uses else super().get_deleted_objects(objs, request)


def edit_link(obj):
    url = reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[quote(obj.pk)])
    return format_html('<a href="{}">{}</a>', url, obj)


def short_moment(moment) -> str:
    """`2025/10/21 09:00`, in Tokyo time; empty for None."""
    return date_format(timezone.localtime(moment), _("Y/m/d H:i")) if moment else ""
