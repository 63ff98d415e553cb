"""Which links between articles lead nowhere.

A link dies when its target is withdrawn or was never there, not only when its article is edited, so
that a check at save is not enough; reading every article at every view of the desk would be too much.
"""

import html
import re
from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction

from blog.links import chunks, own_path, target, there
from blog.models import DeadLink, Post, Redirect

_LINK = re.compile(r'<a\s[^>]*?href="([^"]*)"')
_LONGEST = DeadLink._meta.get_field("path").max_length


def internal_links(body_html: str) -> set[str]:
    """The paths of this site that an article links to, as canonical paths."""
    addresses = (html.unescape(address) for address in _LINK.findall(body_html))
    paths = {own_path(address) for address in addresses if not address.startswith("#")}
    return {path[:_LONGEST] for path in paths - {None}}


def dead_paths(paths: Iterable[str]) -> set[str]:
    """Those of the canonical paths at which a reader finds nothing."""
    targets, wanted = {path: target(path) for path in paths}, defaultdict(set)
    for kind, value in targets.values():
        wanted[kind].add(value)
    found = {kind: there(kind, values) for kind, values in wanted.items()}
    found["post"] = _public_posts(wanted["post"])
    missing = {path for path, (kind, value) in targets.items() if value not in found[kind]}
    return missing - _redirected(missing)


def _public_posts(wanted: set) -> set:
    """The addresses, as pairs of date and slug, at which there are public posts."""
    posts = Post.objects.public().order_by().values_list("published_on", "slug")
    return {
        address
        for days in chunks({day for day, _slug in wanted})
        for address in posts.filter(published_on__in=days)
    }


def _redirected(paths: set[str]) -> set[str]:
    """Those from which a reader is sent on to a public post."""
    living = Redirect.objects.filter(post__in=Post.objects.public().order_by())
    living = living.values_list("old_path", flat=True)
    return {path for some in chunks(paths) for path in living.filter(old_path__in=some)}


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
        DeadLink.objects.bulk_create(found, batch_size=500)
    return read, len(found)
