"""Keys of posts by the thousand: one value each way, since a row for each takes longer than the search."""

import json
from collections.abc import Iterable

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

# What asks whether a column is one of such a value's keys, and what makes one such value of a table.
_IS_LISTED = {
    "sqlite": "IN (SELECT value FROM json_each(%s))",
    "postgresql": "= ANY(%s::bigint[])",
}
_FETCHED = {
    "sqlite": "SELECT json_group_array({0}) FROM ({1}) AS found",
    "postgresql": "SELECT concat('[', string_agg({0}::text, ','), ']') FROM ({1}) AS found",
}
_NEWEST_FIRST = "ORDER BY published_at DESC, pk DESC"
# Of so many rows for each key, it is faster to take them all, or to walk past them, than to look for the key.
_MOST = 4
_DENSE = {"sqlite": 25, "postgresql": 4}


def is_listed() -> str:
    """What follows a column in a condition; its one parameter is `as_value(keys)`."""
    return _IS_LISTED[connection.vendor]


def as_value(keys: Iterable[int]) -> str:
    text = ",".join(map(str, keys))
    return f"[{text}]" if connection.vendor == "sqlite" else f"{{{text}}}"


def listed(keys: Iterable[int]) -> RawSQL:
    """Any number of keys, as one parameter, for `pk__in`."""
    if connection.vendor == "sqlite":
        return RawSQL("SELECT value FROM json_each(%s)", [as_value(keys)])
    return RawSQL("SELECT unnest(%s::bigint[])", [as_value(keys)])


def among(posts: QuerySet, keys: Iterable[int]) -> QuerySet:
    """Those of the posts with these keys."""
    return posts.order_by().filter(pk__in=listed(keys))


def fetch_each(column: str, statements: list[tuple[str, list]]) -> list[list[int]]:
    """For each statement (SQL and its values), what it selects in this column, in its order. One query."""
    if not statements:
        return []
    parts = [f"({_FETCHED[connection.vendor].format(column, sql)})" for sql, _values in statements]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", [v for _sql, values in statements for v in values])
        return list(map(json.loads, cursor.fetchone()))


def fetch(column: str, sql: str, values: list) -> list[int]:
    """What one statement selects in this column."""
    return fetch_each(column, [(sql, values)])[0]


class Gate:
    """The posts that may be found: a query set, of which the SQL is made once for all that is asked of it."""

    def __init__(self, posts: QuerySet):
        if posts.query.is_sliced or posts.query.combinator or len(posts.query.alias_map) > 1:
            posts = posts.model.objects.filter(pk__in=posts.values("pk"))  # a join may give a post twice
        try:
            self._sql, self._values = posts.order_by().values("pk", "published_at").query.sql_with_params()
        except EmptyResultSet:
            self._sql, self._values = "", ()

    def newest_first(self, keys: set[int] | list[int], limit: int) -> list[int]:
        """Those of the keys that are in the query set, no more than `limit`."""
        if not keys or not self._sql:
            return []
        if max(keys) < _MOST * len(keys):
            keys = set(keys)
            every = fetch("pk", f"SELECT pk FROM ({self._sql}) AS posts {_NEWEST_FIRST}", self._values)
            return [pk for pk in every if pk in keys][:limit]
        # If many posts are among them, it is faster to walk along the index on dates, which the plus is for,
        # than to look at each of them: on SQLite a look is a page of the file, on which an article lies.
        is_dense = max(keys) - min(keys) < _DENSE[connection.vendor] * len(keys)
        plus = "+" if is_dense else ""
        sql = f"SELECT pk FROM ({self._sql}) AS posts WHERE {plus}pk {is_listed()} {_NEWEST_FIRST} LIMIT %s"
        return fetch("pk", sql, [*self._values, as_value(keys), limit])
