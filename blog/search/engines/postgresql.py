"""GIN over the grams of each text, without positions: only the index is read, however long the texts."""

from django.core.exceptions import EmptyResultSet
from django.db import connection

from blog.search.engines.base import Document, Engine, Scope
from blog.search.folding import fold
from blog.search.keys import as_value, fetch, fetch_each
from blog.search.query import Needle, Query
from blog.search.tokens import grams, pairs, phrase_grams, units

_TABLE = "blog_search_grams"
# Marks of terms: of the title, of the excerpt; of a text that holds the term often, very often.
_TITLE, _EXCERPT = "\ue010", "\ue011"
_OFTEN = {"\ue020": 3, "\ue021": 8}
# A term that all posts of a block have: those whose keys are the same when divided by its size.
_IN_BLOCK, _BLOCK = "\ue030", 4096
_LEAST_OFTEN = min(_OFTEN.values())
_WEIGHT_OF_OFTEN = 0.5
_BYTES = 900_000  # a tsvector holds 1 MB
_FIND = (
    "SELECT found FROM blog_search_find(%s::tsquery, %s, %s::bigint[], %s,"
    f" (SELECT max(post_id) / {_BLOCK} FROM {_TABLE})) AS found"
)

CREATE = [
    f"CREATE TABLE {_TABLE} (post_id bigint PRIMARY KEY, grams tsvector NOT NULL)",
    f"ALTER TABLE {_TABLE} SET (toast_tuple_target = 128)",  # keeps the rows themselves short
    # Compressing a post's grams in PostgreSQL's own way takes half as long as indexing them.
    f"ALTER TABLE {_TABLE} ALTER grams SET STORAGE EXTERNAL",
    f"CREATE INDEX {_TABLE}_gin ON {_TABLE} USING gin (grams)",
    # A function in PL/pgSQL, which is planned once in a session; without the two kinds of scan that would
    # compare the grams of post after post. Of a word that is in many posts, the newest blocks hold as many as
    # are wanted, and the others are left alone. `post_id + 0`, lest the planner looks for each key in the
    # table; EXECUTE, so that it knows the keys and hashes them.
    f"""CREATE FUNCTION blog_search_find(
            wanted tsquery, most bigint, among bigint[], lowest bigint, last bigint
        ) RETURNS SETOF bigint
        LANGUAGE plpgsql STABLE SET enable_seqscan = off SET enable_indexscan = off AS $$
        DECLARE
            blocks bigint := most / {_BLOCK} + 2;
            here tsquery;
            found bigint;
        BEGIN
            IF among IS NOT NULL THEN
                RETURN QUERY EXECUTE 'SELECT post_id FROM {_TABLE} WHERE grams @@ $1 AND post_id + 0 = ANY($2)
                    ORDER BY post_id DESC LIMIT $3' USING wanted, among, most;
                RETURN;
            END IF;
            WHILE blocks <= last LOOP
                SELECT string_agg('{_IN_BLOCK}' || block, '|')::tsquery INTO here
                    FROM generate_series(last - blocks + 1, last) AS block;
                RETURN QUERY SELECT post_id FROM {_TABLE} WHERE grams @@ (wanted && here)
                    ORDER BY post_id DESC LIMIT most;
                GET DIAGNOSTICS found = ROW_COUNT;
                most := most - found;
                IF most = 0 THEN
                    RETURN;
                END IF;
                last := last - blocks;
                IF last < lowest / {_BLOCK} THEN
                    RETURN;
                END IF;
                blocks := least(blocks * 4, greatest(last - lowest / {_BLOCK} + 1, 1));
            END LOOP;
            RETURN QUERY SELECT post_id FROM {_TABLE}
                WHERE grams @@ wanted AND post_id + 0 < (last + 1) * {_BLOCK}
                ORDER BY post_id DESC LIMIT most;
        END $$""",
]
DROP = ["DROP FUNCTION blog_search_find", f"DROP TABLE {_TABLE}"]


