"""Keeping the index in step with the posts. To be called in the transaction that saves them."""

from collections.abc import Iterable

from django.db import transaction

from blog.rendering.text import visible_lines
from blog.search.engines import Document, engine
from blog.search.models import VERSION, SearchEntry

BATCH = 100


@transaction.atomic
def write(posts: Iterable) -> None:
    """Index these posts as they are in memory; those that have not changed cost a look."""
    documents = {post.pk: document_of(post) for post in posts}
    known = {entry.pk: entry for entry in SearchEntry.objects.filter(pk__in=documents)}
    changed = [
        document
        for pk, document in documents.items()
        if pk not in known or known[pk].text != document.text or known[pk].version != VERSION
    ]
    if not changed:
        return
    replaced = [Document.read(pk, known[pk].text) for pk in (d.pk for d in changed) if pk in known]
    engine().write(changed, replaced)
    SearchEntry.objects.bulk_create(
        [SearchEntry(pk=document.pk, version=VERSION, text=document.text) for document in changed],
        update_conflicts=True,
        unique_fields=["post"],
        update_fields=["version", "text"],
    )


@transaction.atomic
def remove(pks: Iterable[int]) -> None:
    """Forget posts that are about to be deleted."""
    entries = SearchEntry.objects.filter(pk__in=list(pks))
    engine().remove([Document.read(entry.pk, entry.text) for entry in entries.iterator()])
    entries.delete()


def document_of(post) -> Document:
    lines = post.__dict__.pop("rendered_lines", None)  # of a rendering just made
    if lines is None:
        lines = visible_lines(post.body_html)
    return Document(post.pk, " ".join(post.title.split()), " ".join(post.excerpt.split()), lines)


def pending_keys() -> list[int]:
    """Keys of the posts that the index does not hold, the newest post first."""
    return list(_posts().filter(search_entry=None).newest_first().values_list("pk", flat=True))


def pending_count() -> int:
    return _posts().filter(search_entry=None).count()


def is_outdated() -> bool:
    """Whether the index was made by other rules than these, and must be made anew."""
    return SearchEntry.objects.exclude(version=VERSION).exists()


@transaction.atomic
def write_stored(pks: list[int]) -> None:
    """Index posts as they are stored, and hold back whoever is about to save one of them."""
    posts = _posts().select_for_update(of=["self"]).filter(pk__in=pks).order_by()
    write(posts.only("title", "excerpt", "body_html"))


@transaction.atomic
def clear() -> None:
    """Forget everything; every post is pending then."""
    engine().clear()
    SearchEntry.objects.all().delete()


def _posts():
    return SearchEntry.post.field.related_model.objects
