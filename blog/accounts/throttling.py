"""How many wrong answers are borne: so many of a name from an address, more of an address in all.

A name alone is never locked, or anybody could keep the newsroom out by typing its names.
"""

import datetime
import math

from axes.backends import AxesStandaloneBackend
from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import ngettext

from blog.accounts.addresses import client_address

ADDRESS_LIMIT = 30
MAILS_AN_HOUR = 10


class Backend(AxesStandaloneBackend):
    """Refuses who has failed too often, before the password is looked at."""

    def authenticate(self, request, username=None, password=None, **credentials):
        if request is None:  # a command asks: there is no address to hold against anybody
            return None
        return super().authenticate(request, username=username, password=password, **credentials)


class Handler(AxesDatabaseHandler):
    """django-axes' own, with a limit of its own for an address."""

    def get_failures(self, request, credentials=None) -> int:
        name = (credentials or {}).get("username")
        return settings.AXES_FAILURE_LIMIT if _wait(request.axes_ip_address, name) else 0


def _wait(address: str | None, name: str | None) -> datetime.timedelta | None:
    """Until when neither limit is reached any more; None if neither is."""
    attempts = AccessAttempt.objects.filter(
        ip_address=address, attempt_time__gt=timezone.now() - settings.AXES_COOLOFF_TIME
    ).values_list("username", "failures_since_start", "attempt_time")
    moments = [
        _moment([attempt for attempt in attempts if attempt[0] == name], settings.AXES_FAILURE_LIMIT),
        _moment(attempts, ADDRESS_LIMIT),
    ]
    moments = [moment for moment in moments if moment]
    return max(moments) - timezone.now() if moments else None


def _moment(attempts, limit: int) -> datetime.datetime | None:
    """When so many failures have been forgotten that the rest stays below the limit."""
    left = sum(failures for _name, failures, _time in attempts)
    moment = None
    for _name, failures, time in sorted(attempts, key=lambda attempt: attempt[2]):
        if left < limit:
            break
        left -= failures
        moment = time + settings.AXES_COOLOFF_TIME
    return moment


def seconds_to_wait(request: HttpRequest, name: str) -> int:
    """For how long nobody signs in with this name from this address; 0 if it may be tried now."""
    wait = _wait(client_address(request), name)
    return max(1, math.ceil(wait.total_seconds())) if wait else 0


def record_failure(request: HttpRequest, name: str) -> None:
    """A wrong code, which counts as a wrong password does."""
    AxesProxyHandler.user_login_failed(sender=Handler, credentials={"username": name}, request=request)


def forgive(request: HttpRequest, name: str) -> None:
    """Forget the failures of a name at an address, once everything was right."""
    AccessAttempt.objects.filter(ip_address=client_address(request), username=name).delete()


def too_many(seconds: int) -> str:
    """The truth for the page: how long to wait."""
    minutes = math.ceil(seconds / 60)
    return ngettext(
        "Too many wrong answers. Try again in %(minutes)d minute.",
        "Too many wrong answers. Try again in %(minutes)d minutes.",
        minutes,
    ) % {"minutes": minutes}


def refuse(request: HttpRequest, seconds: int) -> None:
    """Have the response of this request say 429 and when to come back."""
    request.axes_locked_out = True
    request.seconds_to_wait = seconds


def refused(request: HttpRequest, response: HttpResponse, credentials: dict | None) -> HttpResponse:
    """The page as it was made, which says why (settings.AXES_LOCKOUT_CALLABLE)."""
    name = (credentials or {}).get("username", "")
    seconds = getattr(request, "seconds_to_wait", 0) or seconds_to_wait(request, name)
    response.status_code = 429
    response["Retry-After"] = str(max(1, seconds))
    return response


def may_ask_for_mail(request: HttpRequest) -> bool:
    """Whether this address may have another mail sent; counts the request."""
    key = f"password-mails:{client_address(request)}"
    cache.add(key, 0, timeout=3600)
    return cache.incr(key) <= MAILS_AN_HOUR
