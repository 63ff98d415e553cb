"""Which addresses may be kept, for how long, and which of their query parameters count.

`cached` wraps a view in blog/urls.py. What is not wrapped is never kept.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import wraps
from unicodedata import is_normalized
from urllib.parse import unquote

from django.conf import settings
from django.urls import Resolver404, resolve, reverse

from blog.pagecache.keys import collecting, depends_on

LONGEST = 12 * 60 * 60  # seconds


@dataclass(frozen=True)
class Policy:
    """`parameters`: the query parameters that make another page; all others are ignored.

    `browser_seconds`, `cdn_seconds`: for how long a reader's browser and a cache of others may keep a page
    without asking. `seconds`: for how long we do. `for_programs`: a person's browser, which says
    `Sec-Fetch-Dest: document`, gets another page, which is not kept.
    """

    parameters: tuple[str, ...] = ()
    browser_seconds: int = 0
    cdn_seconds: int = 0
    seconds: int = LONGEST
    for_programs: bool = False

    @property
    def vary(self) -> str:
        return "Accept-Encoding, Sec-Fetch-Dest" if self.for_programs else "Accept-Encoding"

    @property
    def longest(self) -> int:
        """For how many seconds others may show a page without asking."""
        return max(self.browser_seconds, self.cdn_seconds)

    def dump(self) -> dict:
        return asdict(self)

    @classmethod
    def load(cls, dumped: dict) -> "Policy":
        return cls(**dumped | {"parameters": tuple(dumped["parameters"])})


class Rendering:
    """Asked for by the page cache in the request's environment; the view fills it in."""

    NAME = "allforces.rendering"

    def __init__(self):
        self.keys: set[str] | None = None  # None: not to be kept
        self.feed: tuple[str | None, str] | None = (
            None  # as which every answer is counted, see feeds.counting
        )

    @classmethod
    def of(cls, request) -> "Rendering | None":
        return request.META.get(cls.NAME)


def cached(view: Callable, *keys: str, parameters=(), **policy) -> Callable:
    """The view, with its answers kept until something with one of these surrogate keys changes.

    What it reads adds more of them (see keys); `policy` is that of Policy.
    """
    policy.setdefault("cdn_seconds", settings.PAGE_SHARED_SECONDS)

    @wraps(view)
    def keeping(request, *args, **kwargs):
        rendering = Rendering.of(request)
        if rendering is None:
            response = view(request, *args, **kwargs)
            if not response.has_header("Cache-Control"):
                response["Cache-Control"] = "private, no-cache"  # it was not made for everybody
            return response
        with collecting() as collected:
            depends_on(*keys)
            response = view(request, *args, **kwargs)
            if callable(getattr(response, "render", None)):
                response = response.render()
        if response.status_code == 200 and not response.cookies:
            rendering.keys = collected
        return response

    keeping.policy = Policy(parameters=tuple(parameters), **policy)
    return keeping


def policy_of(path_info: str) -> Policy | None:
    """The policy of the view at a path as WSGI gives it; None if its answers may not be kept.

    Of the ways to write an address (`/page/2/`, `/page/02/`) one is kept, so that nobody fills the memory.
    """
    path = path_info.encode("latin-1").decode(errors="replace")
    try:
        match = resolve(path)
    except Resolver404:
        return None
    policy = getattr(match.func, "policy", None)
    if policy is None or not is_normalized("NFC", path):
        return None
    usual = reverse(match.view_name, args=match.args, kwargs=match.kwargs)
    return policy if unquote(usual) == path else None
