"""Passkeys (WebAuthn): the two ceremonies, as JSON for static/js/admin-passkeys.js."""

import json
import logging
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django_otp_webauthn.exceptions import OTPWebAuthnApiError
from django_otp_webauthn.helpers import WebAuthnHelper
from django_otp_webauthn.utils import rewrite_exceptions

from blog.accounts.factors import has_second_factor
from blog.accounts.guard import account_of, added_factor, finish
from blog.accounts.middleware import claimant

log = logging.getLogger(__name__)
MAX_NAME = 64
_ADDING, _SIGNING_IN = "passkey_being_added", "passkey_challenge"


def passkey_place(request: HttpRequest) -> str:
    """Empty where passkeys work; else the address at which they do. They are bound to a host's name."""
    here = request.get_host().rpartition(":")[0] or request.get_host()
    return "" if here == settings.OTP_WEBAUTHN_RP_ID else settings.OTP_WEBAUTHN_ALLOWED_ORIGINS[0]


def answers_json(view):
    """POST only; a refusal is a reason for the page to show, as `{"error": "…"}`."""

    @never_cache
    @require_POST
    @wraps(view)
    def answering(request):
        try:
            with rewrite_exceptions(logger=log):
                return view(request)
        except (OTPWebAuthnApiError, ValueError, TypeError, KeyError) as error:
            log.warning("A passkey was refused: %r", error)
            return _refused(_("The passkey could not be checked. Try again."))

    return answering


def _refused(reason: str, status: int = 400) -> JsonResponse:
    return JsonResponse({"error": reason}, status=status)


def _signed_out() -> JsonResponse:
    return _refused(_("You are signed out. Reload the page and sign in again."), 403)


def _take(request: HttpRequest, key: str) -> dict:
    """The challenge, which serves once even when what follows fails. Raises KeyError without one."""
    challenge = request.session.pop(key)
    request.session.save()
    return challenge


@answers_json
def begin_adding(request: HttpRequest) -> JsonResponse:
    user = account_of(request)
    if user is None:
        return _signed_out()
    options, request.session[_ADDING] = WebAuthnHelper(request).register_begin(user)
    return JsonResponse(options)


@answers_json
def add(request: HttpRequest) -> JsonResponse:
    """Takes `{"name": "…", "credential": {…}}`."""
    user = account_of(request)
    if user is None:
        return _signed_out()
    data = json.loads(request.body)
    name = str(data["name"]).replace("\0", "").strip()[:MAX_NAME]
    if not name:
        return _refused(_("Give the passkey a name."))
    first = not has_second_factor(user)
    challenge = _take(request, _ADDING)
    passkey = WebAuthnHelper(request).register_complete(user, challenge, data["credential"])
    passkey.name = name
    passkey.save(update_fields=["name"])
    user._has_second_factor = True
    added_factor(request, user, passkey, added="passkey", name=name)
    return JsonResponse({"first": first})


@answers_json
def begin_signing_in(request: HttpRequest) -> JsonResponse:
    user = claimant(request)
    if user is None:
        return _signed_out()
    options, request.session[_SIGNING_IN] = WebAuthnHelper(request).authenticate_begin(
        user, require_user_verification=False
    )
    return JsonResponse(options)


@answers_json
def sign_in(request: HttpRequest) -> JsonResponse:
    """Takes `{"credential": {…}}`."""
    user = claimant(request)
    if user is None:
        return _signed_out()
    challenge = _take(request, _SIGNING_IN)
    passkey = WebAuthnHelper(request).authenticate_complete(
        user, challenge, json.loads(request.body)["credential"]
    )
    if not passkey.confirmed:
        return _refused(_("This passkey is not in use any more."))
    finish(request, user, passkey)
    return JsonResponse({})
