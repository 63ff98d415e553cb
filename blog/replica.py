"""Whether this request may read from the replica, which may be some moments behind the primary.

A reader's page may. Whoever has a session may not: staff must see what they have just saved. Commands,
threads and all that writes know nothing of the replica.
"""

import contextlib
import time
from contextvars import ContextVar

from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse

from blog.pagecache.policy import Rendering

FRESH = ("/admin/", "/preview/", "/readyz", "/metrics")  # a preview's link is used the moment it was made
SECONDS_OF_REST = 10  # for a replica that has failed, before it is asked again

_allowed: ContextVar[bool] = ContextVar("may read from the replica", default=False)
_rests_until = 0.0


def replica_is_current() -> bool:
    """Whether the replica has all that readers must see."""
    return time.monotonic() >= _rests_until


def reads_from_replica() -> bool:
    return _allowed.get()


@contextlib.contextmanager
def reading_from_replica():
    """Within this block, and this thread, reads are answered by the replica, if it is current.

    That is asked once: rows of one page come from one database. Yields the answer.
    """
    is_current = replica_is_current()
    token = _allowed.set(is_current)
    try:
        yield is_current
    finally:
        _allowed.reset(token)


def rest() -> None:
    """Leave the replica alone for a while."""
    global _rests_until
    _rests_until = time.monotonic() + SECONDS_OF_REST


class ReplicaMiddleware:
    """Lets readers' pages read from the replica; one that fails there is made from the primary instead."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "replica" not in connections.settings or not may_read_from_replica(request):
            return self.get_response(request)
        with reading_from_replica() as asked:
            response = self.get_response(request)
        if asked and response.status_code == 503:
            rest()
            return self.get_response(request)
        return response


def may_read_from_replica(request: HttpRequest) -> bool:
    return (
        request.method in {"GET", "HEAD"}
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and not request.path_info.startswith(FRESH)
        and Rendering.of(request) is None  # what is kept must hold all that was purged until now
    )
