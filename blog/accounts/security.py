"""Account security: everything about signing in that people set up for themselves."""

import re

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp_webauthn.models import WebAuthnCredential

from blog.accounts import factors
from blog.accounts.forms import CodeForm
from blog.accounts.guard import added_factor, for_account, stay_signed_in
from blog.accounts.middleware import claimant
from blog.accounts.models import Session
from blog.accounts.passkeys import passkey_place
from blog.accounts.throttling import record_failure, refuse, seconds_to_wait, too_many
from blog.accounts.user_agents import device_name
from blog.audit import record
from blog.audit.models import Action

_SHOWN_CODES = re.compile(r"(?:[a-z2-9]{5}-[a-z2-9]{5}\n?){1,10}")


def page(request: HttpRequest, user, **context) -> dict:
    must_set_up = claimant(request) is not None
    return admin.site.each_context(request) | {"account": user, "must_set_up": must_set_up} | context


@for_account
def account(request: HttpRequest, user) -> HttpResponse:
    context = page(
        request,
        user,
        title=_("Account security"),
        app=TOTPDevice.objects.filter(user=user, confirmed=True).first(),
        passkeys=list(WebAuthnCredential.objects.filter(user=user, confirmed=True).order_by("created_at")),
        codes_left=factors.recovery_codes_left(user),
        has_factor=factors.has_second_factor(user),
        sessions=list(Session.objects.of(user)),
        this_session=request.session.session_key,
        passkey_place=passkey_place(request),
        this_device=device_name(request.headers.get("User-Agent", "")),
    )
    return render(request, "admin/accounts/account.html", context)


# The authenticator app


@sensitive_post_parameters("code")
@for_account
def app(request: HttpRequest, user) -> HttpResponse:
    """Set up an app: scan or type its secret, then prove it by a code."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _confirm(request, user, form):
        messages.success(request, _("The authenticator app is set up."))
        if factors.recovery_codes_left(user):
            return redirect("admin:account")
        return _show_codes(request, user)
    device = factors.app_being_set_up(user)
    context = page(
        request,
        user,
        title=_("Set up an authenticator app"),
        form=form,
        qr_code=factors.qr_code(device),
        app_address=factors.app_address(device),
        secret=factors.secret_of(device),
    )
    return render(request, "admin/accounts/app.html", context)


def _confirm(request: HttpRequest, user, form: CodeForm) -> bool:
    name = user.get_username()
    seconds, device = seconds_to_wait(request, name), None
    if not seconds:
        try:
            device = factors.confirm_app(user, form.cleaned_data["code"])
        except factors.TooManyCodes as throttled:
            seconds = throttled.seconds
        else:
            if device is None:
                record_failure(request, name)
                seconds = seconds_to_wait(request, name)
    if seconds:
        refuse(request, seconds)
        form.add_error("code", too_many(seconds))
    elif device is None:
        form.add_error("code", _("This is not the code that the app shows now. Is the phone's clock right?"))
    if device is None:
        return False
    added_factor(request, user, device, added="app")
    return True


@require_POST
@for_account
def remove_app(request: HttpRequest, user) -> HttpResponse:
    if factors.remove_app(user):
        record(user, Action.SECOND_FACTOR_CHANGED, user, removed="app")
        stay_signed_in(request, user)
        messages.success(request, _("The authenticator app is removed."))
    return redirect("admin:account")


# Recovery codes


@for_account
def codes(request: HttpRequest, user) -> HttpResponse:
    """Make recovery codes anew; they are shown in the answer and never again."""
    if not factors.has_second_factor(user):
        return redirect("admin:account")
    if request.method == "POST":
        return _show_codes(request, user)
    left = factors.recovery_codes_left(user)
    return render(
        request,
        "admin/accounts/codes.html",
        page(request, user, title=_("Recovery codes"), codes_left=left),
    )


def _show_codes(request: HttpRequest, user) -> HttpResponse:
    new = factors.new_recovery_codes(user)
    stay_signed_in(request, user)
    record(user, Action.SECOND_FACTOR_CHANGED, user, added="recovery codes")
    context = page(request, user, title=_("Your recovery codes"), codes=new, text="\n".join(new))
    return render(request, "admin/accounts/codes.html", context)


@require_POST
@for_account
def download_codes(request: HttpRequest, user) -> HttpResponse:
    """The codes of the page as a file. They come from the page itself: the server does not have them."""
    text = request.POST.get("codes", "").replace("\r\n", "\n")
    if not _SHOWN_CODES.fullmatch(text):
        return HttpResponseBadRequest()
    response = HttpResponse(text + "\n", content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return response


# Passkeys and sessions


@require_POST
@for_account
def remove_passkey(request: HttpRequest, user, pk: int) -> HttpResponse:
    passkey = factors.remove_passkey(user, pk)
    if passkey:
        record(user, Action.SECOND_FACTOR_CHANGED, user, removed="passkey", name=passkey.name)
        stay_signed_in(request, user)
        messages.success(request, _("The passkey “%(name)s” is removed.") % {"name": passkey.name})
    return redirect("admin:account")


@require_POST
@for_account
def end_sessions(request: HttpRequest, user) -> HttpResponse:
    """End the session with the handle `session`, or all but this one."""
    this = request.session.session_key
    handle = request.POST.get("session")
    others = list(Session.objects.filter(user=user).exclude(session_key=this))
    keys = [row.session_key for row in others if handle is None or row.handle == handle]
    Session.objects.filter(user=user, session_key__in=keys).delete()
    if keys:
        record(user, Action.SESSIONS_ENDED, user, count=len(keys))
    messages.success(
        request,
        ngettext("%(count)d session is ended.", "%(count)d sessions are ended.", len(keys))
        % {"count": len(keys)},
    )
    return redirect("admin:account")
