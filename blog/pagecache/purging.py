"""Telling all processes which pages a change makes stale, in the transaction of the change.

Who writes to a table that readers' pages are made of says what it means for them:

    with changing() as change:
        super().save()
        change.touch(f"p{self.pk}")

A write that nobody speaks for purges the whole site, and no page's last good copy is kept, for it may
have withdrawn anything. So a forgotten case costs time, and is never stale.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate

from blog.pagecache.keys import SITE
from blog.pagecache.models import Purge
from blog.push.cdn import purge_later

# What pages are made of. Readers see nothing of a new tag, author or picture before a post has it.
_WATCHED = {
    "blog_post": {"INSERT", "UPDATE", "DELETE"},
    "blog_taggedpost": {"INSERT", "UPDATE", "DELETE"},
    "blog_relatedpost": {"INSERT", "UPDATE", "DELETE"},
    "blog_correction": {"INSERT", "UPDATE", "DELETE"},
    "blog_category": {"INSERT", "UPDATE", "DELETE"},
    "blog_page": {"INSERT", "UPDATE", "DELETE"},
    "blog_author": {"UPDATE", "DELETE"},
    "blog_tag": {"UPDATE", "DELETE"},
    "blog_image": {"UPDATE", "DELETE"},
}
_READ = re.compile(r"[\s(]*SELECT\b", re.IGNORECASE)
_OF_THE_ORM = re.compile(r'(INSERT|UPDATE|DELETE)(?: OR IGNORE)?(?: INTO| FROM)? "(\w+)"(?!\s*\.)')
_WRITES = re.compile(r"\b(?:INSERT|UPDATE|DELETE|MERGE|REPLACE|TRUNCATE|COPY)\b", re.IGNORECASE)
_NAMES = re.compile(rf"\b(?:{'|'.join(_WATCHED)})\b", re.IGNORECASE)

followers: list[Callable[[], None]] = []  # of this process; called after the commit of a purge


class Change:
    def __init__(self, keys):
        self.keys, self.gone = set(keys), set()

    def touch(self, *keys: str) -> None:
        self.keys.update(keys)

    def remove(self, key: str) -> None:
        """Readers shall not see the pages with this key again, not even while the database is away."""
        self.keys.add(key)
        self.gone.add(key)


@contextmanager
def changing(*keys: str) -> Iterator[Change]:
    """What is written meanwhile makes the pages with these keys stale, and no others.

    Within another such block, it is the outer one that tells. Of a block that fails nothing stays written,
    though its caller's transaction may be committed: nobody knows what it would have told.
    """
    spoken = _spoken_for()
    change = Change(keys)
    with transaction.atomic():
        spoken.append(change)
        try:
            yield change
        finally:
            spoken.pop()
        if spoken:
            spoken[-1].touch(*change.keys)
            spoken[-1].gone |= change.gone
        elif change.keys:
            purge(change.keys, gone=change.gone)


def purge(keys, *, gone=()) -> None:
    """Make the pages with these keys stale once the caller's transaction is committed."""
    Purge.objects.create(keys=" ".join(sorted(keys)), gone=" ".join(sorted(gone)))
    purge_later(set(keys))
    if not any(callback is _tell for _savepoints, callback, *_ in connection.run_on_commit):
        transaction.on_commit(_tell)


def _tell() -> None:
    for follower in followers:
        follower()


def _spoken_for() -> list[Change]:
    """The blocks that the connection, and so the thread, is in."""
    own = connections[DEFAULT_DB_ALIAS]
    if not hasattr(own, "page_changes"):
        own.page_changes = []
    return own.page_changes


def watch(connection, **kwargs) -> None:
    """The wrapper comes first: Django takes the last one away at the end of `execute_wrapper`, whose first
    query may be what connects."""
    if connection.alias == DEFAULT_DB_ALIAS and _notice not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, _notice)


def _notice(execute, sql, params, many, context):
    """Tells before the statement is executed: SQLite opens no savepoint while RETURNING is being read."""
    if _spoken_for() or not _is_seen(sql):
        return execute(sql, params, many, context)
    if not context["connection"].get_autocommit():
        purge({SITE}, gone={SITE})
        return execute(sql, params, many, context)
    with transaction.atomic():
        purge({SITE}, gone={SITE})
        result = execute(sql, params, many, context)
        if context["connection"].vendor == "sqlite" and context["cursor"].description:
            result = _Returned(context["cursor"])
    return result


class _Returned:
    """The rows that RETURNING gives, in the cursor's place: SQLite commits nothing until they are read."""

    def __init__(self, wrapper):
        self.wrapper, self.cursor = wrapper, wrapper.cursor
        self.rows = iter(self.cursor.fetchall())
        wrapper.cursor = self

    def __getattr__(self, name):
        return getattr(self.cursor, name)

    def __iter__(self):
        return self.rows

    def fetchone(self):
        return next(self.rows, None)

    def fetchmany(self, size=1):
        return list(islice(self.rows, size))

    def fetchall(self):
        return list(self.rows)

    def execute(self, *args):
        self.wrapper.cursor = self.cursor
        return self.cursor.execute(*args)

    def executemany(self, *args):
        self.wrapper.cursor = self.cursor
        return self.cursor.executemany(*args)


def _is_seen(sql) -> bool:
    """Whether readers may see what the statement writes.

    What the ORM writes is known by its beginning. Elsewhere (in a script, a function, behind WITH, comments
    or other quotes) it is enough that the name of a table occurs, and a word that writes. What no statement
    says cannot be seen: a function that writes, a prepared statement, the rows of psycopg's `copy`.
    """
    text = sql if isinstance(sql, str) else _text(sql)
    if _READ.match(text) and ";" not in text:
        return False
    words = _WRITES.findall(text)
    known = len(words) == 1 and _OF_THE_ORM.match(text)
    if known:
        return known[1] in _WATCHED.get(known[2], ())
    return bool(words) and _NAMES.search(text) is not None


def _text(sql) -> str:
    """psycopg takes bytes, and what is composed of parts."""
    if isinstance(sql, bytes):
        return sql.decode(errors="replace")
    return sql.as_string() if hasattr(sql, "as_string") else str(sql)


def start_watching(app) -> None:
    connection_created.connect(watch, dispatch_uid="page cache")
    pre_migrate.connect(_migrating, sender=app)
    post_migrate.connect(_migrated, sender=app)


def _migrating(using, **kwargs) -> None:
    """The table of purges may not be there yet."""
    if using == DEFAULT_DB_ALIAS:
        _spoken_for().append(Change(()))


def _migrated(using, plan=None, **kwargs) -> None:
    """The rows may be others now. `flush` says it without a plan."""
    if using == DEFAULT_DB_ALIAS:
        _spoken_for().clear()
        if plan != [] and Purge._meta.db_table in connection.introspection.table_names():
            purge({SITE}, gone={SITE} if plan is None else ())
