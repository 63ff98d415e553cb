"""Working tasks off."""

import datetime
import logging
import random
from collections.abc import Callable, Mapping

from blog.outbox.leases import kept
from blog.outbox.models import Task
from blog.outbox.queue import finish, put_back, take
from blog.telemetry.measuring import measuring

FIRST_WAIT = datetime.timedelta(seconds=30)
LONGEST_WAIT = datetime.timedelta(hours=6)
ATTEMPTS = 18  # with the waits between them, about two days
KEPT = datetime.timedelta(days=30)

log = logging.getLogger(__name__)
Handlers = Mapping[str, Callable[[dict], None]]


class HopelessError(Exception):
    """Trying again would not help."""


class LaterError(Exception):
    """Not now; `wait` says how long the other side asked us to wait, if it did."""

    def __init__(self, message: str, wait: datetime.timedelta | None = None):
        super().__init__(message)
        self.wait = wait


class Worker:
    """Works tasks off, one after the other, the kinds in turn."""

    def __init__(self, handlers: Handlers):
        self.handlers = handlers
        self.last_kind = ""

    def work_one(self) -> bool:
        """Take the next task that is due and do it. False if nothing was due.

        Whatever a handler raises is written down with the task, and retried; only what is hopeless, or has
        failed too often, is given up. So is a task whose workers were killed too often to tell of a failure.
        """
        task = take(after=self.last_kind)
        if task is None:
            return False
        self.last_kind = task.kind
        with measuring(f"task-{task.pk}", f"outbox:{task.kind}"):
            self._do(task)
        return True

    def _do(self, task: Task) -> None:
        handler = self.handlers.get(task.kind)
        try:
            if handler is None:
                # A newer version may have told it, whose worker comes soon.
                raise LaterError(f"There is no handler for {task.kind!r}.")
            if task.attempts > ATTEMPTS:  # what fails is given up before; this one took its workers with it
                raise HopelessError(f"It was begun {ATTEMPTS} times, and its last worker did not come back.")
            with kept(task):
                handler(task.payload)
        except HopelessError as error:
            log.error("%s was given up: %s", task, error)
            put_back(task, str(error), wait=None)
        except Exception as error:  # an outbox must outlive every fault of what it does
            told = f"{type(error).__name__}: {error}"
            if task.attempts >= ATTEMPTS:
                log.error("%s was given up after %d attempts: %s", task, task.attempts, error)
                put_back(task, told, wait=None)
                return
            unexpected = not isinstance(error, LaterError)
            log.warning("%s failed (attempt %d): %s", task, task.attempts, error, exc_info=unexpected)
            put_back(task, told, wait=wait_after(task, error))
        else:
            finish(task)


def wait_after(task: Task, error: Exception) -> datetime.timedelta:
    """Twice as long each time, with some chance in it, so that not all come back at once."""
    asked = error.wait if isinstance(error, LaterError) else None
    wait = min(FIRST_WAIT * 2 ** (task.attempts - 1), LONGEST_WAIT) * random.uniform(0.8, 1.2)  # noqa: S311
    return max(wait, min(asked, LONGEST_WAIT)) if asked else wait


def forget_done(now: datetime.datetime) -> int:
    """Remove what was done long ago; what was given up stays until somebody has seen to it."""
    return Task.objects.filter(done_at__lt=now - KEPT).delete()[0]
