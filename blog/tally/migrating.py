"""The triggers around `migrate`.

SQLite's schema changes make a table anew and lose its triggers, and stumble over a trigger that names a
table which is away for the moment. So they go before the migrations and come back after them, and every
version of this code brings its own. A step back behind the table's migration leaves none behind.
"""

from django.db import connections

from blog.tally import keeping


def before(sender, using: str, plan, **kwargs) -> None:
    if not plan or not keeping.has_table(using):
        return
    is_back = any(backwards for _migration, backwards in plan)
    if is_back or connections[using].vendor == "sqlite":
        keeping.remove(using)


def after(sender, using: str, **kwargs) -> None:
    if keeping.has_table(using):
        keeping.install(using)
