import datetime
import threading

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from blog.outbox import queue
from blog.outbox.leases import kept
from blog.outbox.models import Task
from blog.outbox.queue import LEASE, finish, renew, take, tell
from blog.outbox.work import ATTEMPTS, LaterError, Worker
from blog.telemetry.measuring import current

pytestmark = pytest.mark.django_db


def many(kind: str, count: int, *, minutes_ago: int = 60) -> None:
    due = timezone.now() - datetime.timedelta(minutes=minutes_ago)
    Task.objects.bulk_create(Task(kind=kind, key=str(n), due_at=due) for n in range(count))


@pytest.fixture
def worker():
    """A worker for any kind; `worker.done` is what it did, in order."""
    done = []

    class Any(dict):
        def get(self, kind, default=None):
            return lambda payload: done.append(kind)

    worker = Worker(Any())
    worker.done = done
    return worker


def test_ten_thousand_of_one_kind_keep_no_other_kind_waiting(worker):
    many("indexnow", 10_000)
    many("announce", 2, minutes_ago=0)
    many("websub", 2, minutes_ago=0)
    for _ in range(6):
        worker.work_one()
    assert sorted(worker.done) == ["announce"] * 2 + ["indexnow"] * 2 + ["websub"] * 2


def test_of_one_kind_the_one_that_has_been_due_the_longest_comes_first():
    for minutes in (1, 3, 2):
        tell("mail", str(minutes), due_at=timezone.now() - datetime.timedelta(minutes=minutes))
    assert [take().key for _ in range(3)] == ["3", "2", "1"]


def test_kinds_that_nobody_knows_get_their_turn_too():
    many("mail", 3)
    tell("carrier pigeon", "a")
    worker = Worker({"mail": lambda payload: None})
    for _ in range(2):
        worker.work_one()
    assert Task.objects.get(kind="carrier pigeon").attempts == 1


@pytest.mark.parametrize("waiting", [10, 2000])
def test_taking_one_costs_the_same_however_many_wait(django_assert_num_queries, waiting):
    many("mail", waiting)
    with django_assert_num_queries(4):  # the savepoint, the task, its lease
        take()
    with django_assert_num_queries(5):  # and the look for a kind that comes after
        take(after="mail")


@pytest.mark.parametrize("after", ["", "a"])
def test_the_next_task_is_found_in_an_index_and_not_by_sorting_all(after):
    many("mail", 2000)
    due = Task.objects.due().order_by("kind", "due_at", "pk")
    if connection.vendor == "postgresql":
        connection.cursor().execute("ANALYZE blog_task")
    plan = (due.filter(kind__gt=after) if after else due)[:1].explain()
    assert "task_open_by_kind" in plan
    assert "Sort" not in plan and "B-TREE" not in plan


def test_the_last_attempt_is_kept_with_the_task(clock):
    tell("mail", "a")

    def refuse(payload):
        raise LaterError("503")

    Worker({"mail": refuse}).work_one()
    assert Task.objects.get().attempted_at == timezone.now()


def test_the_last_failure_is_told_as_an_error(caplog):
    tell("mail", "a")
    Task.objects.update(attempts=ATTEMPTS - 1)

    def refuse(payload):
        raise LaterError("503")

    Worker({"mail": refuse}).work_one()
    assert [record.levelname for record in caplog.records if record.name == "blog.outbox.work"] == ["ERROR"]
    assert Task.objects.given_up().exists()


def test_the_log_knows_which_task_is_worked_on():
    seen = []
    tell("mail", "a")
    Worker({"mail": lambda payload: seen.append((current().identity, current().view))}).work_one()
    assert seen == [(f"task-{Task.objects.get().pk}", "outbox:mail")]


def test_a_lease_that_is_renewed_keeps_the_task(clock):
    tell("mail", "a")
    task = take()
    for _ in range(3):
        clock(seconds=LEASE.total_seconds() - 1)
        assert renew(task) is True
        assert take() is None
    finish(task)
    assert Task.objects.get().done_at is not None


def test_a_lease_that_somebody_else_has_is_not_renewed(clock):
    tell("mail", "a")
    late = take()
    clock(seconds=LEASE.total_seconds() + 1)
    other = take()
    assert renew(late) is False
    finish(other)
    assert Task.objects.get().done_at is not None


class Renewals:
    """Stands in for `queue.renew`: counts, and answers as it is told to."""

    def __init__(self):
        self.calls, self.answers, self.enough = 0, [], threading.Event()

    def __call__(self, task):
        self.calls += 1
        if self.calls >= 3:
            self.enough.set()
        answer = self.answers.pop(0) if self.answers else True
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def renewals(monkeypatch):
    """Of leases of 40 ms."""
    monkeypatch.setattr(queue, "LEASE", datetime.timedelta(milliseconds=40))
    monkeypatch.setattr(queue, "renew", Renewals())
    return queue.renew


def test_while_the_work_goes_on_its_lease_is_renewed_and_not_afterwards(renewals):
    with kept(Task(kind="mail")):
        assert renewals.enough.wait(10)
    assert not any(thread.name == "lease" for thread in threading.enumerate())


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_is_away_for_a_moment_costs_no_lease(renewals, caplog, error):
    renewals.answers += [error("away"), True]
    with kept(Task(kind="mail")):
        assert renewals.enough.wait(10)
    assert "could not be renewed: away" in caplog.text


def test_a_lease_that_was_lost_is_told_once(renewals, caplog):
    renewals.answers.append(False)
    with kept(Task(kind="mail")):
        for thread in threading.enumerate():
            if thread.name == "lease":
                thread.join(10)
    assert renewals.calls == 1
    assert "another worker has it" in caplog.text
