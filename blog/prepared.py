"""Queries whose SQL Django writes once in a process; afterwards only the values change.

Most of what a small query costs is not the database's part but the making of its SQL, which is the same
every time. `@prepared(Model)` stands before a function that returns a query set:

    @prepared(Post)
    def of_category(length, *, now, category, start):
        return Post.objects.public(now).filter(category=category).newest_first()[start : start + length]

    of_category(10, now=timezone.now(), category=5, start=20)  # a list

Positional arguments are the query's shape, keyword arguments its values: integers, texts, dates, moments.
The function is called once for each shape, with stand-ins for the values, and so it must not look at them:
whatever decides about the query belongs to the shape. A value as the start of a slice becomes its OFFSET.
"""

import datetime
from functools import wraps

from django.db import connections, router
from django.db.models import QuerySet


def prepared(model):
    def decorate(build):
        made = {}

        @wraps(build)
        def execute(*shape, **values) -> list:
            using = router.db_for_read(model)
            key = (using, connections[using].vendor, shape, tuple(values))
            if key not in made:
                made[key] = Prepared(build, using, shape, values)
            return made[key].rows(values)

        return execute

    return decorate


class Prepared:
    def __init__(self, build, using: str, shape: tuple, values: dict):
        stand_ins = {name: _stand_in(number, value) for number, (name, value) in enumerate(values.items(), 1)}
        self.using = using
        self.queryset = build(*shape, **stand_ins).using(using)
        self.compiler = self.queryset.query.get_compiler(using=using)
        sql, self.params = self.compiler.as_sql()
        adapted = {self._adapted(value): name for name, value in stand_ins.items()}
        self.places = [(n, adapted[value]) for n, value in enumerate(self.params) if value in adapted]
        offsets = {f"OFFSET {value}": name for name, value in stand_ins.items()}
        self.offset = next((name for text, name in offsets.items() if text in sql), None)
        self.sql = sql.replace(f"OFFSET {stand_ins.get(self.offset)}", "OFFSET \0") if self.offset else sql
        unused = set(values) - {name for _n, name in self.places} - {self.offset}
        if unused:
            raise TypeError(f"The query does not take these values as they are: {', '.join(sorted(unused))}")

    def rows(self, values: dict) -> list:
        sql, params = self.sql, list(self.params)
        for n, name in self.places:
            params[n] = self._adapted(values[name])
        if self.offset:
            sql = sql.replace("OFFSET \0", f"OFFSET {values[self.offset]:d}")
        queryset = QuerySet.__new__(type(self.queryset))
        queryset.__dict__ |= self.queryset.__dict__
        queryset._query, queryset._result_cache = _Written(self, sql, tuple(params)), None
        return list(queryset)

    def _adapted(self, value):
        """As the field of this type gives it to the database."""
        operations = connections[self.using].ops
        if isinstance(value, datetime.datetime):
            return operations.adapt_datetimefield_value(value)
        if isinstance(value, datetime.date):
            return operations.adapt_datefield_value(value)
        return value


class _Written:
    """In place of a query: its compiler does not compile any more."""

    def __init__(self, prepared: Prepared, sql: str, params: tuple):
        self.prepared, self.written = prepared, (sql, params)

    def __getattr__(self, name):
        return getattr(self.prepared.queryset.query, name)

    def get_compiler(self, using):
        ours = self.prepared.compiler
        compiler = type(ours).__new__(type(ours))
        compiler.__dict__ |= ours.__dict__
        compiler.connection = connections[using]  # of this thread
        compiler.as_sql = lambda *args, **kwargs: self.written
        return compiler


def _stand_in(number: int, value):
    """A value of the same type that no query has by itself."""
    if isinstance(value, datetime.datetime):
        return datetime.datetime(2990, 1, number, tzinfo=datetime.UTC)
    if isinstance(value, datetime.date):
        return datetime.date(2991, 1, number)
    return 9_000_000_000_000 + number if isinstance(value, int) else f"\ue000{number}"
