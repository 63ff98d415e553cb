"""What the search asks of an index."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import QuerySet

from blog.search.query import Query


class Scope(StrEnum):
    """Where the needles must be."""

    TEXT = "text"  # title, excerpt and body together
    TITLE = "title"
    HEAD = "head"  # title and excerpt together


@dataclass(frozen=True)
class Document:
    """A post as it is indexed: one line each for title and excerpt, a line for each block of the body."""

    pk: int
    title: str
    excerpt: str
    body: str

    @property
    def text(self) -> str:
        return f"{self.title}\n{self.excerpt}\n{self.body}"

    @classmethod
    def read(cls, pk: int, text: str) -> "Document":
        return cls(pk, *(text.split("\n", 2)))


class Engine(ABC):
    """An index of documents. It knows words, not who may read what: that is for `posts` to say."""

    @abstractmethod
    def write(self, documents: list[Document], replaced: list[Document]) -> None:
        """Index these; `replaced` are those among them that were indexed before, as they were then."""

    @abstractmethod
    def remove(self, documents: list[Document]) -> None:
        """Forget these, given as they were indexed."""

    @abstractmethod
    def clear(self) -> None: ...

    @abstractmethod
    def find(
        self,
        query: Query,
        *,
        scope: Scope = Scope.TEXT,
        posts: QuerySet | None = None,
        among: Collection[int] | None = None,
        limit: int,
    ) -> list[int]:
        """Keys of documents that match, the highest first, at most `limit`.

        Only of the query set `posts`, if it is given; only `among` these keys, if they are.
        """

    def find_each(self, wanted: list[tuple[Query, Scope]], *, limit: int, lowest: int = 0) -> list[list[int]]:
        """What `find` finds for each, without keys below `lowest`, which nobody needs.

        An engine that is far away does well to ask once for all of them.
        """
        found = (self.find(query, scope=scope, limit=limit) for query, scope in wanted)
        return [[pk for pk in keys if pk >= lowest] for keys in found]

    @abstractmethod
    def relevance(self, query: Query, pks: Iterable[int]) -> dict[int, float]:
        """How well these documents, which match, answer the query: BM25 or its equal, above 0."""
