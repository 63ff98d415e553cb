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
_MOST = 4  # a set of keys is most of a table if there are no more than so many rows for each of them


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


def fetched_sql(column: str, sql: str) -> str:
    """A statement of one row: what `sql` selects in this column, in its order."""
    return _FETCHED[connection.vendor].format(column, sql)


def fetch(column: str, sql: str, values: list) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(fetched_sql(column, sql), values)
        return json.loads(cursor.fetchone()[0])


class Gate:
    """The posts that may be found: a query set, of which the SQL is made once for all that is asked of it."""

    def __init__(self, posts: QuerySet):
        try:
            self._sql, self._values = posts.order_by().values("pk", "published_at").query.sql_with_params()
        except EmptyResultSet:
            self._sql, self._values = "", ()

    def newest_first(self, keys: set[int] | list[int], limit: int) -> list[int]:
        """Those of the keys that are in the query set, no more than `limit`."""
        if not keys or not self._sql:
            return []
        # Of most posts, to walk through the index on dates is faster than to look each of these up.
        walk = "+" if len(keys) >= limit or max(keys) < _MOST * len(keys) else ""
        sql = (
            f"SELECT pk FROM ({self._sql}) AS posts WHERE {walk}pk {is_listed()}"
            " ORDER BY published_at DESC, pk DESC LIMIT %s"
        )
        return fetch("pk", sql, [*self._values, as_value(keys), limit])
