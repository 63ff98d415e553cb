"""Keeping a task for as long as its work takes."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError, connection

from blog.outbox import queue
from blog.outbox.models import Task

log = logging.getLogger(__name__)


@contextmanager
def kept(task: Task) -> Iterator[None]:
    """Renew the lease from a thread beside the work, so that nobody else begins what only takes long.

    A worker that is killed renews nothing: its task is free again when the lease ends.
    """
    finished = threading.Event()
    thread = threading.Thread(target=_renew_until, args=(finished, task), name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        finished.set()
        thread.join()


def _renew_until(finished: threading.Event, task: Task) -> None:
    try:
        while not finished.wait(queue.LEASE.total_seconds() / 4):
            try:
                if not queue.renew(task):
                    log.error("%s took so long without a sign of life that another worker has it.", task)
                    return
            except (
                OperationalError,
                InterfaceError,
            ) as error:  # there are three more tries before the lease ends
                log.warning("The lease of %s could not be renewed: %s", task, error)
                connection.close()
    finally:
        connection.close()
