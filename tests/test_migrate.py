"""`migrate` on two machines at once: they take turns, and the second finds nothing left to do."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

pytestmark = pytest.mark.skipif(
    settings.DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql",
    reason="SQLite is one machine's own",
)


def start(database: str, *arguments: str) -> subprocess.Popen:
    place = settings.DATABASES["default"]
    password = f":{place['PASSWORD']}" if place["PASSWORD"] else ""
    url = f"postgres://{place['USER']}{password}@{place['HOST']}:{place['PORT'] or 5432}/{database}"
    return subprocess.Popen(
        [sys.executable, "manage.py", "migrate", *arguments],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {
            "DATABASE_URL": url,
            "DATABASE_POOL": "1",
            "DJANGO_SETTINGS_MODULE": "allforces.settings",
            "LANGUAGE_CODE": "en",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture
def empty_database(django_db_blocker):
    """The name of a PostgreSQL database without a table."""
    name = f"allforces_migrate_{os.getpid()}"
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
        yield name
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_two_machines_may_begin_at_once(empty_database):
    both = [start(empty_database), start(empty_database)]
    outputs = [process.communicate(timeout=300)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    assert sum("Applying blog.0001_initial... OK" in output for output in outputs) == 1
    waited = [output for output in outputs if "Another machine migrates" in output]
    assert len(waited) == 1
    assert "No migrations to apply" in waited[0]
