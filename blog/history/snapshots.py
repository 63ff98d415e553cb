"""What a version holds of a row, as JSON. This module is django-reversion's serializer format `history`.

A post is one row of JSON with everything that makes it up: its fields, tags, related posts, old addresses and
corrections, and the names of the rows it points to, so that an old version can be read when these are gone.
What is computed (HTML, contents, reading time) is not kept: it is two thirds of a post's size.
"""

import datetime
import json

import reversion
from django.core.serializers import json as django_json
from django.core.serializers import register_serializer
from django.db.models import Model, Prefetch, QuerySet
from reversion.models import Version

from blog.models import Page, Post, RelatedPost, TaggedPost

FORMAT = "history"
Deserializer = django_json.Deserializer

_COMPUTED = ("body_html", "toc", "html_digest", "updated_at", "version")
_NAMED = ("category", "author", "cover", "pillar")


class Serializer(django_json.Serializer):
    internal_use_only = True

    def get_dump_object(self, obj):
        dump = super().get_dump_object(obj)
        fields = {name: _exact(value) for name, value in dump["fields"].items()}
        return dump | {"fields": fields} | (_parts(obj) if isinstance(obj, Post) else {})


def register() -> None:
    """Tell django-reversion about our models; once, when all apps are ready."""
    register_serializer(FORMAT, __name__)
    reversion.register(
        Post, format=FORMAT, exclude=(*_COMPUTED, "reading_minutes", "published_on", "tags", "related")
    )
    reversion.register(Page, format=FORMAT, exclude=_COMPUTED)


def _exact(value):
    """A moment to the microsecond, where Django's encoder would cut it."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat()
    return value


def _parts(post: Post) -> dict:
    return {
        "tags": [[tagged.tag_id, tagged.tag.name] for tagged in post.tagged_posts.all()],
        "related": [
            {
                "target": entry.target_id,
                "title": entry.target.title if entry.target else "",
                "reference": entry.reference,
                "position": entry.position,
            }
            for entry in post.related_entries.all()
        ],
        "redirects": [redirect.old_path for redirect in post.redirects.all()],
        "corrections": [
            {
                "kind": correction.kind,
                "published_at": _exact(correction.published_at),
                "text": correction.text,
                "created_by": correction.created_by_id,
            }
            for correction in post.corrections.all()
        ],
        "names": {name: str(getattr(post, name)) for name in _NAMED if getattr(post, name)},
    }


def complete_rows(model: type[Model], keys) -> QuerySet:
    """The rows with all that a version holds of them, in a constant number of queries."""
    rows = model._base_manager.filter(pk__in=keys)
    if model is not Post:
        return rows
    targets = RelatedPost.objects.select_related("target").only(
        "post", "target__title", "reference", "position"
    )
    return (
        rows.select_related(*_NAMED)
        .defer(
            "body_html",
            "toc",
            *(f"pillar__{name}" for name in ("body", "body_html", "toc", "front_matter")),
        )
        .prefetch_related(
            Prefetch("tagged_posts", TaggedPost.objects.select_related("tag").order_by("pk")),
            Prefetch("related_entries", targets),
            "redirects",
            "corrections",
        )
    )


def snapshot(row: Model) -> dict:
    """What a version made now would hold; `row` comes from `complete_rows`."""
    options = reversion.revisions._get_options(type(row))
    return json.loads(Serializer().serialize([row], fields=options.fields))[0]


def stored(version: Version) -> dict:
    return json.loads(version.serialized_data)[0]


def substance(held: dict) -> dict:
    """What makes two versions differ: not the names of other rows, nor the addresses that lead here."""
    return held["fields"] | {
        "tags": [key for key, _name in held.get("tags", [])],
        "related": [(entry["target"], entry["reference"]) for entry in held.get("related", [])],
        "corrections": held.get("corrections", []),
    }
