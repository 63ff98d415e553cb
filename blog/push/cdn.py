"""A content delivery network keeps pages by tags, and is told which tags have changed.

Every page carries the tags of what it shows (`tag_headers`); what changes is purged by its tag, by the outbox
(`purge_later`). Without CDN_PURGE both do nothing. The networks:

generic     one request to CDN_PURGE_URL with the tags in a header and as JSON; a Varnish with xkey, say
fastly      https://www.fastly.com/documentation/reference/api/purging/ (at most 256 keys a request)
            https://github.com/fastly/fastly-js/blob/main/docs/PurgeApi.md (bulkPurgeTag)
cloudflare  https://developers.cloudflare.com/api/resources/cache/methods/purge/ (30 to 100 tags a request)
            https://developers.cloudflare.com/cache/how-to/purge-cache/purge-by-tags/
"""

import datetime
import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from blog.outbox.queue import tell
from blog.outbox.work import HopelessError, LaterError
from blog.push.http import post

KIND = "purge"
MOST = {"generic": 100, "fastly": 100, "cloudflare": 30}  # tags in a request
LONGEST_TAG = 60
LONGEST_HEADER = 3000  # nginx takes 4 kB of headers from an application, all in all
CROWDED = (
    "crowded"  # the one tag of a page that has more tags than a header can hold; purged with every other
)
# So long after the commit no process of ours still lets others keep its old copy: one that could not look for
# purges as long as that (following.PROMISED) has stopped.
SETTLED = datetime.timedelta(seconds=2)
COMMAS = {"cache-tag", "cdn-tag", "edge-cache-tag"}  # headers in which tags are not separated by spaces


def tag_headers(tags: Iterable[str]) -> dict[str, str]:
    """The header by which the network learns the tags of an answer; none if there is no network."""
    if not settings.CDN_PURGE:
        return {}
    value = _joined(sorted({safe(tag) for tag in tags}))
    return {settings.CDN_TAG_HEADER: value if len(value) <= LONGEST_HEADER else CROWDED}


def safe(tag: str) -> str:
    """The tag in visible ASCII without separators, and short; the same here as in a purge."""
    tag = quote(tag, safe="-._~:/@")
    return tag if len(tag) <= LONGEST_TAG else hashlib.sha256(tag.encode()).hexdigest()[:40]


def _joined(tags: list[str]) -> str:
    return (", " if settings.CDN_TAG_HEADER.lower() in COMMAS else " ").join(tags)


@dataclass(frozen=True)
class _Told:
    """What a transaction has told the outbox; stands among its on-commit hooks and does nothing there.

    So it is forgotten when Django forgets those hooks: when the transaction ends, and when the savepoint is
    rolled back in which it was told.
    """

    due_at: datetime.datetime | None
    transaction: str
    number: int
    batch: list[str]  # what is in the task of that number
    tags: frozenset[str]

    def __call__(self) -> None:
        """The transaction is over."""


def purge_later(tags: set[str], due_at: datetime.datetime | None = None) -> None:
    """Have the network forget what carries one of these tags, at `due_at` (default: now) and soon again.

    Tags of one transaction with the same `due_at` share tasks of as many tags as the network takes at once.
    """
    if not settings.CDN_PURGE or not tags:
        return
    with transaction.atomic(savepoint=False):
        told = [hook for _, hook, *_ in connection.run_on_commit if isinstance(hook, _Told)]
        told = [earlier for earlier in told if earlier.due_at == due_at]
        new = {CROWDED, *map(safe, tags)}.difference(*(earlier.tags for earlier in told))
        if not new:
            return
        name, number, batch = secrets.token_hex(6), 0, []
        if told:
            name, number, batch = told[-1].transaction, told[-1].number, told[-1].batch
        for step, part in enumerate(_parts([*batch, *sorted(new)])):
            number += bool(step)
            if part != batch:  # the last task was not full
                key = f"{name} {number}"
                tell(KIND, key, {"tags": part, "again": key}, due_at=due_at)
            batch = part
        transaction.on_commit(_Told(due_at, name, number, batch, frozenset(new)))


def _parts(tags: list[str]) -> Iterator[list[str]]:
    most = MOST[settings.CDN_PURGE]
    for start in range(0, len(tags), most):
        yield tags[start : start + most]


def purge(payload: dict) -> None:
    """A task's work. The network may have been changed or left since the task was told.

    After the first time the network may get an old page from a process of ours that has not heard yet. So the
    task is told `again`. Not before now can SETTLED begin: nobody sees a task before its transaction is
    committed, and nobody knows how long after it was told that was.

    Nothing is hopeless: until it is purged an old page is shown, and a token or an address can be mended.
    """
    if settings.CDN_PURGE:
        for tags in _parts(payload["tags"]):
            try:
                NETWORKS[settings.CDN_PURGE](tags)
            except HopelessError as error:
                raise LaterError(str(error)) from error
        if key := payload.get("again"):
            tell(KIND, key, {"tags": payload["tags"]}, due_at=timezone.now() + SETTLED)


def _generic(tags: list[str]) -> None:
    headers = {settings.CDN_TAG_HEADER: _joined(tags)}
    if settings.CDN_TOKEN:
        headers["Authorization"] = f"Bearer {settings.CDN_TOKEN}"
    post(settings.CDN_PURGE_URL, _json(tags=tags), JSON, headers, method=settings.CDN_PURGE_METHOD)


def _fastly(tags: list[str]) -> None:
    """The keys in the header and in the body, as in Fastly's own example.

    Softly purged copies are still served while Fastly fetches new ones, and when it cannot.
    """
    headers = {"Fastly-Key": settings.CDN_TOKEN, "Surrogate-Key": " ".join(tags), "Accept": JSON}
    if settings.CDN_SOFT_PURGE:
        headers["Fastly-Soft-Purge"] = "1"
    url = f"{settings.CDN_PURGE_URL}/service/{settings.CDN_SERVICE}/purge"
    post(url, _json(surrogate_keys=tags), JSON, headers)


def _cloudflare(tags: list[str]) -> None:
    headers = {"Authorization": f"Bearer {settings.CDN_TOKEN}"}
    url = f"{settings.CDN_PURGE_URL}/zones/{settings.CDN_SERVICE}/purge_cache"
    answer = post(url, _json(tags=tags), JSON, headers)
    if b'"success":false' in answer.replace(b" ", b""):
        raise LaterError(f"Cloudflare has not purged: {answer.decode(errors='replace')[:300]}")


JSON = "application/json"
NETWORKS = {"generic": _generic, "fastly": _fastly, "cloudflare": _cloudflare}


def _json(**fields) -> bytes:
    return json.dumps(fields).encode()
