"""GIN over the grams of each text as numbers: only the index is read, however long the texts."""

import hashlib
from functools import lru_cache
from itertools import chain

from django.core.exceptions import EmptyResultSet
from django.db import connection

from blog.search.engines.base import Scope
from blog.search.engines.grams import GramEngine, Rows, grams_of
from blog.search.query import Needle, Query
from blog.search.tokens import JOINT, SHORT, is_cjk, joined, proof

_TABLE = "blog_search_grams"
# A gram is a number of 64 bits. Up to three CJK characters are their code units side by side, 16 bits each;
# any other gram is a hash, with the highest bit but one set. The sign is never used.
_HASHED, _TITLE, _EXCERPT = 1 << 62, 1 << 61, 1 << 60
_HASH_BITS = (1 << 60) - 1
_MARKS = {Scope.TEXT: [0], Scope.TITLE: [_TITLE], Scope.HEAD: [_TITLE, _EXCERPT]}
# Whether something stands in a text, whose rows of units the database itself looks through.
_STANDS = {
    Scope.TEXT: "(strpos(head, %s) > 0 OR strpos(body, %s) > 0)",
    Scope.TITLE: "(strpos(split_part(head, E'\\n', 1), %s) > 0)",
    Scope.HEAD: "(strpos(head, %s) > 0)",
}
_BEGINNING = 12  # characters of a word by which it is found while it is being typed

CREATE = [
    f"CREATE TABLE {_TABLE} (post_id bigint PRIMARY KEY, grams bigint[] NOT NULL, head text NOT NULL,"
    " body text NOT NULL)",
    f"ALTER TABLE {_TABLE} SET (toast_tuple_target = 128)",  # keeps the rows themselves short
    # To compress takes longer than to index, and to read a text would be to decompress it.
    *(f"ALTER TABLE {_TABLE} ALTER {column} SET STORAGE EXTERNAL" for column in ("grams", "head", "body")),
    f"CREATE INDEX {_TABLE}_gin ON {_TABLE} USING gin (grams) WITH (gin_pending_list_limit = 1024)",
    # To read the grams of every post is what a sequential scan would cost, which the planner does not know.
    f"""CREATE FUNCTION blog_search_find(wanted bigint[]) RETURNS SETOF bigint
        LANGUAGE sql STABLE SET enable_seqscan = off SET enable_indexscan = off
        AS 'SELECT post_id FROM {_TABLE} WHERE grams @> wanted'""",
]
DROP = ["DROP FUNCTION blog_search_find(bigint[])", f"DROP TABLE {_TABLE}"]


class PostgreSQL(GramEngine):
    def write(self, documents, replaced):
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {_TABLE} (post_id, grams, head, body) VALUES (%s, %s::bigint[], %s, %s)"
                " ON CONFLICT (post_id) DO UPDATE"
                " SET grams = excluded.grams, head = excluded.head, body = excluded.body",
                [_values(document.pk, Rows.of(document)) for document in documents],
            )

    def _is_proved(self, needle):
        if _is_open(needle):
            return len(needle.units) == 1 and len(needle.units[0]) <= _BEGINNING
        return super()._is_proved(needle)

    def remove(self, documents):
        with connection.cursor() as cursor:
            keys = [document.pk for document in documents]
            cursor.execute(f"DELETE FROM {_TABLE} WHERE post_id = ANY(%s)", [keys])

    def clear(self):
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {_TABLE}")

    def _lookup(self, query, scope, posts, limit, *, sure=False):
        refused = [needle for needle in query.excluded if self._is_proved(needle)]
        sql, values = _selection(query, refused, scope, sure=sure)
        if isinstance(posts, set):
            sql, values = f"SELECT found FROM ({sql}) AS hit WHERE found = ANY(%s)", [*values, list(posts)]
        elif posts is not None:
            try:
                among, more = posts.order_by().values("pk").query.sql_with_params()
            except EmptyResultSet:
                return []
            sql, values = f"SELECT found FROM ({sql}) AS hit WHERE found IN ({among})", [*values, *more]
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} ORDER BY found DESC LIMIT %s", [*values, limit])
            return [pk for (pk,) in cursor.fetchall()]

    def _passing(self, pks, check):
        enough = " OR " if check.any_of else " AND "
        wanted = enough.join([_STANDS[check.scope]] * len(check.wanted)) or "true"
        conditions = [f"({wanted})", *[f"NOT {_STANDS[check.scope]}"] * len(check.refused)]
        twice = 2 if check.scope == Scope.TEXT else 1
        values = [source for source in (*check.wanted, *check.refused) for _ in range(twice)]
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT post_id FROM {_TABLE} WHERE post_id = ANY(%s) AND {' AND '.join(conditions)}",
                [pks, *values],
            )
            return {pk for (pk,) in cursor.fetchall()}

    def _texts(self, pks):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT post_id, head, body FROM {_TABLE} WHERE post_id = ANY(%s)", [pks])
            for pk, head, body in cursor:
                yield pk, f"{head}\n{body}".encode()


