"""What the two databases share: an index of grams, and the rows of units that it leads to.

The index answers at once whether a text holds what is a gram: a word, up to three characters, most
compounds. Of a longer phrase it names the texts that hold all its grams; those are read and looked through.
"""

import math
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from blog.search.engines.base import Document, Engine, Scope
from blog.search.folding import fold
from blog.search.query import Needle, Query
from blog.search.tokens import Row, joined, proof

CHUNKS = (100, 400)  # texts that are read at a time, first and then
# BM25's: how soon one occurrence more says nothing, and how much the length counts.
_SATURATION, _LENGTH = 1.2, 0.75


@dataclass(frozen=True)
class Check:
    """What must stand in a text, all of it or (`any_of`) some, and what must not, though its grams do."""

    wanted: list[str]
    refused: list[str]
    any_of: bool
    scope: Scope


@dataclass(frozen=True)
class Rows:
    """The rows of a document."""

    title: Row
    excerpt: Row
    body: Row

    @classmethod
    def of(cls, document: Document) -> "Rows":
        return cls(*map(Row.of, fold(document.text).split("\n", 2)))

    @property
    def all_grams(self) -> set[str]:
        rows = (self.title, self.excerpt, self.body)
        return Row("\n".join(row.line for row in rows), [word for row in rows for word in row.words]).grams()

    @property
    def head_text(self) -> str:
        return f"{self.title.text}\n{self.excerpt.text}"


class GramEngine(Engine):
    @abstractmethod
    def _lookup(
        self,
        query: Query,
        scope: Scope,
        posts: QuerySet | set | None,
        limit: int | None,
        *,
        sure: bool = False,
    ) -> list[int]:
        """Keys of the documents that hold the grams, the highest first.

        `posts`, a query set or keys, are those that count; None, all. With `sure`, what is enough to be sure
        is asked for, where there is such a thing. What is excluded is left out if its proof is complete.
        """

    @abstractmethod
    def _passing(self, pks: list[int], check: Check) -> set[int]:
        """Those of the documents that hold what the check wants."""

    @abstractmethod
    def _texts(self, pks: list[int]) -> Iterator[tuple[int, bytes]]:
        """The whole texts with their keys, in any order."""

    def find(self, query, *, scope=Scope.TEXT, posts=None, limit):
        check = self._check(query, scope)
        if check is None:
            return self._lookup(query, scope, posts, limit)
        may, sure = self._lookup(query, scope, posts, None), set()
        if len(may) > CHUNKS[0] and self._can_be_sure(query):
            sure = set(self._lookup(query, scope, posts, None, sure=True))
        return self._checked(may, sure, check, limit)

    def holding(self, query, pks, *, scope=Scope.TEXT):
        wanted = set(pks)
        if not wanted:
            return wanted
        may = self._lookup(query, scope, wanted, None)
        check = self._check(query, scope)
        return set(may if check is None else self._checked(may, set(), check, len(may)))

    def _checked(self, pks: list[int], sure: set[int], check: Check, limit: int) -> list[int]:
        """Those that are sure, and those others that pass."""
        found: list[int] = []
        start, (size, more) = 0, CHUNKS
        while start < len(pks) and len(found) < limit:
            chunk = pks[start : start + size]
            right = self._passing([pk for pk in chunk if pk not in sure], check) | sure
            found += [pk for pk in chunk if pk in right]
            start, size = start + size, more
        return found[:limit]

    def _check(self, query: Query, scope: Scope) -> Check | None:
        """None if the grams say it all."""
        unproved = [needle for needle in query.needles if not self._is_proved(needle)]
        refused = _sources(needle for needle in query.excluded if not self._is_proved(needle))
        if not unproved and not refused:
            return None
        return Check(_sources(query.needles if query.any_of else unproved), refused, query.any_of, scope)

    def _can_be_sure(self, query: Query) -> bool:
        unproved = [n for n in (*query.needles, *query.excluded) if not self._is_proved(n)]
        return all(proof(n.units).enough and not n.begins for n in unproved) and not (
            set(unproved) & set(query.excluded)
        )

    def _is_proved(self, needle: Needle) -> bool:
        """Whether a text that has the grams of the needle is sure to hold it."""
        return proof(needle.units, begins=needle.begins).is_complete

    def relevance(self, query, pks):
        """BM25 over these documents alone."""
        wanted = [source.encode() for source in _sources(query.needles)]
        counts, lengths = {}, {}
        for pk, text in self._texts(list(pks)):
            counts[pk] = [text.count(source) for source in wanted]
            lengths[pk] = len(text)
        average = sum(lengths.values()) / (len(lengths) or 1)
        rarity = [
            math.log(1 + (len(counts) + 1) / (sum(map(bool, column)) + 0.5))
            for column in zip(*counts.values(), strict=True)
        ]
        return {
            pk: sum(
                weight * count / (count + _SATURATION * (1 - _LENGTH + _LENGTH * lengths[pk] / average))
                for weight, count in zip(rarity, row, strict=True)
            )
            for pk, row in counts.items()
        }


def grams_of(units: tuple[str, ...], *, sure: bool) -> tuple[str, ...]:
    proved = proof(units)
    return (proved.enough,) if sure and proved.enough else proved.grams


def _sources(needles: Iterable[Needle]) -> list[str]:
    return [joined(needle.units, begins=needle.begins) for needle in needles]
