"""The WSGI application in front of Django's (PEP 3333): what is in memory is answered without entering it."""

import re
import threading
import time
from collections.abc import Callable, Iterable
from urllib.parse import parse_qsl, urlencode

from django.conf import settings

from blog.feeds.counting import count
from blog.pagecache import purging
from blog.pagecache.entries import HIT, Entry
from blog.pagecache.following import Follower
from blog.pagecache.making import Answer, Maker, Stale
from blog.pagecache.memory import Memory
from blog.pagecache.policy import Policy, policy_of
from blog.pagecache.shared import NothingShared
from blog.telemetry.cache import STATE, count_hit

_NUMBER = re.compile(r"[1-9][0-9]{0,6}")
_MOST_REMEMBERED = 256  # spellings of a header


class PageCache:
    """`capacity` in bytes; `following`: start the thread that follows purges, with the first page."""

    def __init__(self, django: Callable, *, capacity: int, shared: NothingShared, following: bool = True):
        self.django = django
        self.memory = Memory(capacity)
        self.shared = shared
        self.follower = Follower(self.memory, shared)
        self._is_to_follow = following
        self.maker = Maker(django, self.memory, self.follower, shared)
        self._lock = threading.Lock()
        self._session_cookie = f"{settings.SESSION_COOKIE_NAME}="
        self._secure_header = (settings.SECURE_PROXY_SSL_HEADER or [None])[0]
        self._hosts = Hosts(settings.ALLOWED_HOSTS)
        self._codings = Codings()
        purging.followers.append(self.follower.hear)

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        cookies = environ.get("HTTP_COOKIE")
        if (
            (method != "GET" and method != "HEAD")
            or (cookies is not None and self._session_cookie in cookies)
            or "HTTP_AUTHORIZATION" in environ
        ):
            return self._pass(environ, start_response)
        host = self._hosts.get(environ.get("HTTP_HOST"))
        if host is None:
            return self._pass(environ, start_response)
        path = environ["PATH_INFO"]
        if "?" in path:  # it was escaped, and is none that parts a query
            return self._pass(environ, start_response)
        scheme = environ.get(self._secure_header)  # as Django reads it
        scheme = environ["wsgi.url_scheme"] if scheme is None else scheme.partition(",")[0].strip()
        address = f"{'https' if scheme == 'https' else 'http'}://{host}{path}"
        query = environ["QUERY_STRING"]
        if query:
            plain = self.memory.entries.get(address)
            policy = plain.policy if plain is not None else policy_of(path)
            if policy is None:
                return self._pass(environ, start_response)
            try:
                query = declared(query, policy)
            except ValueError:
                return self._pass(environ, start_response)
            if query:
                address = f"{address}?{query}"
        now = time.time()
        if now >= self.memory.next_boundary:
            self.follower.pass_boundaries()
        entry = self.memory.find(address)
        if entry is None or now >= entry.ends_at:
            if entry is not None:
                self.memory.outdate(address, entry)
            return self._miss(address, query, environ, start_response)
        if entry.policy.for_programs and environ.get("HTTP_SEC_FETCH_DEST") == "document":
            return self._pass(environ, start_response)
        if self.follower.is_overdue():
            return self._send_stale(entry, f"{HIT}; detail=database-away", environ, start_response)
        return self._send(entry, now, environ, start_response)

    def _pass(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        environ[STATE] = "bypass"
        return self.django(environ, start_response)

    def _send(self, entry: Entry, now: float, environ: dict, start_response: Callable) -> Iterable[bytes]:
        coding = self._codings.get(environ.get("HTTP_ACCEPT_ENCODING"))
        answer = entry.answer(coding, now, self.follower.promises_until())
        count_hit("hit")
        return self._respond(entry, coding, answer, environ, start_response)

    def _send_stale(self, entry: Entry, status: str, environ: dict, start_response) -> Iterable[bytes]:
        """A copy that nobody may keep, and the word of why."""
        count_hit("stale")
        coding = self._codings.get(environ.get("HTTP_ACCEPT_ENCODING"))
        return self._respond(entry, coding, entry.stale_answer(coding, status), environ, start_response)

    def _respond(
        self, entry: Entry, coding: str, answer: tuple, environ: dict, start_response: Callable
    ) -> Iterable[bytes]:
        headers, body, unchanged = answer
        is_unchanged = (
            "HTTP_IF_NONE_MATCH" in environ or "HTTP_IF_MODIFIED_SINCE" in environ
        ) and entry.matches(environ, coding)
        if entry.feed is not None:
            count(*entry.feed, environ.get("HTTP_USER_AGENT", ""), unchanged=is_unchanged)
        if is_unchanged:
            start_response("304 Not Modified", unchanged)
            return []
        start_response("200 OK", headers)
        return body if environ["REQUEST_METHOD"] == "GET" else []

    def _miss(self, address: str, query: str, environ: dict, start_response: Callable) -> Iterable[bytes]:
        policy = policy_of(environ["PATH_INFO"])
        if policy is None or (policy.for_programs and environ.get("HTTP_SEC_FETCH_DEST") == "document"):
            return self._pass(environ, start_response)
        if not self.follower.is_running:
            self._follow()
        found = self.maker.page(address, query, policy, environ)
        if isinstance(found, Entry):
            coding = self._codings.get(environ.get("HTTP_ACCEPT_ENCODING"))
            answer = found.first_answer(coding, time.time(), self.follower.promises_until())
            return self._respond(found, coding, answer, environ, start_response)
        if isinstance(found, Stale):
            return self._send_stale(found.entry, found.status, environ, start_response)
        if isinstance(found, Answer):
            start_response(found.status, found.headers)
            return [found.body] if environ["REQUEST_METHOD"] == "GET" else []
        return self._pass(environ, start_response)

    def _follow(self) -> None:
        with self._lock:
            if self._is_to_follow and not self.follower.is_running:
                self.follower.start()


def declared(query: str, policy: Policy) -> str:
    """The part of a query string that makes another page, in one form.

    Raises ValueError for what is no number of a page: such answers are not kept, whatever they are.
    """
    if not policy.parameters:
        return ""
    asked = dict(parse_qsl(query.encode("latin-1").decode(errors="replace"), True, max_num_fields=50))
    told = {name: asked[name] for name in policy.parameters if name in asked}
    if not all(_NUMBER.fullmatch(value) for value in told.values()):
        raise ValueError(query)
    return urlencode(told)


class Hosts:
    """The name of the site by what a request says in `Host`; None for names that are not ours one by one."""

    def __init__(self, allowed: Iterable[str]):
        self._names = {name.lower() for name in allowed if not name.startswith((".", "*"))}
        self._known: dict[str | None, str | None] = {None: None}

    def get(self, header: str | None) -> str | None:
        try:
            return self._known[header]
        except KeyError:
            name = header.lower()
            without_port, _colon, port = name.rpartition(":")
            name = without_port if port.isdecimal() and port.isascii() else name
            name = name if name in self._names else None
            if len(self._known) < _MOST_REMEMBERED:
                self._known[header] = name
            return name


class Codings:
    """The best content coding of ours for an `Accept-Encoding` (RFC 9110, section 12.5.3)."""

    def __init__(self):
        self._known: dict[str | None, str] = {None: "identity"}

    def get(self, header: str | None) -> str:
        try:
            return self._known[header]
        except KeyError:
            coding = self._best(header)
            if len(self._known) < _MOST_REMEMBERED:
                self._known[header] = coding
            return coding

    @staticmethod
    def _best(header: str) -> str:
        accepted = {}
        for part in header.lower().split(","):
            coding, _semicolon, weight = part.partition(";")
            weight = weight.replace(" ", "")
            accepted[coding.strip()] = not re.fullmatch(r"q=0(\.0{0,3})?", weight)
        others = accepted.get("*", False)
        return next((coding for coding in ("br", "gzip") if accepted.get(coding, others)), "identity")
