"""FTS5 without positions (`detail = none`), which keeps a byte or so for each gram of a text."""

import json
from collections.abc import Iterator

from django.core.exceptions import EmptyResultSet
from django.db import connection

from blog.search.engines.base import Document, Scope
from blog.search.engines.grams import GramEngine, Rows, grams_of
from blog.search.query import Needle
from blog.search.tokens import proof

_GRAMS, _ROWS = "blog_search_grams", "blog_search_rows"
_TITLE, _EXCERPT = "\ue010", "\ue011"  # before the grams of the title, of the excerpt
_MARKS = {Scope.TEXT: [""], Scope.TITLE: [_TITLE], Scope.HEAD: [_TITLE, _EXCERPT]}
CREATE = [
    f"CREATE VIRTUAL TABLE {_GRAMS} USING fts5(grams, content = '', detail = none, columnsize = 0,"
    " tokenize = \"ascii tokenchars '%+#$&@_'\")",
    # A larger buffer makes fewer and larger pieces of an import, which then need less merging.
    f"INSERT INTO {_GRAMS}({_GRAMS}, rank) VALUES ('hashsize', 16000000)",
    f"CREATE TABLE {_ROWS} (id integer PRIMARY KEY, head blob NOT NULL, body blob NOT NULL)",
]
DROP = [f"DROP TABLE {_GRAMS}", f"DROP TABLE {_ROWS}"]
_FEW = 40


class SQLite(GramEngine):
    def write(self, documents, replaced):
        self._forget(replaced)
        rows = [(document.pk, Rows.of(document)) for document in documents]
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {_GRAMS}(rowid, grams) VALUES (%s, %s)", [(pk, _grams(row)) for pk, row in rows]
            )
            cursor.executemany(
                f"INSERT OR REPLACE INTO {_ROWS}(id, head, body) VALUES (%s, %s, %s)",
                [(pk, row.head_text.encode(), row.body.text.encode()) for pk, row in rows],
            )

    def remove(self, documents):
        self._forget(documents)
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {_ROWS} WHERE id IN (SELECT value FROM json_each(%s))", [_listed(documents)]
            )

    def _forget(self, documents):
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {_GRAMS}({_GRAMS}, rowid, grams) VALUES ('delete', %s, %s)",
                [(document.pk, _grams(Rows.of(document))) for document in documents],
            )

    def clear(self):
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {_GRAMS}({_GRAMS}) VALUES ('delete-all')")
            cursor.execute(f"DELETE FROM {_ROWS}")

    def _lookup(self, query, scope, posts, limit, *, sure=False):
        sql, values = (
            f"SELECT rowid FROM {_GRAMS} WHERE {_GRAMS} MATCH %s",
            [self._expression(query, scope, sure)],
        )
        if isinstance(posts, set):
            sql, values = (
                f"{sql} AND +rowid IN (SELECT value FROM json_each(%s))",
                [*values, str(list(posts))],
            )
        elif posts is not None:
            try:
                among, more = posts.order_by().values("pk").query.sql_with_params()
            except EmptyResultSet:
                return []
            # Without the plus, FTS5 starts anew for every key, which pays for a few of them.
            rowid = "rowid" if limit and limit <= _FEW else "+rowid"
            sql, values = f"{sql} AND {rowid} IN ({among})", [*values, *more]
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} ORDER BY rowid DESC LIMIT %s", [*values, limit or -1])
            return [pk for (pk,) in cursor.fetchall()]

    def _expression(self, query, scope: Scope, sure: bool) -> str:
        """https://www.sqlite.org/fts5.html#full_text_query_syntax"""
        wanted = (" OR " if query.any_of else " AND ").join(
            _needle(needle, scope, sure=sure) for needle in query.needles
        )
        refused = [_needle(needle, scope, sure=False) for needle in query.excluded if self._is_proved(needle)]
        return " NOT ".join([f"({wanted})", *refused])

    def _passing(self, pks, check):
        wanted, refused = ([source.encode() for source in some] for some in (check.wanted, check.refused))
        enough = any if check.any_of else all
        right = set()
        for pk, head, body in self._read(pks, "body" if check.scope == Scope.TEXT else "x''"):
            place = head.partition(b"\n")[0] if check.scope == Scope.TITLE else head
            if enough(source in place or source in body for source in wanted) and not any(
                source in place or source in body for source in refused
            ):
                right.add(pk)
        return right

    def _texts(self, pks):
        for pk, head, body in self._read(pks, "body"):
            yield pk, head + b"\n" + body

    def _read(self, pks, body: str) -> Iterator[tuple[int, bytes, bytes]]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id, head, {body} FROM {_ROWS} WHERE id IN (SELECT value FROM json_each(%s))",
                [json.dumps(pks)],
            )
            yield from cursor


def _listed(documents: list[Document]) -> str:
    return json.dumps([document.pk for document in documents])


def _grams(rows: Rows) -> str:
    return " ".join(
        [
            *rows.all_grams,
            *(_TITLE + gram for gram in rows.title.grams()),
            *(_EXCERPT + gram for gram in rows.excerpt.grams()),
        ]
    )


def _needle(needle: Needle, scope: Scope, *, sure: bool) -> str:
    if needle.begins:
        proved = proof(needle.units, begins=True)
        terms = [*(f'{gram}"' for gram in proved.grams), f'{proved.beginning}" *']
    else:
        terms = [f'{gram}"' for gram in grams_of(needle.units, sure=sure)]
    places = [" AND ".join(f'"{mark}{term}' for term in terms) for mark in _MARKS[scope]]
    return "({})".format(" OR ".join(f"({place})" for place in places))
