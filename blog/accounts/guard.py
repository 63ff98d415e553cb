"""Whose account is worked on, and the steps by which a session becomes theirs."""

from functools import wraps

from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django_otp import login as otp_login
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp_webauthn.models import WebAuthnCredential

from blog.accounts.factors import has_second_factor, recovery_codes_left
from blog.accounts.middleware import claimant, pass_second_factor
from blog.accounts.models import Session
from blog.accounts.throttling import forgive
from blog.audit import record
from blog.audit.models import Action

FEW_CODES = 3


def account_of(request: HttpRequest):
    """Whose account is set up here: who is signed in, or must set up a second factor before that."""
    if admin.site.has_permission(request):
        return request.user
    user = claimant(request)
    return user if user and user.is_staff and not has_second_factor(user) else None


def for_account(view):
    """A view of the account: `view(request, user)`."""

    @never_cache
    @wraps(view)
    def guarded(request, *args, **kwargs):
        user = account_of(request)
        if user is None:
            return redirect_to_login(request.get_full_path(), reverse("admin:login"))
        return view(request, user, *args, **kwargs)

    return guarded


def finish(request, user, device) -> None:
    """The second step was right: the user is signed in."""
    pass_second_factor(request, user, device)
    forgive(request, user.get_username())
    left = recovery_codes_left(user)
    if isinstance(device, StaticDevice) or left == 0:
        text = ngettext("%(count)d recovery code is left.", "%(count)d recovery codes are left.", left) % {
            "count": left
        }
        if left <= FEW_CODES:
            text += _(" Make new ones under “Account security”.")
        messages.warning(request, text)


def added_factor(request: HttpRequest, user, device, **details) -> None:
    """The session goes on with the new factor; sessions that had only the password end."""
    pass_second_factor(request, user, device)
    forgive(request, user.get_username())
    Session.objects.end(user, keep=request.session.session_key)
    record(user, Action.SECOND_FACTOR_CHANGED, user, **details)


def stay_signed_in(request: HttpRequest, user) -> None:
    """The session may hang on the device that is gone: hang it on one that is left."""
    for model in (TOTPDevice, WebAuthnCredential):
        device = model.objects.filter(user=user, confirmed=True).first()
        if device:
            otp_login(request, device)
            return