def _values(pk: int, rows: Rows) -> tuple:
    numbers = _numbers(rows)
    return pk, f"{{{str(numbers)[1:-1]}}}", rows.head_text, rows.body.text


def _numbers(rows: Rows) -> list[int]:
    found = list(chain.from_iterable(map(_numbers_of, rows.all_grams)))
    words = {word for row in (rows.title, rows.excerpt, rows.body) for word in row.words}
    found += _beginnings(words)
    for part, mark in ((rows.title, _TITLE), (rows.excerpt, _EXCERPT)):
        numbers = [*chain.from_iterable(map(_numbers_of, part.grams())), *_beginnings(set(part.words))]
        found += [mark | number for number in numbers]
    return found


def _beginnings(words: set[str]) -> list[int]:
    beginnings = {word[:length] for word in words for length in range(2, min(len(word), _BEGINNING + 2))}
    return list(map(_hash, beginnings))


def _selection(query: Query, excluded: list[Needle], scope: Scope, *, sure: bool) -> tuple[str, list]:
    """SQL that selects what is `found`, and its values."""
    ways: list[list[int]] = [[]]
    for needle in query.needles:
        of_needle = _ways(needle, scope, sure=sure)
        if query.any_of:
            ways = [*ways, *of_needle] if ways != [[]] else of_needle
        else:
            ways = [[*way, *more] for way in ways for more in of_needle]
    refused = [way for needle in excluded for way in _ways(needle, scope, sure=False)]
    one = "SELECT found FROM blog_search_find(%s::bigint[]) AS found"
    sql = " UNION ".join([one] * len(ways))
    if refused:
        sql = f"({sql}) EXCEPT ({' UNION '.join([one] * len(refused))})"
    return sql, [*ways, *refused]


def _ways(needle: Needle, scope: Scope, *, sure: bool) -> list[list[int]]:
    """What a text holds that may hold the needle, for each place where it may stand."""
    if _is_open(needle):
        grams = proof(needle.units[:-1]).grams
        numbers = [_hash(joined(needle.units[-1:], begins=True)[: _BEGINNING + 1])]
    else:
        grams, numbers = grams_of(needle.units, sure=sure), []
    numbers += [number for gram in grams for number in _numbers_of(gram)]
    return [[mark | number for number in numbers] for mark in _MARKS[scope]]


def _is_open(needle: Needle) -> bool:
    """Whether it ends with how a word begins; a CJK character begins nothing but itself."""
    return needle.begins and not is_cjk(needle.units[-1])


def _numbers_of(gram: str) -> list[int]:
    units = gram.encode("utf-16-le", "surrogatepass")
    if JOINT in gram or len(units) > 2 * SHORT:
        return [_hash(gram)]
    return [int.from_bytes(units, "little")]


@lru_cache(50_000)
def _hash(gram: str) -> int:
    digest = hashlib.blake2b(gram.encode(), digest_size=8).digest()
    return _HASHED | int.from_bytes(digest, "little") & _HASH_BITS
