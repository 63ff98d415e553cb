"""The posts that a query finds."""

from functools import cached_property

from django.db.models import QuerySet

from blog.models import Post
from blog.prepared import prepared
from blog.search.engines import Scope, engine
from blog.search.folding import fold
from blog.search.keys import Gate, among
from blog.search.names import names_holding, posts_named
from blog.search.query import Needle, Query, parse
from blog.search.ranking import HEADS, ranked
from blog.search.tokens import units

LIMIT = 10_000  # of the posts that one query finds; who has more hits than that needs better words
NAMES = 3  # needles that may be names

FRAGMENT = 6  # characters of a piece of a title, with which it may begin and end within a word
FRAGMENTS = 200  # titles that are compared with it

ORDERS = ("relevance", "date")


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
        self.named: dict[Needle, set[int]] = {}
        self.with_fragment = self._with_fragment()
        self.pks = self._found() if query.needles else []  # the newest post first

    @classmethod
    def of(cls, typed: str, posts: QuerySet | None = None, order: str = "relevance") -> "Hits":
        """What is found by what somebody typed; if that is nothing, by pieces of it; or by any of them."""
        posts = Post.objects.public() if posts is None else posts
        query = parse(typed)
        for how, attempt in query.attempts(_is_held):
            hits = cls(attempt, posts, order, how=how)
            if hits.pks:
                return hits
        return cls(Query(()), posts, order, how="nothing")

    def __len__(self) -> int:
        return len(self.pks)

    def __getitem__(self, part: slice) -> list:
        keys = (self.pks if self.order == "date" else self._ranked)[part]
        if not keys:
            return []
        rows = {post.pk: post for post in _cards(**{f"key{n}": pk for n, pk in enumerate(keys)})}
        return [rows[pk] for pk in keys if pk in rows]

    @cached_property
    def _ranked(self) -> list[int]:
        if not self.pks:
            return []
        return ranked(self.query, self.pks, self.named, self.with_fragment)

    def _found(self) -> list[int]:
        enough = LIMIT + 1
        most = enough + LIMIT // 8  # some of them may be no posts of the query set
        gate = Gate(self.posts)
        names = names_holding([*self.query.needles, *self.query.excluded])
        keys = self._find(self.query, most)
        if len(keys) < most:
            self.named = posts_named(names)
            found = gate.newest_first(self._with_names(set(keys)) | self.with_fragment, enough)
        else:
            found = gate.newest_first(keys, enough)
            if len(found) < enough:
                found = gate.newest_first(self._find(self.query, enough, posts=self.posts), enough)
            self.named = posts_named(names, lowest=min(found, default=0))
        self.is_more = len(found) == enough
        return found[:LIMIT]

    def _find(self, query: Query, limit: int, **only) -> list[int]:
        return engine().find(query, scope=self.scope, limit=limit, **only)

    def _with_names(self, keys: set[int]) -> set[int]:
        """These, and those that hold the needles only if names count as text."""
        named = [needle for needle in self.query.needles if needle in self.named][:NAMES]
        others = set().union(*(self.named[needle] for needle in named)) - keys
        if not self.query.any_of:
            rest = tuple(needle for needle in self.query.needles if needle not in named)
            if rest:
                others = self._holding(others, rest)
            for needle in named:
                with_name = others & self.named[needle]
                others = with_name | self._holding(others - with_name, (needle,))
            for needle in self.query.excluded:
                others -= self._holding(others, (needle,))
        return (keys | others).difference(*(self.named.get(needle, ()) for needle in self.query.excluded))

    def _holding(self, keys: set[int], needles: tuple[Needle, ...]) -> set[int]:
        """Those of the posts with these keys that hold all of the needles in their texts."""
        return set(self._find(Query(needles), len(keys), among=keys)) if keys else keys

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


def _is_held(row: tuple[str, ...]) -> bool:
    return bool(engine().find(Query((Needle(row),)), limit=1))


def _plain(row: list[str]) -> str:
    return "".join(unit for unit in row if unit != " ")


@prepared(Post)
def _cards(**keys):
    return Post.objects.order_by().with_card_data().filter(pk__in=list(keys.values()))
