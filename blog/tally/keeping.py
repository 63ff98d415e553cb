"""Putting the triggers in place, counting anew, and telling whether the numbers are right."""

from django.db import connections, transaction

from blog.tally.models import Tally
from blog.tally.triggers import VENDORS


def has_table(using: str = "default") -> bool:
    connection = connections[using]
    return connection.vendor in VENDORS and Tally._meta.db_table in connection.introspection.table_names()


def is_installed(using: str = "default") -> bool:
    sql = VENDORS[connections[using].vendor]
    with connections[using].cursor() as cursor:
        cursor.execute(sql.INSTALLED)
        return {name for (name,) in cursor.fetchall()} >= sql.NAMES


def remove(using: str = "default") -> None:
    """Without triggers nothing is counted: `install` has to follow."""
    _run(VENDORS[connections[using].vendor].DROP, using)


def install(using: str = "default") -> None:
    """Put the triggers in place; where some were missing, everything is counted anew."""
    sql = VENDORS[connections[using].vendor]
    with transaction.atomic(using=using):
        counted = is_installed(using)
        _run([*sql.DROP, *sql.CREATE], using)
        if not counted:
            recount(using)


def recount(using: str = "default") -> None:
    """Count everything anew. Posts cannot be saved meanwhile: about ten seconds for a million."""
    sql = VENDORS[connections[using].vendor]
    with transaction.atomic(using=using):
        if connections[using].vendor == "postgresql":
            tables = "blog_post, blog_taggedpost, blog_correction"
            _run([f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE"], using)
        _run(
            [
                *sql.COPY,
                f"DELETE FROM {sql.TABLE}",
                f"INSERT INTO {sql.TABLE} (scope, ref, unit, until, first, count) "
                f"SELECT scope, ref, unit, until, first, count FROM ({sql.ENTRIES}) AS entries",
            ],
            using,
        )


def forget_empty(using: str = "default") -> None:
    """Remove what counts nothing (any more): a number is made for each moment of expiry."""
    _run([f"DELETE FROM {VENDORS[connections[using].vendor].TABLE} WHERE count = 0"], using)


def wrong_numbers(using: str = "default") -> int:
    """How many numbers are not what the posts say."""
    sql = VENDORS[connections[using].vendor]
    key = "scope, ref, unit, until, first"
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SELECT COUNT(*) FROM (SELECT {key} FROM (SELECT {key}, count FROM ({sql.ENTRIES}) AS entries "
            f"UNION ALL SELECT {key}, -count FROM {sql.TABLE}) AS both_ways "
            f"GROUP BY {key} HAVING SUM(count) <> 0) AS wrong"
        )
        return cursor.fetchone()[0]


def wrong_copies(using: str = "default") -> int:
    """How many taggings and corrections do not carry the status and the dates of their post."""
    with connections[using].cursor() as cursor:
        cursor.execute(VENDORS[connections[using].vendor].WRONG_COPIES)
        return cursor.fetchone()[0]


def _run(statements, using: str) -> None:
    with connections[using].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
