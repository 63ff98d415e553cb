"""Telling the outbox what to do, and taking a task to do it."""

import datetime
import hashlib

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from blog.outbox.models import Task

LEASE = datetime.timedelta(minutes=2)  # a worker that has not renewed it by then is taken for dead
LONGEST_KEY = Task._meta.get_field("key").max_length
TRIES = 10  # after so many the database refuses a task for what it is, not for what others do meanwhile


@transaction.atomic
def tell(
    kind: str,
    key: str,
    payload: dict | None = None,
    *,
    due_at: datetime.datetime | None = None,
    adding_to: str = "",
) -> None:
    """Have `kind` done about `key` once `due_at` has come (default: now), in the caller's transaction.

    If that waits already, this moment and payload replace the earlier ones, and its attempts start anew. Only
    what stands in the payload's list `adding_to` is added to what stands there, and nothing is put off by it.
    """
    key = _short(key)
    values = {"payload": payload or {}, "due_at": due_at or timezone.now(), "attempts": 0, "last_error": ""}
    tries = 0
    while not _tell_again(kind, key, values, adding_to):
        tries += 1
        try:
            with transaction.atomic():
                Task.objects.create(kind=kind, key=key, **values)
            return
        except IntegrityError:  # somebody else told it in this very moment, and a worker may be done with it
            if tries == TRIES:
                raise


def _short(key: str) -> str:
    """The key as a task can hold it. An address in Japanese, percent-encoded, may be longer."""
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()


def _tell_again(kind: str, key: str, values: dict, adding_to: str) -> bool:
    waiting = Task.objects.open().filter(kind=kind, key=key)
    if adding_to:
        task = waiting.select_for_update().first()
        if task is None:
            return False
        both = [*task.payload[adding_to], *values["payload"][adding_to]]
        payload = values["payload"] | {adding_to: list(dict.fromkeys(both))}
        values = values | {"payload": payload, "due_at": min(task.due_at, values["due_at"])}
    return waiting.update(revision=F("revision") + 1, **values) > 0


def cancel(kind: str, key: str) -> None:
    """Take back what waits; what a worker has begun is not stopped."""
    Task.objects.open().filter(kind=kind, key=_short(key), leased_until__isnull=True).delete()


@transaction.atomic
def take(*, after: str = "") -> Task | None:
    """A task that is due, leased to the caller; None if there is none.

    The kinds take turns: it is of the kind that comes next after `after` in the alphabet, and of that kind
    the task that has been due the longest. So however many there are of one kind, the others go on.

    On PostgreSQL several workers skip each other's rows; on SQLite they wait for each other's transaction.
    """
    skips = connection.features.has_select_for_update_skip_locked
    due = Task.objects.due().select_for_update(skip_locked=skips).order_by("kind", "due_at", "pk")
    task = (due.filter(kind__gt=after).first() if after else None) or due.first()
    if task is None:
        return None
    task.attempted_at = timezone.now()
    task.leased_until = task.attempted_at + LEASE
    task.attempts += 1
    task.save(update_fields=["attempted_at", "leased_until", "attempts"])
    return task


def renew(task: Task) -> bool:
    """Keep the task for another lease; False if somebody else has got it meanwhile."""
    until = timezone.now() + LEASE
    if not Task.objects.filter(pk=task.pk, leased_until=task.leased_until).update(leased_until=until):
        return False
    task.leased_until = until
    return True


def finish(task: Task) -> None:
    """Done; unless it was told again meanwhile, then it is free for the next worker."""
    mine = Task.objects.filter(pk=task.pk, leased_until=task.leased_until)
    if not mine.filter(revision=task.revision).update(done_at=timezone.now(), leased_until=None):
        mine.update(leased_until=None)


def put_back(task: Task, error: str, *, wait: datetime.timedelta | None) -> None:
    """It failed: again after `wait`, or never (None), which the desk shows."""
    mine = Task.objects.filter(pk=task.pk, leased_until=task.leased_until)
    told_again = mine.exclude(revision=task.revision)
    if told_again.update(leased_until=None):
        return
    ending = {"given_up_at": timezone.now()} if wait is None else {"due_at": timezone.now() + wait}
    error = error.replace("\0", "")[:2000]  # which no text of PostgreSQL may hold
    mine.update(leased_until=None, last_error=error, **ending)
