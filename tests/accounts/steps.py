"""What people do when they sign in."""

import time

from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from blog.accounts import factors

LOGIN = "/admin/login/"
CODE = "/admin/login/code/"
ACCOUNT = "/admin/account/"
APP = "/admin/account/app/"
CODES = "/admin/account/codes/"
PASSWORD = "秘密の言葉123"
WRONG = "ちがう言葉123"


def with_app(user) -> TOTPDevice:
    """The user has an authenticator app."""
    return TOTPDevice.objects.create(user=user, name="app")


def code_of(device: TOTPDevice, steps: int = 0) -> str:
    """What the app shows; or did, or will, so many half minutes away."""
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = time.time() + steps * device.step
    return f"{totp.token():06d}"


def wrong_code_of(device: TOTPDevice) -> str:
    right = {code_of(device, steps) for steps in (-2, -1, 0, 1, 2)}
    return next(
        code for code in ("111111", "222222", "333333", "444444", "555555", "666666") if code not in right
    )


def give_password(browser: Client, username: str, password: str = PASSWORD, **extra):
    return browser.post(LOGIN, {"username": username, "password": password}, **extra)


def give_code(browser: Client, code: str, **extra):
    return browser.post(CODE, {"code": code}, **extra)


def sign_in(browser: Client, user, device: TOTPDevice | None = None):
    give_password(browser, user.get_username())
    if device:
        give_code(browser, code_of(device))
        device.refresh_from_db()
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/admin/").status_code == 200


def has_codes(user) -> list[str]:
    return factors.new_recovery_codes(user)
