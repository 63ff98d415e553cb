"""The console log: a line of text, or of JSON, with the id of the request or the task that it belongs to.

What is written down is free of personal data: no address of a reader, no cookie, no query string (a search
says more about who searches than about the site), and no path that is a secret.
"""

import logging

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.encoding import iri_to_uri
from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from blog.telemetry.measuring import Measure, current

LONGEST_PATH = 300

log = logging.getLogger("blog.telemetry.requests")


class WithRequestId(logging.Filter):
    """Gives every record the id of what is being done in its thread, `-` if that is nothing in particular."""

    def filter(self, record: logging.LogRecord) -> bool:
        measure = current()
        record.request_id = measure.identity if measure else "-"
        return True


class Json(JsonFormatter):
    """One object a line; what a record brings as `extra` are its fields, but never a whole request."""

    def __init__(self):
        super().__init__(
            ["levelname", "name", "request_id", "message"],
            rename_fields={"levelname": "level", "name": "logger"},
            reserved_attrs=[*RESERVED_ATTRS, "request"],
            timestamp="time",
            json_ensure_ascii=False,
        )


def logged_path(request: HttpRequest) -> str:
    """The path; of an address that is itself a secret (a preview, a new password) only its pattern."""
    match = request.resolver_match
    if match is None and not request.path_info.startswith(settings.STATIC_URL):
        try:
            match = resolve(request.path_info)  # a middleware has answered before Django has looked
        except Resolver404:
            match = None
    if match and "token" in match.kwargs:
        return f"/{match.route}"
    path = request.path[:LONGEST_PATH]
    return path if path.isprintable() and " " not in path else iri_to_uri(path)


def log_request(request: HttpRequest, status: int, seconds: float, cache: str, measure: Measure) -> None:
    """One line for a request that was answered."""
    if not log.isEnabledFor(logging.INFO):
        return
    path, view = logged_path(request), measure.view
    milliseconds, queries_ms = round(seconds * 1000, 1), round(measure.query_seconds * 1000, 1)
    log.info(
        "%s %s %d %s ms, %d queries in %s ms, view=%s cache=%s",
        request.method,
        path,
        status,
        milliseconds,
        measure.queries,
        queries_ms,
        view,
        cache,
        extra={
            "method": request.method,
            "path": path,
            "status": status,
            "ms": milliseconds,
            "queries": measure.queries,
            "queries_ms": queries_ms,
            "view": view,
            "cache": cache,
        },
    )
