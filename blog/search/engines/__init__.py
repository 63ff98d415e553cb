"""The indexes that a search can work with; each is one class. docs/search.md tells how to add one.

base         the interface
sqlite       FTS5
postgresql   GIN
"""

from django.db import connection

from blog.search.engines.base import Document, Engine, Scope
from blog.search.engines.postgresql import PostgreSQL
from blog.search.engines.sqlite import SQLite

__all__ = ["Document", "Engine", "Scope", "engine"]

_ENGINES = {"sqlite": SQLite(), "postgresql": PostgreSQL()}


def engine() -> Engine:
    """That of the site's database."""
    return _ENGINES[connection.vendor]
