"""Which links between articles lead nowhere.

A link dies when its target is withdrawn or was never there, not only when its article is edited, so
that a check at save is not enough; reading every article at every view of the desk would be too much.
"""

import datetime
import html
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db import transaction
from django.urls import Resolver404, resolve

from blog.addresses import canonical_path
from blog.models import Author, Category, DeadLink, Image, Page, Post, Redirect, Tag

_LINK = re.compile(r'<a\s[^>]*?href="([^"]*)"')
_SUBJECTS = {"category": Category, "tag": Tag, "author": Author}
_LONGEST = DeadLink._meta.get_field("path").max_length
_AT_ONCE = 500  # values in one query; SQLite takes 32,766


def internal_links(body_html: str) -> set[str]:
    """The paths of this site that an article links to, as canonical paths."""
    addresses = {html.unescape(address) for address in _LINK.findall(body_html)}
    own = (f"{settings.SITE_URL}/", "/")
    return {
        canonical_path(address)[:_LONGEST]
        for address in addresses
        if address.startswith(own) and not address.startswith("//")
    }


def dead_paths(paths: Iterable[str]) -> set[str]:
    """Those of the canonical paths at which a reader finds nothing."""
    missing, wanted = set(), defaultdict(dict)
    for path in paths:
        try:
            match = resolve(path)
        except Resolver404:
            missing.add(path)
            continue
        name = (match.url_name or "").removesuffix("_page").removesuffix("_feed")
        if name == "post":
            missing |= _remember_post(wanted, path, match.kwargs)
        elif name in {*_SUBJECTS, "page"}:
            wanted[name][path] = (match.kwargs["slug"],)
        elif path.startswith("/media/"):
            wanted["media"][path] = (match.kwargs["path"],)
        elif path.startswith("/assets/"):
            wanted["assets"][path] = (path,)
    missing |= _without_row(wanted["post"], Post.objects.public(), "published_on", "slug")
    missing |= _without_row(wanted["page"], Page.objects.public(), "slug")
    missing |= _without_row(wanted["media"], Image.objects.all(), "file")
    missing |= _without_row(wanted["assets"], Image.objects.all(), "old_path")
    for name, model in _SUBJECTS.items():
        missing |= _without_row(wanted[name], model.objects.all(), "slug")
    return missing - _redirected(missing)


def _remember_post(wanted, path: str, parts: dict) -> set[str]:
    try:
        day = datetime.date(parts["year"], parts["month"], parts["day"])
    except ValueError:
        return {path}
    wanted["post"][path] = (day, parts["slug"])
    return set()


def _without_row(wanted: dict, rows, *fields: str) -> set[str]:
    """The paths whose values no row has in these fields."""
    found = set()
    for some in _chunks({values[0] for values in wanted.values()}):
        found |= set(rows.filter(**{f"{fields[0]}__in": some}).values_list(*fields))
    return {path for path, values in wanted.items() if values not in found}


def _redirected(paths: set[str]) -> set[str]:
    """Those from which a reader is sent on to a public post."""
    living = Redirect.objects.filter(post__in=Post.objects.public().order_by())
    living = living.values_list("old_path", flat=True)
    return {path for some in _chunks(paths) for path in living.filter(old_path__in=some)}


def _chunks(values: Iterable) -> Iterator[list]:
    values = list(values)
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]


@transaction.atomic
def check_post(post: Post) -> None:
    """Bring the dead links of one post up to date."""
    dead = dead_paths(internal_links(post.body_html))
    post.dead_links.exclude(path__in=dead).delete()
    DeadLink.objects.bulk_create(
        [DeadLink(post=post, path=path) for path in sorted(dead)], ignore_conflicts=True
    )


def check_all() -> tuple[int, int]:
    """Bring the dead links of all public posts up to date: how many posts were read, how many links are dead.

    The articles are read one after the other; only their links are kept in memory.
    """
    posts_of, read = defaultdict(set), 0
    for pk, body_html in Post.objects.public().order_by().values_list("pk", "body_html").iterator(100):
        read += 1
        for path in internal_links(body_html):
            posts_of[path].add(pk)
    dead = dead_paths(posts_of)
    found = [DeadLink(post_id=pk, path=path) for path in sorted(dead) for pk in sorted(posts_of[path])]
    with transaction.atomic():
        DeadLink.objects.all().delete()
        DeadLink.objects.bulk_create(found, batch_size=_AT_ONCE)
    return read, len(found)
