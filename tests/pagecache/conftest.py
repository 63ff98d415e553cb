"""The page cache in front of Django, as a WSGI server would call it, without the thread that follows."""

import gzip
import io
import time
from dataclasses import dataclass, field
from urllib.parse import quote, unquote_to_bytes

import brotli
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory
from django.utils import timezone

from blog.pagecache import purging
from blog.pagecache.application import PageCache
from blog.pagecache.shared import NothingShared


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def cache(self) -> str:
        return self.headers.get("Cache-Status", "")

    @property
    def text(self) -> str:
        """Without the places at which a headline may break."""
        return self.decoded.decode().replace("<wbr>", "")

    @property
    def decoded(self) -> bytes:
        decode = {"br": brotli.decompress, "gzip": gzip.decompress}.get(self.headers.get("Content-Encoding"))
        return decode(self.body) if decode and self.body else self.body


def call(application, path: str, method: str = "GET", **environ) -> Answer:
    """One request; headers as HTTP_ACCEPT_ENCODING="br"."""
    where, _mark, query = path.partition("?")
    asked = {
        "REQUEST_METHOD": method,
        "PATH_INFO": unquote_to_bytes(where).decode("latin-1"),
        "QUERY_STRING": quote(query, safe="=&%+"),
        "HTTP_HOST": "news.example.jp",
        "wsgi.input": io.BytesIO(),
    }
    told = []
    chunks = application(
        RequestFactory()._base_environ(**asked | environ),
        lambda status, headers, exc_info=None: told.append((status, headers)),
    )
    body = b"".join(chunks)
    if hasattr(chunks, "close"):
        chunks.close()
    status, headers = told[-1]
    return Answer(int(status[:3]), dict(headers), body)


@dataclass
class Site:
    """A page cache, how often Django was asked, and Django itself."""

    cache: PageCache
    django: object
    asked: list[str] = field(default_factory=list)

    def get(self, path: str, **environ) -> Answer:
        return call(self.cache, path, **environ)

    def made_anew(self, path: str) -> Answer:
        return call(self.django, path)


def make_site(shared=None, capacity: int = 2**24) -> Site:
    django = WSGIHandler()
    asked = []

    def counting(environ, start_response):
        asked.append(environ["PATH_INFO"])
        return django(environ, start_response)

    cache = PageCache(counting, capacity=capacity, shared=shared or NothingShared(), following=False)
    return Site(cache, django, asked)


@pytest.fixture
def site(transactional_db):
    before = list(purging.followers)
    yield make_site()
    purging.followers[:] = before


@pytest.fixture
def another_site(site):
    """A second process beside `site`, which looks for purges when it is told to."""
    other = make_site()
    purging.followers.remove(other.cache.follower.hear)
    return other


@pytest.fixture
def both_clocks(clock, monkeypatch):
    """Moves the clock of the newsroom and that of the machine."""
    monkeypatch.setattr(time, "time", lambda: timezone.now().timestamp())
    return clock
