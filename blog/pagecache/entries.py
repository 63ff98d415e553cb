"""A page as it is kept: compressed once, with its validators and the headers of every answer ready."""

import gzip
import hashlib
import json
import time
from dataclasses import dataclass, field
from functools import lru_cache

import brotli
from django.utils.http import http_date, parse_http_date_safe

from blog.pagecache.keys import SITE
from blog.pagecache.policy import Policy
from blog.pagecache.snapshots import Snapshot
from blog.push.cdn import tag_headers
from blog.telemetry.cache import PER_REQUEST

BROTLI_QUALITY = 5  # 11 would save another tenth of the bytes, and cost the first reader 60 times the wait
BLUR = 2  # seconds for which a Last-Modified could hide a change within its second
# For so many seconds at most others show an old page: while they ask again; while they get no answer.
REVALIDATE, STALE_IF_ERROR = 10, 3600
_NOT_KEPT = {
    *("content-length", "etag", "last-modified", "vary", "cache-control", "content-encoding", "cache-status"),
    *(name.lower() for name in PER_REQUEST),
}

# RFC 9211
HIT, MISS = "allforces; hit", "allforces; fwd=uri-miss"


@lru_cache(maxsize=500)
def _same(header: tuple[str, str]) -> tuple[str, str]:
    """The same object for the same header, of which thousands of pages have one."""
    return header


