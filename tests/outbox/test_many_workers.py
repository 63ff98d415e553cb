"""Several real workers at once on PostgreSQL, some of them killed in mid-task."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.utils import timezone

from blog.outbox.models import Task
from blog.outbox.queue import take, tell

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "postgresql" not in django_settings.DATABASES["default"]["ENGINE"], reason="needs PostgreSQL"
    ),
]
LEASE = 3
QUICK, SLOW = 240, 4
KILLS = 8


def database_url() -> str:
    values = connection.settings_dict
    password = f":{values['PASSWORD']}" if values["PASSWORD"] else ""
    port = f":{values['PORT']}" if values["PORT"] else ""
    return f"postgres://{values['USER']}{password}@{values['HOST']}{port}/{values['NAME']}"


@pytest.fixture
def workers(tmp_path):
    """Starts workers; the journal that they write together."""
    journal, running = tmp_path / "journal", []
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "SECRET_KEY": django_settings.SECRET_KEY,
        "DJANGO_SETTINGS_MODULE": "allforces.settings",
        "LOG_LEVEL": "CRITICAL",
    }

    def start() -> subprocess.Popen:
        command = [sys.executable, "-m", "tests.outbox.worker", str(journal), str(LEASE)]
        running.append(subprocess.Popen(command, cwd=django_settings.BASE_DIR, env=environment))
        return running[-1]

    yield start, journal, running
    for process in running:
        process.kill()
        process.wait(10)


def read(journal) -> list[tuple[float, str, int, int]]:
    lines = journal.read_text().splitlines() if journal.exists() else []
    return [(float(at), word, int(pid), int(n)) for at, word, pid, n in map(str.split, lines)]


def in_mid_task(journal, pid: int) -> bool:
    mine = [word for _at, word, by, _n in read(journal) if by == pid]
    return bool(mine) and mine[-1] == "begin"


def test_every_task_is_done_none_is_lost_and_none_is_two_workers_at_once(workers):
    start, journal, running = workers
    now = timezone.now()
    slow = {"seconds": LEASE * 2}  # longer than a lease, which is renewed
    Task.objects.bulk_create(
        [
            *(Task(kind="slow", key=str(n), due_at=now, payload={"n": n, **slow}) for n in range(SLOW)),
            *(
                Task(kind="quick", key=str(n), due_at=now, payload={"n": n, "seconds": 0.03})
                for n in range(SLOW, SLOW + QUICK)
            ),
        ]
    )
    killed = {}
    for _ in range(4):
        start()
    until = time.monotonic() + 120
    while Task.objects.open().exists() and time.monotonic() < until:
        alive = [process for process in running if process.poll() is None]
        busy = [process for process in alive if in_mid_task(journal, process.pid)]
        if busy and len(killed) < KILLS:
            victim = random.choice(busy)  # noqa: S311
            victim.send_signal(signal.SIGKILL)
            victim.wait(10)
            killed[victim.pid] = time.monotonic()
            start()
        time.sleep(0.4)
    entries = read(journal)
    working = defaultdict(dict)  # task → who is at it, and since when
    for at, word, pid, n in sorted(entries):
        dead = [by for by in working[n] if by in killed and killed[by] <= at]
        for by in dead:
            del working[n][by]
        if word == "begin":
            assert not working[n], f"{pid} began task {n} while {working[n]} was at it"
            working[n][pid] = at
        else:
            del working[n][pid]

    assert len(killed) == KILLS
    assert not Task.objects.open().exists()
    assert not Task.objects.given_up().exists()
    ended = [n for _at, word, _pid, n in entries if word == "end"]
    assert set(ended) == set(range(SLOW + QUICK))
    begun = [n for _at, word, _pid, n in entries if word == "begin"]
    assert len(begun) > len(ended)  # some were interrupted, and begun again


def test_workers_skip_what_others_have_and_wait_for_nobody(workers):
    """While one transaction holds the first task, others are handed out at once."""
    tell("mail", "a"), tell("mail", "b")
    with transaction.atomic():
        mine = take()
        code = (
            "import django; django.setup(); from django.db import connection; "
            "connection.cursor().execute('SET lock_timeout = 2000'); "
            "from blog.outbox.queue import take; print(take().key)"
        )
        environment = os.environ | {
            "DATABASE_URL": database_url(),
            "SECRET_KEY": django_settings.SECRET_KEY,
            "DJANGO_SETTINGS_MODULE": "allforces.settings",
        }
        other = subprocess.run(
            [sys.executable, "-c", code],
            cwd=django_settings.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert (mine.key, other.stdout.strip()) == ("a", "b"), other.stderr