class PostgreSQL(Engine):
    def write(self, documents, replaced):
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {_TABLE} (post_id, grams)"
                " VALUES (%s, array_to_tsvector(string_to_array(%s, ' ')))"
                " ON CONFLICT (post_id) DO UPDATE SET grams = excluded.grams",
                [(document.pk, _vector(document)) for document in documents],
            )

    def remove(self, documents):
        with connection.cursor() as cursor:
            keys = [document.pk for document in documents]
            cursor.execute(f"DELETE FROM {_TABLE} WHERE post_id = ANY(%s)", [keys])

    def clear(self):
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {_TABLE}")

    def find(self, query, *, scope=Scope.TEXT, posts=None, among=None, limit):
        keys = None if among is None else as_value(among)
        if posts is None:
            return fetch("found", _FIND, [_expression(query, scope), limit, keys, 0])
        try:
            wanted, more = posts.order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:
            return []
        sql = f"{_FIND} WHERE found IN ({wanted}) ORDER BY found DESC LIMIT %s"
        return fetch("found", sql, [_expression(query, scope), None, keys, 0, *more, limit])

    def find_each(self, wanted, *, limit, lowest=0):
        sql = f"{_FIND} WHERE found >= %s"
        values = [[_expression(*one), limit, None, lowest, lowest] for one in wanted]
        return fetch_each("found", [(sql, one) for one in values])

    def relevance(self, query, pks):
        wanted = list(pks)
        scores = dict.fromkeys(wanted, 1.0)
        often = [_often(needle, mark) for needle in query.needles for mark in _OFTEN]
        values = [value for one in often for value in (one, None, as_value(wanted), 0)]
        for pk in fetch("found", " UNION ALL ".join([_FIND] * len(often)), values):
            scores[pk] += _WEIGHT_OF_OFTEN
        return scores


def _vector(document: Document) -> str:
    row = units(fold(document.text))
    while True:
        counts = grams(row)
        found = [f"{_IN_BLOCK}{document.pk // _BLOCK}", *counts]
        frequent = [(gram, count) for gram, count in counts.items() if count >= _LEAST_OFTEN]
        for mark, often in _OFTEN.items():
            found += [gram + mark for gram, count in frequent if count >= often]
        found += [_TITLE + gram for gram in grams(units(fold(document.title)))]
        found += [_EXCERPT + gram for gram in grams(units(fold(document.excerpt)))]
        vector = " ".join(found)
        if len(vector.encode()) < _BYTES:
            return vector
        row = row[
            : len(row) // 2
        ]  # of a text of a hundred thousand characters and more, the first half is found


def _expression(query: Query, scope: Scope) -> str:
    wanted = (" | " if query.any_of else " & ").join(_needle(needle, scope) for needle in query.needles)
    return " & !".join([f"({wanted})", *(_needle(needle, scope) for needle in query.excluded)])


def _needle(needle: Needle, scope: Scope) -> str:
    marks = {Scope.TEXT: [""], Scope.TITLE: [_TITLE], Scope.HEAD: [_TITLE, _EXCERPT]}[scope]
    places = [_phrase(row, needle.begins, mark) for row in needle.spellings for mark in marks]
    return "({})".format(" | ".join(f"({place})" for place in places))


def _phrase(row: tuple[str, ...], begins: bool, mark: str) -> str:
    terms = phrase_grams(row)
    ends = ["'"] * (len(terms) - 1) + ["':*" if begins else "'"]
    if begins:
        terms[-1] = terms[-1].removesuffix("\u00b7")
    return " & ".join(f"'{mark}{term}{end}" for term, end in zip(terms, ends, strict=True))


def _often(needle: Needle, mark: str) -> str:
    spelled = [pairs(row) or row for row in needle.spellings]
    terms = [term for term in spelled[0] if all(term in terms for terms in spelled)]
    return " & ".join(f"'{term}{mark}'" for term in terms)
