"""What a feed's entries are made of, in one query: if none of it has changed, neither has the feed."""

from django.db.models import Aggregate, CharField, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from blog.models import Correction, TaggedPost

POST_FIELDS = (
    "pk",
    "guid",
    "title",
    "slug",
    "excerpt",
    "description",
    "published_at",
    "last_modified_at",
    "html_digest",
    "category__name",
    "author__name",
    "author__slug",
    "cover__file",
    "cover__alt",
    "cover__credit",
    "tag_names",
    "correction_texts",
)
CORRECTION_FIELDS = (
    "pk",
    "kind",
    "html",
    "published_at",
    "post__guid",
    "post__title",
    "post__slug",
    "post__published_at",
    "post__author__name",
    "post__author__slug",
)


class JoinedText(Aggregate):
    """All values of a group in one text."""

    output_field = TextField()

    def as_sqlite(self, compiler, connection, **context):
        return super().as_sql(compiler, connection, function="GROUP_CONCAT", **context)

    def as_postgresql(self, compiler, connection, **context):
        template = "STRING_AGG(%(expressions)s, ',' ORDER BY %(expressions)s)"
        sql, params = super().as_sql(compiler, connection, template=template, **context)
        return sql, (*params, *params)  # the expressions stand there twice


def with_words_of_others(posts: QuerySet) -> QuerySet:
    """Adds the names of a post's tags and the texts of its corrections, as one text each."""
    note = Concat(
        "kind", Value(" "), Cast("published_at", CharField()), Value(" "), "html", output_field=TextField()
    )
    tags = TaggedPost.objects.filter(content_object=OuterRef("pk"))
    notes = Correction.objects.dated_until(timezone.now()).filter(post=OuterRef("pk"))
    return posts.annotate(
        tag_names=_joined(tags, "content_object", "tag__name"),
        correction_texts=_joined(notes, "post", note),
    )


def _joined(rows: QuerySet, group: str, text) -> Subquery:
    return Subquery(
        rows.order_by().values(group).annotate(joined=JoinedText(text)).values("joined"),
        output_field=TextField(),
    )
