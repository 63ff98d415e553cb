"""Links into our own site: what an address leads to, and whether it is there."""

import datetime
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve

from blog.addresses import canonical_path
from blog.media.models import FormerFile
from blog.models import Author, Category, Image, Page, Tag

DEAD, ALIVE = ("dead", None), ("alive", None)
_NAMED = {"category": Category, "tag": Tag, "author": Author}
_BELOW = ("_page", "_feed", "_feed_atom", "_feed_json")  # what is named after a list, and stands below it
_BASE = "/0000/00/00/post/"  # what a relative link is relative to; the date does not matter
_AT_ONCE = 500  # values in one query; SQLite takes 32,766


def own_path(address: str) -> str | None:
    """The path of an address on our own site; None for any other site, mail and the like."""
    try:
        parts = urlsplit(urljoin(f"{settings.SITE_URL}{_BASE}", address.strip()))
        is_own = parts.scheme in {"http", "https"} and parts.hostname == settings.SITE_HOST
    except ValueError:  # `http://[`
        return None
    return canonical_path(parts.path) if is_own else None


def target(path: str) -> tuple:
    """What a path leads to: a kind, and what identifies the row of that kind.

    Of a post it is the Tokyo date and the slug. DEAD is what no reader can open, whoever asks; ALIVE what
    needs no row.
    """
    try:
        match = resolve(path)
    except Resolver404:
        return DEAD
    name, values = match.url_name or "", match.kwargs
    name = next((name.removesuffix(end) for end in _BELOW if name.endswith(end)), name)
    if name == "post":
        try:
            return "post", (datetime.date(values["year"], values["month"], values["day"]), values["slug"])
        except ValueError:
            return DEAD
    if name in _NAMED or name == "page":
        return name, values["slug"]
    if name == "media":
        return "media", values["path"]
    if match.route.startswith("assets/"):
        return "asset", path
    return DEAD if "admin" in match.namespaces or name == "shared_preview" else ALIVE


def there(kind: str, values: Iterable) -> set:
    """Those of the values of a kind (but for posts) that a reader finds something at, if by a redirect."""
    found = set()
    for some in chunks(values):
        if kind in _NAMED:
            found |= set(_NAMED[kind].objects.at(some))
        elif kind == "page":
            found |= set(Page.objects.public().filter(slug__in=some).values_list("slug", flat=True))
        elif kind == "media":
            found |= set(Image.objects.filter(file__in=some).values_list("file", flat=True))
            if former := set(some) - found:
                found |= set(FormerFile.objects.filter(path__in=former).values_list("path", flat=True))
        elif kind == "asset":
            found |= set(Image.objects.filter(old_path__in=some).values_list("old_path", flat=True))
    return found | {None} if kind == "alive" else found


def chunks(values: Iterable) -> Iterator[list]:
    values = list(values)
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]
