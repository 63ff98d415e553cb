"""Second factors: an authenticator app, passkeys, and recovery codes for the day when both are lost."""

import hashlib
import re
import secrets
import unicodedata
from base64 import b32encode

import segno
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp_webauthn.models import WebAuthnCredential

RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without i, l, o, 0, 1, which are misread
RECOVERY_CODE = re.compile(rf"[{_ALPHABET}]{{10}}")


class TooManyCodes(Exception):  # noqa: N818
    """Too many wrong codes for this app, wherever they came from. `seconds` until the next is looked at."""

    def __init__(self, seconds: int):
        self.seconds = seconds


def has_second_factor(user) -> bool:
    """Whether the account asks for more than the password. Recovery codes alone are no factor."""
    if not hasattr(user, "_has_second_factor"):
        user._has_second_factor = _factor_exists(user)
    return user._has_second_factor


def _factor_exists(user) -> bool:
    own = {"user": OuterRef("pk"), "confirmed": True}
    app, passkey = TOTPDevice.objects.filter(**own), WebAuthnCredential.objects.filter(**own)
    return get_user_model().objects.filter(Exists(app) | Exists(passkey), pk=user.pk).exists()


def read_code(typed: str) -> str:
    """The code in what was typed: full-width digits, spaces, hyphens and capitals are no mistakes."""
    return re.sub(r"[\s\-‐-―−ー]", "", unicodedata.normalize("NFKC", typed)).lower()


@transaction.atomic
def verify(user, code: str):
    """The device that takes the code, or None. A code is taken once. Raises TooManyCodes."""
    if re.fullmatch(r"[0-9]{6}", code):
        device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True).first()
    elif RECOVERY_CODE.fullmatch(code):
        device = StaticDevice.objects.select_for_update().filter(user=user, confirmed=True).first()
        code = _digest(user, code)
    else:
        return None
    if device is None:
        return None
    allowed, reason = device.verify_is_allowed()
    if not allowed:
        raise TooManyCodes(int((reason["locked_until"] - timezone.now()).total_seconds()) + 1)
    return device if device.verify_token(code) else None


# The authenticator app


def app_being_set_up(user) -> TOTPDevice:
    """The app that waits for its first code, with the same secret until that comes."""
    device = TOTPDevice.objects.filter(user=user, confirmed=False).first()
    return device or TOTPDevice.objects.create(user=user, confirmed=False, name="app")


def secret_of(device: TOTPDevice) -> str:
    """The secret as it is typed: groups of four."""
    return " ".join(re.findall(".{4}", b32encode(device.bin_key).decode()))


def app_address(device: TOTPDevice) -> str:
    """`otpauth://…`: an authenticator app opens it on the phone it is installed on."""
    return device.config_url


def qr_code(device: TOTPDevice) -> SafeString:
    """The `app_address` as a picture in SVG of any size, with the quiet zone that scanners need."""
    code = segno.make(app_address(device), error="m")
    return mark_safe(code.svg_inline(omitsize=True, border=4, dark="#000", light="#fff"))


@transaction.atomic
def confirm_app(user, code: str) -> TOTPDevice | None:
    """Use the app that is being set up from now on, in place of any other, if the code is its own."""
    device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
    if device is None:
        return None
    allowed, reason = device.verify_is_allowed()
    if not allowed:
        raise TooManyCodes(int((reason["locked_until"] - timezone.now()).total_seconds()) + 1)
    if not re.fullmatch(r"[0-9]{6}", code) or not device.verify_token(code):
        return None
    TOTPDevice.objects.filter(user=user, confirmed=True).delete()
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    user._has_second_factor = True
    return device


# Recovery codes


def _digest(user, code: str) -> str:
    """What is stored of a code. Slow on purpose; without the SECRET_KEY, whose change must not lock out."""
    salt = f"recovery code of {user.pk}".encode()
    return hashlib.pbkdf2_hmac("sha256", code.encode(), salt, 50_000).hex()[:16]


@transaction.atomic
def new_recovery_codes(user) -> list[str]:
    """Ten new codes, to be shown now and never again; those from before are void."""
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery codes")
    StaticToken.objects.bulk_create(StaticToken(device=device, token=_digest(user, code)) for code in codes)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def recovery_codes_left(user) -> int:
    return StaticToken.objects.filter(device__user=user).count()


# Removal


@transaction.atomic
def remove_app(user) -> bool:
    removed = TOTPDevice.objects.filter(user=user).delete()[0] > 0
    _forget_codes_without_factor(user)
    return removed


@transaction.atomic
def remove_passkey(user, pk: int) -> WebAuthnCredential | None:
    passkey = WebAuthnCredential.objects.filter(user=user, pk=pk).first()
    if passkey:
        WebAuthnCredential.objects.filter(pk=passkey.pk).delete()
        _forget_codes_without_factor(user)
    return passkey


@transaction.atomic
def remove_all(user) -> None:
    for model in (TOTPDevice, WebAuthnCredential, StaticDevice):
        model.objects.filter(user=user).delete()
    user._has_second_factor = False


def _forget_codes_without_factor(user) -> None:
    user._has_second_factor = _factor_exists(user)
    if not user._has_second_factor:
        StaticDevice.objects.filter(user=user).delete()
