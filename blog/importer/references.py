"""Related posts and pillar posts: imported as names of files, and led to posts when those are there."""

import unicodedata
from collections.abc import Iterator
from pathlib import PurePosixPath

from django.db import transaction
from django.db.models import F

from blog import jekyll
from blog.models import Post, RelatedPost

CHUNK = 500


@transaction.atomic
def resolve_references() -> None:
    """Find the posts that are named, whichever import brought them.

    A name stays without its post when the article is not here, is the article itself, or is listed already.
    """
    in_order = Post.objects.filter(source_name__isnull=False).order_by(
        F("published_at").asc(nulls_first=True), "source_name"
    )
    keys = {
        PurePosixPath(name).stem: key for key, name in in_order.values_list("pk", "source_name").iterator()
    }
    _resolve_related(keys)
    _resolve_pillars(keys)


def _key(keys: dict[str, int], entry) -> int | None:
    return keys.get(unicodedata.normalize("NFC", jekyll.reference_slug(entry)))


def _resolve_related(keys: dict[str, int]) -> None:
    open_entries = RelatedPost.objects.filter(target=None).order_by("post", "position", "pk")
    found = []
    for key, post, reference in open_entries.values_list("pk", "post", "reference").iterator():
        target = _key(keys, reference)
        if target and target != post:
            found.append((key, post, target))
    for part in _chunks(found):
        listed = RelatedPost.objects.filter(post__in={post for _pk, post, _to in part}, target__isnull=False)
        pairs = set(listed.values_list("post", "target"))
        resolved = []
        for key, post, target in part:
            if (post, target) not in pairs:
                pairs.add((post, target))
                resolved.append(RelatedPost(pk=key, target_id=target))
        RelatedPost.objects.bulk_update(resolved, ["target"])


def _resolve_pillars(keys: dict[str, int]) -> None:
    """Only where nobody has edited the post here: an editor may have taken the pillar post away."""
    open_posts = Post.objects.filter(
        pillar=None, front_matter__contains="pillar_article", updated_at__lte=F("imported_at")
    )
    found = []
    for key, head in open_posts.order_by().values_list("pk", "front_matter").iterator():
        pillar = _key(keys, jekyll.load_yaml(jekyll.split(head).yaml).values.get("pillar_article"))
        if pillar and pillar != key:
            found.append((key, pillar))
    for part in _chunks(found):
        Post.objects.bulk_update([Post(pk=key, pillar_id=pillar) for key, pillar in part], ["pillar"])


def _chunks(items: list) -> Iterator[list]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