@dataclass
class Entry:
    """`headers` are those of the view that are sent with every answer; moments are in seconds since 1970."""

    headers: list[tuple[str, str]]
    bodies: dict[str, bytes]  # by content coding
    etag: str
    modified: float
    made_at: float
    snapshot: Snapshot  # of the purges, taken before it was made
    keys: frozenset[str]
    policy: Policy
    feed: tuple[str | None, str] | None = None  # see Rendering
    weight: int = 0
    ends_at: float = 0
    # When the prepared answers are no longer true, the next boundary that they knew of, and they by coding.
    # Other threads read it meanwhile: it is replaced as a whole.
    _prepared: tuple[float, float, dict] = field(default_factory=lambda: (0, 0, {}), repr=False)

    def __post_init__(self):
        self.ends_at = self.made_at + self.policy.seconds
        self.weight = sum(map(len, self.bodies.values())) + 200 * (len(self.headers) + len(self.keys)) + 2000

    @classmethod
    def of(cls, headers, body: bytes, *, keys, policy, feed, made_at: float, snapshot: Snapshot) -> "Entry":
        given = {name.lower(): value for name, value in headers}
        digest = hashlib.blake2b(body, digest_size=16).hexdigest()
        return cls(
            headers=[
                *(_same(pair) for pair in headers if pair[0].lower() not in _NOT_KEPT),
                *tag_headers({*keys, SITE}).items(),
            ],
            bodies={
                "br": brotli.compress(body, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY),
                "gzip": gzip.compress(body, 6, mtime=0),
            },
            etag=given.get("etag", f'"{digest}"').removeprefix("W/").strip('"'),
            modified=float(int(made_at)),
            made_at=made_at,
            snapshot=snapshot,
            keys=frozenset(keys),
            policy=policy,
            feed=feed,
        )

    def succeed(self, earlier: "Entry | None") -> None:
        """The same page made anew was last modified when it was made first."""
        if earlier is not None and earlier.etag == self.etag:
            self.modified = earlier.modified

    def answer(self, encoding: str, now: float, next_boundary: float) -> tuple[list, list, list]:
        """Headers and body of an answer in this coding, and the headers of one that says: unchanged."""
        until, boundary, answers = self._prepared
        if now >= until or next_boundary != boundary:
            answers = {}
            self._prepared = self._true_until(now, next_boundary), next_boundary, answers
        found = answers.get(encoding)
        if found is None:
            found = answers[encoding] = self._made(encoding, self._cache_control(now, next_boundary), HIT)
        return found

    def first_answer(self, encoding: str, now: float, next_boundary: float) -> tuple[list, list, list]:
        """As `answer`, and the word that it was not in memory."""
        return self._made(encoding, self._cache_control(now, next_boundary), f"{MISS}; stored")

    def stale_answer(self, encoding: str, status: str) -> tuple[list, list, list]:
        """As `answer`, for want of a better one; no other cache may keep it."""
        return self._made(encoding, "no-cache", status)

    def matches(self, environ: dict, encoding: str) -> bool:
        """Whether the asker has this page in this coding: RFC 9110, section 13.2.2."""
        asked = environ.get("HTTP_IF_NONE_MATCH")
        if asked is not None:
            own = self._tag(encoding)
            if asked == own or asked == "*":
                return True
            return own in [tag.strip().removeprefix("W/") for tag in asked[:1000].split(",")]
        since = environ.get("HTTP_IF_MODIFIED_SINCE")
        is_settled = time.time() > self.modified + BLUR
        return bool(since) and is_settled and parse_http_date_safe(since) == int(self.modified)

    def _tag(self, encoding: str) -> str:
        return f'"{self.etag}-{encoding}"' if encoding in self.bodies else f'"{self.etag}"'

    def _true_until(self, now: float, next_boundary: float) -> float:
        """Until when the headers of an answer stay as they are."""
        ends = min(next_boundary, self.ends_at)
        near = ends - self.policy.longest - STALE_IF_ERROR
        until = (
            near if now < near else now + (ends - now) % 1
        )  # near the end, what is left is told by seconds
        settled = self.modified + BLUR
        return min(until, settled) if now < settled else until

    def _cache_control(self, now: float, next_boundary: float) -> str:
        """With nothing in it that reaches beyond the next boundary."""
        left = max(0, int(min(next_boundary, self.ends_at) - now))
        browser, others = min(self.policy.browser_seconds, left), min(self.policy.cdn_seconds, left)
        stale = left - max(browser, others)
        asking = min(others, REVALIDATE, stale)
        parts = ["public", f"max-age={browser}", f"s-maxage={others}", f"stale-while-revalidate={asking}"]
        return ", ".join([*parts, f"stale-if-error={min(STALE_IF_ERROR, stale)}"])

    def _made(self, encoding: str, cache_control: str, status: str) -> tuple[list, list, list]:
        unchanged = [
            ("ETag", self._tag(encoding)),
            ("Cache-Control", cache_control),
            ("Vary", self.policy.vary),
            ("Cache-Status", status),
        ]
        if time.time() > self.modified + BLUR:
            unchanged.append(("Last-Modified", http_date(self.modified)))
        body = self.bodies[encoding] if encoding in self.bodies else gzip.decompress(self.bodies["gzip"])
        headers = [*self.headers, *unchanged, ("Content-Length", str(len(body)))]
        if encoding in self.bodies:
            headers.append(("Content-Encoding", encoding))
        return headers, [body], unchanged

    def dump(self) -> bytes:
        """For `load`, in another process of the same release."""
        kept = ("headers", "etag", "modified", "made_at", "feed")
        head = {name: getattr(self, name) for name in kept}
        head |= {"keys": sorted(self.keys), "policy": self.policy.dump(), "snapshot": str(self.snapshot)}
        head["lengths"] = {encoding: len(body) for encoding, body in self.bodies.items()}
        return json.dumps(head).encode() + b"\n" + b"".join(self.bodies.values())

    @classmethod
    def load(cls, stored: bytes) -> "Entry":
        line, _newline, rest = stored.partition(b"\n")
        head = json.loads(line)
        bodies = {}
        for encoding, length in head.pop("lengths").items():
            bodies[encoding], rest = rest[:length], rest[length:]
        head["headers"] = [_same(tuple(pair)) for pair in head["headers"]]
        head["keys"] = frozenset(head["keys"])
        head["feed"] = head["feed"] and tuple(head["feed"])
        head |= {"policy": Policy.load(head["policy"]), "snapshot": Snapshot.parse(head["snapshot"])}
        return cls(bodies=bodies, **head)
