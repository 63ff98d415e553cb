"""What a page cache, which answers before Django, tells of itself.

It counts what it answers with `count_hit("hit")`, and tells what became of a request that it hands on in
`environ[STATE]` (`miss`, `bypass`, `stale`). It must not keep the headers in PER_REQUEST.
"""

import threading
import time
from collections import defaultdict
from itertools import count

from django.http import HttpRequest, HttpResponse

from blog.telemetry import metrics

STATE = "allforces.cache"
PER_REQUEST = frozenset({"X-Request-ID", "Server-Timing"})
SECONDS_BETWEEN_WRITINGS = 5

_hits: defaultdict[str, count] = defaultdict(count)
_written: dict[str, int] = {}
_writing = threading.Lock()


def count_hit(kind: str) -> None:
    """Count one answer from the cache; `kind` is one of a few constant words.

    Not `+= 1`, between whose reading and writing CPython may let another thread run; a lock would take five
    times as long. A counter's step is one call of C, and so is making the counter of a new kind.
    """
    next(_hits[kind])


def write_hits() -> None:
    """Add what was counted since the last time to the metrics."""
    with _writing:
        for kind, counter in list(_hits.items()):
            counted = next(counter)
            if new := counted - _written.get(kind, 0):
                metrics.count_hits(kind, new)
            _written[kind] = counted + 1  # this look was a step, too


def write_hits_for_ever() -> None:
    """In a thread of its own, for the other workers' sakes: any of them may be asked for the sum."""

    def write() -> None:
        while True:
            time.sleep(SECONDS_BETWEEN_WRITINGS)
            write_hits()

    threading.Thread(target=write, name="cache hits", daemon=True).start()


def cache_state(request: HttpRequest, response: HttpResponse) -> str:
    """What the page cache has said of this request, else what `Cache-Status` (RFC 9211) says, else `none`."""
    if state := request.META.get(STATE):
        return state
    said = response.headers.get("Cache-Status", "")
    if not said:
        return "none"
    for parameter in said.split(",")[-1].split(";")[1:]:
        name, _, value = parameter.strip().partition("=")
        if name == "hit":
            return "hit"
        if name == "fwd" and value.isascii() and value.replace("-", "").isalnum():
            return value
    return "none"
