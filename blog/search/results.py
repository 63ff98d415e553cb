"""From a query to a page of posts."""

import math
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property

from django.apps import apps
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from blog.search.engines import Scope, engine
from blog.search.folding import fold
from blog.search.names import Named, names_holding
from blog.search.query import Needle, Query, clean, parse
from blog.search.tokens import units

LIMIT = 10_000  # of the posts that one query finds; who has more hits than that needs better words
SCORED = 500  # posts whose texts are compared; above that, a word says little about any one of them
HEADS = 2000  # titles and excerpts that are compared, the newest
NAMES = 3  # needles that may be names

FRAGMENT = 6  # characters of a piece of a title, with which it may begin and end within a word
FRAGMENTS = 200  # titles that are compared with it

TITLE, NAME, EXCERPT, PHRASE, WHOLE, RECENCY = 8.0, 4.0, 2.0, 6.0, 200.0, 0.5
ORDERS = ("relevance", "date")


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
    may see. `order` is `"relevance"` or `"date"`.
    """
    hits = Hits.of(query, posts, order)
    return Results(hits[offset : offset + limit], len(hits), hits.how, hits.is_more)


def staff_filter(query: str, *, in_text: bool) -> Q:
    """A condition for posts that hold the words of a query, whatever their state, or whose slug holds it.

    Without `in_text` the body does not count, and the last word may be the beginning of one.
    """
    scope = Scope.TEXT if in_text else Scope.HEAD
    posts = _post().objects.order_by()
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
    posts = _post().objects.public()
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
    tags = apps.get_model("blog", "Tag").objects.filter(used, pk__in=listed(shared))
    return sorted(tags[:100], key=lambda tag: (len(tag.name), tag.name))


class Hits:
    """The posts of a query set that a query finds. A slice of it is a list of posts, in order."""

    def __init__(
        self,
        query: Query,
        posts: QuerySet,
        order: str = "relevance",
        scope: Scope = Scope.TEXT,
        how: str = "all",
    ):
        if order not in ORDERS:
            raise ValueError(f"Unknown order: {order}")
        self.query = query
        self.posts = posts
        self.order = order
        self.scope = scope
        self.how = how
        self.is_more = False
        self.names = names_holding([*query.needles, *query.excluded])
        self._of_name: dict[Needle, set[int]] = {}
        self.with_fragment = self._with_fragment()
        self.pks = self._found() if query.needles else []  # the newest post first

    @classmethod
    def of(cls, typed: str, posts: QuerySet | None = None, order: str = "relevance") -> "Hits":
        """What is found by what somebody typed; if that is nothing, by pieces of it; or by any of them."""
        posts = _post().objects.public() if posts is None else posts
        query = parse(typed)
        for how, attempt in query.attempts():
            hits = cls(attempt, posts, order, how=how)
            if hits.pks:
                return hits
        return cls(Query(()), posts, order, how="nothing")

    def __len__(self) -> int:
        return len(self.pks)

    def __getitem__(self, part: slice) -> list:
        if not self.pks:
            return []
        keys = (self.pks if self.order == "date" else self._ranked)[part]
        rows = {post.pk: post for post in self.posts.order_by().with_card_data().filter(pk__in=keys)}
        return [rows[pk] for pk in keys if pk in rows]

    # Finding

    def _found(self) -> list[int]:
        keys = self._find(self.query, LIMIT + 1)
        if len(keys) > LIMIT:
            keys = self._find(self.query, LIMIT + 1, self.posts)
            self.is_more = len(keys) > LIMIT
            keys = keys[:LIMIT]
        else:
            keys = self._with_names(set(keys)) | self.with_fragment
        return self._newest_first(keys) if keys else []

    def _newest_first(self, keys: set[int] | list[int]) -> list[int]:
        """Those of the keys that are in the query set."""
        if len(keys) > SCORED and max(keys) < 4 * len(keys):
            # Most posts: to go through all of them by their index is faster than to look each of these up.
            keys = set(keys)
            return [pk for pk in _keys(self.posts.newest_first()) if pk in keys]
        return _keys(among(self.posts, keys).newest_first())

    def _find(self, query: Query, limit: int, posts: QuerySet | None = None) -> list[int]:
        return engine().find(query, scope=self.scope, posts=posts, limit=limit)

    def _with_names(self, keys: set[int]) -> set[int]:
        """These, and those that hold the needles only if names count as text."""
        named = [needle for needle in self.query.needles if needle in self.names][:NAMES]
        if self.query.any_of:
            keys = keys.union(*map(self._named, named))
        else:
            others = set().union(*map(self._named, named)) - keys
            rest = tuple(needle for needle in self.query.needles if needle not in named)
            if rest:
                others = self._holding(others, rest)
            for needle in named:
                with_name = others & self._named(needle)
                others = with_name | self._holding(others - with_name, (needle,))
            for needle in self.query.excluded:
                others -= self._holding(others, (needle,))
            keys |= others
        return keys.difference(*(self._named(needle) for needle in self.query.excluded))

    def _holding(self, keys: set[int], needles: tuple[Needle, ...]) -> set[int]:
        """Those of the posts with these keys that hold all of the needles in their texts."""
        if not keys:
            return keys
        return set(self._find(Query(needles), len(keys), among(_post().objects.all(), keys)))

    def _named(self, needle: Needle) -> set[int]:
        if needle not in self._of_name:
            self._of_name[needle] = self.names.get(needle, Named()).posts()
        return self._of_name[needle]

    def _with_fragment(self) -> set[int]:
        """Posts with what was typed in their titles as it is, even if it begins or ends within a word.

        `oogleの発表とGem` is a piece of a title that somebody copied.
        """
        row = units(fold(self.query.typed))
        plain = _plain(row)
        if len(plain) < FRAGMENT or len(row) == 1 or self.query.excluded:
            return set()
        whole = Needle(tuple(row))
        needle = whole.uncut()
        if needle == whole and self.query.needles == (whole,):
            return set()  # it is what was asked for
        keys = engine().find(Query((needle,)), scope=Scope.TITLE, limit=HEADS)[:FRAGMENTS]
        titles = among(self.posts, keys).values_list("pk", "title") if keys else ()
        return {pk for pk, title in titles if plain in _plain(units(fold(title)))}

    # Order

    @cached_property
    def _ranked(self) -> list[int]:
        """The keys, best first. Of more than SCORED, only those with a hit outside the body count."""
        needles = self.query.needles
        every = set(self.pks)
        wanted = [(Query((needle,)), scope) for scope in (Scope.TITLE, Scope.HEAD) for needle in needles]
        if len(needles) > 1:
            phrase = Needle(tuple(unit for needle in needles for unit in needle.units))
            wanted.append((Query((phrase,)), Scope.TITLE))
        heads = [every.intersection(keys) for keys in engine().find_each(wanted, limit=HEADS)]
        in_title = dict(zip(needles, heads, strict=False))
        in_head = dict(zip(needles, heads[len(needles) :], strict=False))
        in_names = {needle: self._named(needle) & every for needle in needles}
        scores = dict.fromkeys(self._candidates(in_title, in_head, in_names), 0.0)
        if len(every) <= SCORED and scores:
            relevance = engine().relevance(self.query, self.pks)
            top = max(relevance.values(), default=0) or 1.0
            scores.update((pk, score / top) for pk, score in relevance.items() if pk in every)
        for needle in needles:
            rarity = math.log(1 + (len(every) + 1) / (len(in_title[needle]) + 1))
            weight = rarity * math.sqrt(len(needle.units))
            for keys, worth in (
                (in_title[needle], TITLE),
                (in_names[needle], NAME),
                (in_head[needle] - in_title[needle], EXCERPT),
            ):
                for pk in keys:
                    scores[pk] += weight * worth
        if len(needles) > 1:
            for pk in heads[-1] & scores.keys():
                scores[pk] += PHRASE
        for pk in self.with_fragment & every:
            scores[pk] = scores.get(pk, 0.0) + WHOLE
        rest = [pk for pk in self.pks if pk not in scores]
        newest_first = [pk for pk in self.pks if pk in scores]
        step = RECENCY / (len(newest_first) or 1)
        for place, pk in enumerate(newest_first):
            scores[pk] -= place * step
        return sorted(newest_first, key=scores.__getitem__, reverse=True) + rest

    def _candidates(self, *hits: dict[Needle, set[int]]) -> set[int]:
        if len(self.pks) <= SCORED:
            return set(self.pks)
        return set().union(*(keys for hit in hits for keys in hit.values()))


def _plain(row: list[str]) -> str:
    return "".join(unit for unit in row if unit != " ")


def among(posts: QuerySet, keys) -> QuerySet:
    """Those of the posts with these keys."""
    return posts.order_by().filter(pk__in=listed(keys))


def _keys(posts: QuerySet) -> list[int]:
    """Their keys, in order; of many thousands, Django would take longer than the database."""
    try:
        sql, values = posts.values("pk").query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [pk for (pk,) in cursor.fetchall()]


def listed(keys) -> RawSQL:
    """Any number of keys, as one parameter."""
    if connection.vendor == "sqlite":
        return RawSQL("SELECT value FROM json_each(%s)", [str(list(keys))])
    return RawSQL("SELECT unnest(%s::bigint[])", [list(keys)])


def _post():
    return apps.get_model("blog", "Post")
