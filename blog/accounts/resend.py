"""A form came from a session that has ended: everything typed is kept, to be sent again."""

from urllib.parse import urlsplit

from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_BAD_ORIGIN
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.views.csrf import csrf_failure as bare_refusal
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

_LONG = 60
_TEXTS = {"title", "body", "excerpt", "description"}  # shown however short they are


@sensitive_post_parameters()
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """settings.CSRF_FAILURE_VIEW: a desk's own form with an old token is not an attack, it was left open."""
    if request.path.startswith(reverse("admin:index")) and _is_from_here(request, reason):
        return keep_what_was_typed(request)
    return bare_refusal(request, reason, template_name="403.html")


def _is_from_here(request: HttpRequest, reason: str) -> bool:
    """Whether a page of this site sent the form. Others must not get a page that sends their words on."""
    if reason.startswith(REASON_BAD_ORIGIN.partition(" - ")[0]):
        return False
    source = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return request.method == "POST" and urlsplit(source).netloc == request.get_host()


@never_cache
def keep_what_was_typed(request: HttpRequest) -> HttpResponse:
    """403, as a form of all fields but passwords and files, and a button that sends it again."""
    context = {
        **admin.site.each_context(request),
        **typed(request),
        "signed_in": admin.site.has_permission(request),
    }
    return render(request, "admin/accounts/resend.html", context, status=403)


def typed(request: HttpRequest) -> dict:
    """What admin/accounts/_typed.html shows and sends again: all but passwords, codes and files.

    `fields` are names, labels for those that people read, and values.
    """
    labels = _Labels(request)
    fields = [
        (name, labels.of(name) if _is_to_read(name, value) else "", value)
        for name, values in request.POST.lists()
        for value in values
        if name not in {"csrfmiddlewaretoken", "code"} and "password" not in name.lower()
    ]
    return {"fields": fields, "files": list(request.FILES), "address": request.get_full_path()}


def _is_to_read(name: str, value: str) -> bool:
    is_text = name in _TEXTS and value.strip()
    return bool(is_text) or len(value) > _LONG or "\n" in value


class _Labels:
    """What the form that was sent calls its fields, told without the database."""

    def __init__(self, request: HttpRequest):
        try:
            view = resolve(request.path_info).func
        except Resolver404:
            view = None
        self.model_admin = getattr(view, "model_admin", None)

    def of(self, name: str) -> str:
        """As the form or the model says it; else the name itself."""
        if self.model_admin is None:
            return name
        declared = getattr(self.model_admin.form, "declared_fields", {}).get(name)
        if declared is not None and declared.label:
            return str(declared.label)
        try:
            return str(self.model_admin.model._meta.get_field(name).verbose_name)
        except (FieldDoesNotExist, AttributeError):
            return name


def may_be_sent_again(request: HttpRequest) -> bool:
    """Whether a form that was refused for another reason came from a page of ours.

    Its token was right; or it was not looked at yet, or is old, and the browser names this site.
    """
    return request.method == "POST" and (
        getattr(request, "csrf_processing_done", False) or _is_from_here(request, "")
    )
