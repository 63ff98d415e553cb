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
_WRITE = re.compile(  # anywhere in what is no mere reading: WITH may stand before it, or a comment
    r"""\b(INSERT|UPDATE|DELETE)(?:\s+OR\s+\w+)?(?:\s+(?:INTO|FROM))?(?:\s+ONLY)?\s+(?:"?\w+"?\.)?"?(\w+)""",
    re.IGNORECASE,
)

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

    Within another such block, it is the outer one that tells.
    """
    spoken = _spoken_for()
    change = Change(keys)
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
    if connection.alias == DEFAULT_DB_ALIAS and _notice not in connection.execute_wrappers:
        connection.execute_wrappers.append(_notice)


def _notice(execute, sql, params, many, context):
    result = execute(sql, params, many, context)
    if not _spoken_for() and _is_seen(sql):
        if context["connection"].vendor == "sqlite" and context["cursor"].description:
            _tell_when_closed(context["cursor"])
        else:
            _tell_unspoken()
    return result


def _tell_when_closed(cursor) -> None:
    """SQLite is not done with a statement, and opens no savepoint, before its RETURNING was fetched."""
    close = cursor.close

    def close_and_tell():
        close()
        _tell_unspoken()

    cursor.close = close_and_tell


def _tell_unspoken() -> None:
    purge({SITE}, gone={SITE})


def _is_seen(sql: str) -> bool:
    """Whether readers may see what the statement writes."""
    writes = () if _READ.match(sql) else _WRITE.findall(sql)
    return any(verb.upper() in _WATCHED.get(table.lower(), ()) for verb, table in writes)


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
