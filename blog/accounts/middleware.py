"""Who is signed in: only somebody of whom nothing more is asked."""

from functools import partial

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django_otp import login as otp_login
from django_otp.middleware import OTPMiddleware

from blog.accounts.factors import has_second_factor


class SecondFactorMiddleware(OTPMiddleware):
    """Makes `request.user` nobody as long as a second factor is missing.

    All code that asks `request.user`, in the admin or not, is thereby held to the second factor. Who gave
    the right password is `claimant(request)`. As before, a page that does not ask costs no query.
    """

    def _install_lazy_accessors(self, request):
        request.claimant = None
        user = request.user
        request.user = SimpleLazyObject(partial(self._verify_user_sync, request, user))
        del request.auser  # no view is asynchronous, and there must be no way around the second factor

    def _verify_user_sync(self, request, user):
        user = super()._verify_user_sync(request, user)
        if not user.is_authenticated:
            return user
        request.session.touch()
        if user.is_verified() or not is_asked_for_more(user):
            return user
        request.claimant = user
        return AnonymousUser()


def is_asked_for_more(user) -> bool:
    """Whether the password alone does not sign this user in."""
    return has_second_factor(user) or (user.is_staff and settings.STAFF_SECOND_FACTOR == "required")


def claimant(request: HttpRequest):
    """Who gave the right password in this session but not yet the second factor; None if nobody."""
    bool(request.user)  # finds out
    return request.claimant


def pass_second_factor(request: HttpRequest, user, device) -> None:
    """From now on the session of this user, who gave the password, is signed in; under a new key."""
    request.session.cycle_key()
    request.user, request.claimant = user, None
    otp_login(request, device)
