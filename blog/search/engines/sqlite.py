"""FTS5 with positions, in which a phrase proves itself. The tables hold terms only, not the texts."""

from django.core.exceptions import EmptyResultSet
from django.db import connection

from blog.search.engines.base import Document, Engine, Scope
from blog.search.folding import fold
from blog.search.keys import as_value, fetch, fetch_each, is_listed
from blog.search.query import Needle
from blog.search.tokens import phrase, positional
from blog.search.words import word_phrase, words

_TEXT, _HEAD = "blog_search_text", "blog_search_head"
_OPTIONS = "content = '', detail = full, tokenize = \"ascii tokenchars '%+#$&@_'\""
CREATE = [
    f"CREATE VIRTUAL TABLE {_TEXT} USING fts5(text, words, {_OPTIONS})",
    f"CREATE VIRTUAL TABLE {_HEAD} USING fts5(title, excerpt, {_OPTIONS})",
    # A larger buffer makes fewer and larger pieces of an import, which then need less merging.
    f"INSERT INTO {_TEXT}({_TEXT}, rank) VALUES ('hashsize', 16000000)",
]
_HIGHEST = "ORDER BY rowid DESC LIMIT %s"
_FEW = 40
_WEIGHED = 12  # terms of a query that relevance is reckoned by
DROP = [f"DROP TABLE {_TEXT}", f"DROP TABLE {_HEAD}"]


class SQLite(Engine):
    def write(self, documents, replaced):
        self.remove(replaced)
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {_TEXT}(rowid, text, words) VALUES (%s, %s, %s)", map(_text, documents)
            )
            cursor.executemany(
                f"INSERT INTO {_HEAD}(rowid, title, excerpt) VALUES (%s, %s, %s)", map(_head, documents)
            )

    def remove(self, documents):
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {_TEXT}({_TEXT}, rowid, text, words) VALUES ('delete', %s, %s, %s)",
                map(_text, documents),
            )
            cursor.executemany(
                f"INSERT INTO {_HEAD}({_HEAD}, rowid, title, excerpt) VALUES ('delete', %s, %s, %s)",
                map(_head, documents),
            )

    def clear(self):
        with connection.cursor() as cursor:
            for table in (_TEXT, _HEAD):
                cursor.execute(f"INSERT INTO {table}({table}) VALUES ('delete-all')")

    def find(self, query, *, scope=Scope.TEXT, posts=None, among=None, limit):
        sql, values = _find(query, scope)
        if posts is not None:
            try:
                wanted, more = posts.order_by().values("pk").query.sql_with_params()
            except EmptyResultSet:
                return []
            sql, values = f"{sql} AND +rowid IN ({wanted})", [*values, *more]
        if among is not None:
            # Without the plus, FTS5 starts anew for every key and term, which pays for a few of them.
            restarts = len(among) * sum(len(_terms(needle)) for needle in query.needles)
            rowid = "rowid" if restarts <= _FEW else "+rowid"
            sql, values = f"{sql} AND {rowid} {is_listed()}", [*values, as_value(among)]
        return fetch("rowid", f"{sql} {_HIGHEST}", [*values, limit])

    def find_each(self, wanted, *, limit, lowest=0):
        found = [_find(query, scope) for query, scope in wanted]
        return fetch_each(
            "rowid",
            [(f"{sql} AND rowid >= %s {_HIGHEST}", [*values, lowest, limit]) for sql, values in found],
        )

    def relevance(self, query, pks):
        # By the terms of the phrases, since BM25 would go through the texts for every phrase once more.
        terms = dict.fromkeys(term for needle in query.needles for term in _terms(needle))
        wanted = (" OR " if query.any_of else " AND ").join(list(terms)[:_WEIGHED])
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT rowid, -bm25({_TEXT}) FROM {_TEXT} WHERE {_TEXT} MATCH %s AND +rowid {is_listed()}",
                [wanted, as_value(pks)],
            )
            return dict(cursor.fetchall())


def _text(document: Document) -> tuple:
    folded = fold(document.text)
    return document.pk, positional(folded), words(folded)


def _find(query, scope: Scope) -> tuple[str, list]:
    table = _TEXT if scope == Scope.TEXT else _HEAD
    return f"SELECT rowid FROM {table} WHERE {table} MATCH %s", [_expression(query, scope)]


def _head(document: Document) -> tuple:
    return document.pk, positional(fold(document.title)), positional(fold(document.excerpt))


def _expression(query, scope: Scope) -> str:
    """https://www.sqlite.org/fts5.html#full_text_query_syntax"""
    wanted = (" OR " if query.any_of else " AND ").join(_needle(needle, scope) for needle in query.needles)
    column = "title : " if scope == Scope.TITLE else ""
    return " NOT ".join([f"{column}({wanted})", *(_needle(needle, scope) for needle in query.excluded)])


def _terms(needle: Needle) -> list[str]:
    """Those that every spelling has."""
    spelled = [_quoted(row, needle.begins) for row in needle.spellings]
    return [term for term in spelled[0] if all(term in terms for terms in spelled)]


def _quoted(row: tuple[str, ...], begins: bool) -> list[str]:
    terms, is_beginning = phrase(row)
    return [f'"{term}"' for term in terms[:-1]] + [f'"{terms[-1]}"{" *" if begins or is_beginning else ""}']


def _needle(needle: Needle, scope: Scope) -> str:
    phrases = [_phrase(row, needle.begins, scope) for row in needle.spellings]
    return phrases[0] if len(phrases) == 1 else f"({' OR '.join(phrases)})"


def _phrase(row: tuple[str, ...], begins: bool, scope: Scope) -> str:
    if scope == Scope.TEXT and not begins and (terms := word_phrase(row)):
        return f'"{" ".join(terms)}"'
    terms, is_beginning = phrase(row)
    return f'"{" ".join(terms)}"{" *" if is_beginning or begins else ""}'
