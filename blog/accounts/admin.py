"""Accounts and groups in the admin: nobody gives away more than they have, and changes of role are kept."""

from django.contrib import admin, messages
from django.contrib.auth import admin as auth
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from blog.accounts.factors import has_second_factor, remove_all
from blog.accounts.models import Session
from blog.audit import record
from blog.audit.models import Action

admin.site.unregister([User, Group])


def own_permissions(user):
    """What this user may do, and so may let others do."""
    if user.is_superuser:
        return Permission.objects.all()
    return Permission.objects.filter(Q(group__user=user) | Q(user=user)).distinct()


def _keys(permissions) -> set[int]:
    return set(permissions.values_list("pk", flat=True))


def grantable_groups(user):
    """The groups that hold nothing beyond what the user has."""
    own = _keys(own_permissions(user))
    beyond = Permission.objects.exclude(pk__in=own)
    return Group.objects.exclude(permissions__in=beyond)


def may_manage(user, other: User) -> bool:
    """Whether the other account is no mightier: who may change its address or password could become it."""
    if user.is_superuser:
        return True
    return not other.is_superuser and _keys(own_permissions(other)) <= _keys(own_permissions(user))


class LeastPrivilege:
    """For model admins: choices of permissions and groups are those that the user has."""

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if not request.user.is_superuser:
            if db_field.name in {"permissions", "user_permissions"}:
                own = _keys(own_permissions(request.user))
                kwargs["queryset"] = Permission.objects.filter(pk__in=own).select_related("content_type")
            elif db_field.name == "groups":
                kwargs["queryset"] = grantable_groups(request.user)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def is_within_reach(self, request, obj) -> bool:
        raise NotImplementedError

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or self.is_within_reach(request, obj))

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or self.is_within_reach(request, obj))

    def delete_model(self, request, obj):
        record(request.user, Action.DELETED, obj)
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request, queryset):
        for row in queryset:
            record(request.user, Action.DELETED, row)
        super().delete_queryset(request, queryset)


def role_of(user: User) -> dict:
    """All that says what an account may do, as the audit log keeps it."""
    return {
        "active": user.is_active,
        "staff": user.is_staff,
        "superuser": user.is_superuser,
        "groups": sorted(user.groups.values_list("name", flat=True)),
        "permissions": sorted(user.user_permissions.values_list("codename", flat=True)),
    }


@admin.register(User)
class UserAdmin(LeastPrivilege, auth.UserAdmin):
    change_form_template = "admin/accounts/user_change_form.html"
    list_display = ["username", "email", "first_name", "last_name", "is_staff", "is_active", "last_login"]

    def is_within_reach(self, request, obj) -> bool:
        return may_manage(request.user, obj)

    def get_readonly_fields(self, request, obj=None):
        fields = [*super().get_readonly_fields(request, obj), "last_login", "date_joined"]
        return fields if request.user.is_superuser else [*fields, "is_superuser"]

    def get_urls(self):
        reset = self.admin_site.admin_view(self.reset_second_factor)
        return [
            path("<path:object_id>/second-factor/", reset, name="auth_user_reset_second_factor"),
            *super().get_urls(),
        ]

    def save_related(self, request, form, formsets, change):
        before = role_of(form.instance) if change else {}
        was = {"active", "staff", "superuser"}
        if change:
            before |= {key: form.initial.get(f"is_{key}", before[key]) for key in was}
        super().save_related(request, form, formsets, change)
        after = role_of(form.instance)
        changes = {key: [before.get(key), now] for key, now in after.items() if before.get(key) != now}
        if changes:
            record(request.user, Action.ROLE_CHANGED, form.instance, **changes)

    def user_change_password(self, request, id, form_url=""):
        before = self.get_object(request, id)
        response = super().user_change_password(request, id, form_url)
        after = before and self.get_object(request, id)
        if after and after.password != before.password:
            Session.objects.end(after, keep=request.session.session_key if after == request.user else None)
            record(request.user, Action.PASSWORD_CHANGED, after)
        return response

    def change_view(self, request, object_id, form_url="", extra_context=None):
        user = self.get_object(request, object_id)
        resettable = user is not None and user != request.user and self.has_change_permission(request, user)
        context = {"can_reset_second_factor": resettable and has_second_factor(user)}
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def reset_second_factor(self, request, object_id):
        """For somebody who has lost phone and recovery codes: the password alone counts again."""
        user = self.get_object(request, object_id)
        if user is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_change_permission(request, user) or user == request.user:
            raise PermissionDenied
        back = redirect(reverse("admin:auth_user_change", args=[user.pk]))
        if request.method == "POST":
            remove_all(user)
            ended = Session.objects.end(user)
            record(request.user, Action.SECOND_FACTOR_RESET, user, sessions_ended=ended)
            messages.success(request, _("The second factor of %(name)s is reset.") % {"name": user})
            return back
        context = self.admin_site.each_context(request) | {
            "title": _("Reset the second factor"),
            "opts": self.opts,
            "account": user,
        }
        return TemplateResponse(request, "admin/accounts/reset_second_factor.html", context)


@admin.register(Group)
class GroupAdmin(LeastPrivilege, auth.GroupAdmin):
    def is_within_reach(self, request, obj) -> bool:
        return grantable_groups(request.user).filter(pk=obj.pk).exists()

    def save_related(self, request, form, formsets, change):
        before = _names(form.instance) if change else []
        super().save_related(request, form, formsets, change)
        after = _names(form.instance)
        if before != after:
            record(request.user, Action.ROLE_CHANGED, form.instance, permissions=[before, after])


def _names(group: Group) -> list[str]:
    return sorted(group.permissions.values_list("codename", flat=True))
