"""The figures for Prometheus.

With several workers, the variable PROMETHEUS_MULTIPROC_DIR names a folder in which each keeps its figures,
and whichever of them is asked adds them up: https://prometheus.github.io/client_python/multiprocess/. Without
it a worker tells its own figures alone.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Histogram

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

log = logging.getLogger("blog.telemetry.metrics")

OF_THIS_PROCESS = CollectorRegistry()


def _counter(name: str, text: str, labels: list[str]) -> Counter:
    return Counter(f"allforces_{name}", text, labels, registry=OF_THIS_PROCESS)


REQUESTS = _counter("requests", "Requests that Django answered", ["view", "method", "status"])
LATENCY = Histogram(
    "allforces_request_seconds",
    "How long Django took to answer",
    ["view"],
    buckets=SECONDS,
    registry=OF_THIS_PROCESS,
)
QUERIES = _counter("queries", "Database queries", ["view"])
QUERY_SECONDS = _counter("query_seconds", "Time spent in database queries", ["view"])
SLOW_QUERIES = _counter("slow_queries", "Queries that took longer than SLOW_QUERY_MS", ["view"])
CACHE = _counter("cache", "Requests by what the page cache made of them", ["state"])


def count_request(
    view: str,
    method: str,
    status: int,
    seconds: float,
    cache: str,
    queries: int,
    query_seconds: float,
) -> None:
    """Count one request that Django answered."""
    with _at_worst_uncounted():
        REQUESTS.labels(view, method if method in METHODS else "other", status).inc()
        LATENCY.labels(view).observe(seconds)
        CACHE.labels(cache).inc()
        if queries:
            QUERIES.labels(view).inc(queries)
            QUERY_SECONDS.labels(view).inc(query_seconds)


def count_hits(kind: str, number: int) -> None:
    """Count what the page cache has answered before Django was asked."""
    with _at_worst_uncounted():
        CACHE.labels(kind).inc(number)


def count_slow_query(view: str) -> None:
    with _at_worst_uncounted():
        SLOW_QUERIES.labels(view).inc()


@contextmanager
def _at_worst_uncounted() -> Iterator[None]:
    """The folder of figures may be gone or not ours: no answer fails for that."""
    try:
        yield
    except OSError as error:
        log.error("The figures for Prometheus cannot be written: %s", error)
