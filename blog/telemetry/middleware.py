"""The outermost middleware: measures a request, names it, writes its line, counts it."""

import os
import time

from django.http import HttpRequest, HttpResponse
from django.utils.functional import empty

from blog.telemetry.cache import cache_state, write_hits_for_ever
from blog.telemetry.logs import log_request
from blog.telemetry.measuring import Measure, current, measuring, request_id
from blog.telemetry.metrics import count_request

NO_VIEW = "none"  # static files, redirects to https, addresses that are nowhere


class TelemetryMiddleware:
    """Must stand first, so that everything below is measured."""

    def __init__(self, get_response):
        self.get_response = get_response
        if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            write_hits_for_ever()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        identity = request_id(request.META.get("HTTP_X_REQUEST_ID"))
        with measuring(identity, NO_VIEW) as measure:
            started = time.perf_counter()
            response = self.get_response(request)
            seconds = time.perf_counter() - started
            response.headers["X-Request-ID"] = identity
            if is_from_staff(request):
                response.headers["Server-Timing"] = server_timing(measure, seconds)
            state = cache_state(request, response)
            count_request(
                measure.view,
                request.method,
                response.status_code,
                seconds,
                state,
                measure.queries,
                measure.query_seconds,
            )
            log_request(request, response.status_code, seconds, state, measure)
        return response

    def process_view(self, request: HttpRequest, view, arguments, keywords) -> None:
        current().view = request.resolver_match.view_name or view.__name__


def is_from_staff(request: HttpRequest) -> bool:
    """Whether staff is known to ask. Who has not been looked up for the page is not looked up for this."""
    user = getattr(request, "user", None)
    return user is not None and getattr(user, "_wrapped", user) is not empty and user.is_staff


def server_timing(measure: Measure, seconds: float) -> str:
    """https://www.w3.org/TR/server-timing/: shown by a browser's developer tools, in milliseconds."""
    return (
        f'db;desc="{measure.queries} queries";dur={measure.query_seconds * 1000:.1f}, '
        f"templates;dur={measure.template_seconds * 1000:.1f}, total;dur={seconds * 1000:.1f}"
    )
