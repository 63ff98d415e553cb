"""A worker in a process of its own: `python -m tests.outbox.worker JOURNAL LEASE`.

Writes to the journal when it begins and ends a task, until it is killed or nothing is left to do.
"""

import datetime
import os
import random
import sys
import time

import django


def main(journal: str, lease: str) -> None:
    django.setup()
    from blog.outbox import queue
    from blog.outbox.models import Task
    from blog.outbox.work import LaterError, Worker

    queue.LEASE = datetime.timedelta(seconds=float(lease))
    lines = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def write(word: str, payload: dict) -> None:
        # One write in appending mode is not torn apart by those of other processes.
        os.write(lines, f"{time.monotonic()} {word} {os.getpid()} {payload['n']}\n".encode())

    def handle(payload: dict) -> None:
        write("begin", payload)
        time.sleep(payload["seconds"])
        if random.random() < 0.05:  # noqa: S311
            write("fail", payload)
            raise LaterError("not today", datetime.timedelta(seconds=0))
        write("end", payload)

    worker = Worker({"slow": handle, "quick": handle})
    while Task.objects.open().exists():
        if not worker.work_one():
            time.sleep(0.02)
            # a failure's wait is made short, not to wait half a minute for it
            Task.objects.open().filter(last_error__startswith="LaterError", leased_until=None).update(
                due_at=datetime.datetime.now(datetime.UTC)
            )


if __name__ == "__main__":
    main(*sys.argv[1:])
