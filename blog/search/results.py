"""What others ask: a page of results, suggestions, and the search of the desk."""

import unicodedata
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet

from blog.models import Post, Tag
from blog.search.engines import Scope
from blog.search.hits import LIMIT, Hits
from blog.search.keys import listed
from blog.search.names import Named, names_holding
from blog.search.query import Query, clean, parse


@dataclass(frozen=True)
class Results:
    """`posts` are those of the page that was asked for, `total` is how many there are in all.

    `how` says what had to be done to find them: `"all"`, every word is in each post; `"pieces"`, the words
    were taken apart; `"any"`, some of them are; `"nothing"`. With `is_more`, there are more than `total`.
    """

    posts: list = field(default_factory=list)
    total: int = 0
    how: str = "nothing"
    is_more: bool = False


def search(
    query: str,
    *,
    posts: QuerySet | None = None,
    order: str = "relevance",
    limit: int = 10,
    offset: int = 0,
) -> Results:
    """Find posts by what somebody typed.

    Only posts of the query set `posts` are found, as it is at this moment; without one, those that readers
    may see. `order` is `"relevance"` or `"date"`. Raises ValueError for another order, and for a limit or an
    offset below 0.
    """
    if limit < 0 or offset < 0:
        raise ValueError("A limit or an offset is below 0.")
    hits = Hits.of(query, posts, order)
    return Results(hits[offset : offset + limit], len(hits), hits.how, hits.is_more)


def staff_filter(query: str, *, in_text: bool) -> Q:
    """A condition for posts that hold the words of a query, whatever their state, or whose slug holds it.

    Without `in_text` the body does not count, and the last word may be the beginning of one.
    """
    scope = Scope.TEXT if in_text else Scope.HEAD
    posts = Post.objects.order_by()
    keys = set(Hits(parse(query, unfinished=not in_text), posts, scope=scope).pks)
    slug = unicodedata.normalize("NFC", clean(query)).replace(" ", "-")
    if slug:  # asked for alone, so that the index on slugs answers and no row is read
        keys.update(posts.filter(slug__icontains=slug).values_list("pk", flat=True)[:LIMIT])
    return Q(pk__in=listed(keys))


def suggestions(typed: str, limit: int = 8) -> list[dict]:
    """Tags, then titles of public posts, that hold what is being typed: `kind`, `text` and `path` of each."""
    query = parse(typed, unfinished=True)
    if not query.needles:
        return []
    posts = Post.objects.public()
    found = [("tag", tag.name, tag) for tag in _tags_named(query, posts)[: limit // 2]]
    titled = Hits(query, posts, "date", Scope.TITLE)[0 : limit - len(found)]
    found += [("post", post.title, post) for post in titled]
    return [{"kind": kind, "text": text, "path": row.get_absolute_url()} for kind, text, row in found]


def _tags_named(query: Query, posts: QuerySet) -> list:
    """The tags of these posts with a name that holds all of the query, the shortest first."""
    named = names_holding(query.needles)
    keys = [set(named.get(needle, Named()).tag) for needle in query.needles]
    shared = set.intersection(*keys)
    if not shared:
        return []
    used = Exists(posts.filter(tagged_posts__tag=OuterRef("pk")))
    tags = Tag.objects.filter(used, pk__in=listed(shared))
    return sorted(tags[:100], key=lambda tag: (len(tag.name), tag.name))
