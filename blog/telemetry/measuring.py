"""What one request or one task costs the database and the templates, and the id by which the logs name it."""

import logging
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.db import connections

from blog.telemetry import metrics

_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
LONGEST_SQL = 2000

log = logging.getLogger("blog.telemetry.queries")


class Measure:
    """`view` is the name of the view, or the kind of the task. Times are in seconds.

    `template_seconds` leaves out what the database took while a template was being rendered.
    """

    __slots__ = ("identity", "is_rendering", "queries", "query_seconds", "template_seconds", "view")

    def __init__(self, identity: str, view: str):
        self.identity, self.view = identity, view
        self.queries, self.query_seconds = 0, 0.0
        self.template_seconds, self.is_rendering = 0.0, False

    def run_query(self, execute, sql, params, many, context):
        """An execute wrapper: https://docs.djangoproject.com/en/5.2/topics/db/instrumentation/"""
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            seconds = time.perf_counter() - started
            self.queries += 1
            self.query_seconds += seconds
            if settings.SLOW_QUERY_MS and seconds * 1000 >= settings.SLOW_QUERY_MS:
                self._tell_slow(sql, seconds)

    def _tell_slow(self, sql: str, seconds: float) -> None:
        """The SQL has placeholders: what was asked for is not written down."""
        metrics.count_slow_query(self.view)
        sql, milliseconds = " ".join(str(sql).split())[:LONGEST_SQL], round(seconds * 1000, 1)
        extra = {"view": self.view, "ms": milliseconds, "sql": sql}
        log.warning("A query took %s ms in %s: %s", milliseconds, self.view, sql, extra=extra)


_current: ContextVar[Measure | None] = ContextVar("measure", default=None)


def current() -> Measure | None:
    """What is being measured in this thread."""
    return _current.get()


@contextmanager
def measuring(identity: str, view: str) -> Iterator[Measure]:
    """Measure what happens inside, on every database, and name it in the logs by `identity`."""
    measure = Measure(identity, view)
    token = _current.set(measure)
    wrappers = [connection.execute_wrappers for connection in connections.all()]
    for each in wrappers:
        each.append(measure.run_query)
    try:
        yield measure
    finally:
        for each in wrappers:
            each.remove(measure.run_query)  # not the last one, if another has come meanwhile to stay
        _current.reset(token)


def request_id(given: str | None) -> str:
    """The id that a proxy has given the request, if it is a sane one; otherwise a new one."""
    return given if given and _SANE.fullmatch(given) else secrets.token_hex(16)
