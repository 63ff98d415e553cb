"""Answers for monitors: is the process alive, and could it serve everything it should."""

from functools import cache

from django.core.cache import cache as store
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from blog.outbox.models import Task
from blog.push import cdn


@never_cache
@require_safe
def healthz(request):
    """The process answers. The database is not asked: a slow one must not have it restarted."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def readyz(request):
    """200 if everything is as it should be, else 503; which part is not, and nothing more about it.

    It is for monitors and deployments. A balancer that asks it would take every machine out because of
    one lost cache, without which each of them serves.
    """
    checks = {"database": _state(_database_answers), "cache": _state(_cache_keeps)}
    stored = {"migrations": _migrations_are_applied, "outbox": _outbox_is_worked, "purges": _network_purges}
    for name, check in stored.items():
        # A database that does not answer is not waited for each time.
        checks[name] = _state(check) if checks["database"] == "ok" else "failed"
    ready = all(state == "ok" for state in checks.values())
    status = {"status": "ok" if ready else "failed", "checks": checks}
    return JsonResponse(status, status=200 if ready else 503)


def _state(check) -> str:
    try:
        return "ok" if check() else "failed"
    except (DatabaseError, InterfaceError):
        return "failed"


def _database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def _cache_keeps() -> bool:
    word = get_random_string(12)
    store.set("readyz", word, timeout=60)
    return store.get("readyz") is not None


def _migrations_are_applied() -> bool:
    return _migrations_here() <= MigrationRecorder(connection).applied_migrations().keys()


@cache
def _migrations_here() -> set:
    """Those of the code that runs; reading them costs too much to do it each time."""
    return set(MigrationLoader(None).graph.nodes)


def _outbox_is_worked() -> bool:
    """Nothing waits for long after it was due. What failed and is tried later is due later."""
    return not Task.objects.late(timezone.now()).exists()


def _network_purges() -> bool:
    """The network forgets what it is told to forget. What was given up is told until it is sent again at the
    desk, or long ago.
    """
    return not Task.objects.filter(kind=cdn.KIND).failing(timezone.now()).exists()
