"""A database that does not answer, as code sees it."""

import contextlib

from django.db import OperationalError, connections


@contextlib.contextmanager
def database_away(error=OperationalError, alias="default"):
    """Within this block every query fails, as it does when the server is gone; yields what was asked."""
    asked = []

    def refuse(execute, sql, params, many, context):
        asked.append(sql)
        raise error("connection to server at 10.0.0.7 failed: secret detail")

    with connections[alias].execute_wrapper(refuse):
        yield asked
