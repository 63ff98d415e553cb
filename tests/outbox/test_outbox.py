import datetime
import io

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.utils import timezone

from blog.management.commands.run_outbox import Command
from blog.outbox.models import Task, TaskQuerySet
from blog.outbox.queue import LEASE, LONGEST_KEY, cancel, finish, put_back, take, tell
from blog.outbox.work import ATTEMPTS, KEPT, HopelessError, LaterError, Worker, forget_done
from tests.outage import database_away

pytestmark = pytest.mark.django_db


def failing(error, times):
    """A handler that raises `error` so many times, then works; with the payloads that it was given."""
    seen = []

    def handler(payload):
        seen.append(payload)
        if len(seen) <= times:
            raise error

    return handler, seen


def test_a_task_is_worked_once_and_kept_as_done():
    handler, seen = failing(None, 0)
    tell("mail", "a", {"to": "b"})
    assert Worker({"mail": handler}).work_one() is True
    assert Worker({"mail": handler}).work_one() is False
    assert seen == [{"to": "b"}]
    assert Task.objects.get().done_at is not None


def test_a_task_is_not_worked_before_its_time(clock):
    handler, _seen = failing(None, 0)
    tell("mail", "a", due_at=timezone.now() + datetime.timedelta(minutes=5))
    assert Worker({"mail": handler}).work_one() is False
    clock(minutes=5)
    assert Worker({"mail": handler}).work_one() is True


def test_what_waits_already_is_not_told_twice_and_the_last_word_counts():
    tell("mail", "a", {"n": 1}, due_at=timezone.now() + datetime.timedelta(hours=1))
    tell("mail", "a", {"n": 2})
    (task,) = Task.objects.all()
    assert task.payload == {"n": 2}
    assert task.due_at <= timezone.now()


def test_what_is_added_to_a_list_keeps_what_stands_there_and_puts_nothing_off(clock):
    told_at = timezone.now()
    tell("mail", "a", {"n": 1, "to": ["b", "c"]}, adding_to="to")
    clock(minutes=5)
    tell("mail", "a", {"n": 2, "to": ["c", "d"]}, adding_to="to")
    task = Task.objects.get()
    assert task.payload == {"n": 2, "to": ["b", "c", "d"]}
    assert (task.due_at, task.revision) == (told_at, 2)


def test_the_database_itself_refuses_a_second_open_task_of_the_same():
    tell("mail", "a")
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.create(kind="mail", key="a", due_at=timezone.now())


def test_what_was_done_can_be_told_again():
    handler, seen = failing(None, 0)
    for _ in range(2):
        tell("mail", "a")
        Worker({"mail": handler}).work_one()
    assert len(seen) == 2


def test_a_failure_is_tried_again_later_and_later(clock):
    handler, seen = failing(LaterError("the hub answers 503"), 3)
    tell("mail", "a")
    waits = []
    for _ in range(3):
        Worker({"mail": handler}).work_one()
        task = Task.objects.get()
        waits.append((task.due_at - timezone.now()).total_seconds())
        assert task.last_error == "LaterError: the hub answers 503"
        assert Worker({"mail": handler}).work_one() is False
        clock(seconds=waits[-1])
    assert 24 <= waits[0] <= 36 and 48 <= waits[1] <= 72 and 96 <= waits[2] <= 144
    Worker({"mail": handler}).work_one()
    assert Task.objects.get().done_at is not None
    assert len(seen) == 4


def test_the_other_side_may_ask_for_more_time():
    handler, _ = failing(LaterError("429", datetime.timedelta(hours=1)), 1)
    tell("mail", "a")
    Worker({"mail": handler}).work_one()
    wait = Task.objects.get().due_at - timezone.now()
    assert wait > datetime.timedelta(minutes=59)


def test_a_fault_of_ours_is_kept_with_the_task_and_tried_again(clock):
    handler, _ = failing(ZeroDivisionError("division by zero"), 1)
    tell("mail", "a")
    Worker({"mail": handler}).work_one()
    assert Task.objects.get().last_error == "ZeroDivisionError: division by zero"
    clock(minutes=1)
    Worker({"mail": handler}).work_one()
    assert Task.objects.get().done_at is not None


def test_an_answer_with_a_nul_in_it_is_kept_as_an_error():
    handler, _ = failing(LaterError("the hub says \0 and nothing else"), 1)
    tell("mail", "a")
    Worker({"mail": handler}).work_one()
    assert Task.objects.get().last_error == "LaterError: the hub says  and nothing else"


def test_what_is_hopeless_is_given_up_at_once_and_stays_to_be_seen():
    handler, _ = failing(HopelessError("404"), 1)
    tell("mail", "a")
    Worker({"mail": handler}).work_one()
    task = Task.objects.get()
    assert task.given_up_at is not None and task.last_error == "404"
    assert Worker({"mail": handler}).work_one() is False


def test_what_never_works_is_given_up_in_the_end(clock):
    handler, seen = failing(LaterError("away"), 100)
    tell("mail", "a")
    for _ in range(ATTEMPTS + 2):
        Worker({"mail": handler}).work_one()
        clock(hours=8)
    assert len(seen) == ATTEMPTS
    assert Task.objects.given_up().count() == 1


def test_a_task_that_kills_its_workers_is_given_up_in_the_end(clock):
    class Killed(BaseException):
        """As by the kernel, when memory is short: nothing is written down."""

    handler, seen = failing(Killed(), 100)
    tell("mail", "a")
    for _ in range(ATTEMPTS):
        with pytest.raises(Killed):
            Worker({"mail": handler}).work_one()
        clock(seconds=LEASE.total_seconds() + 1)
    Worker({"mail": handler}).work_one()
    assert len(seen) == ATTEMPTS
    assert "did not come back" in Task.objects.given_up().get().last_error


def test_a_kind_that_only_a_newer_version_knows_waits_for_its_worker(clock):
    handler, seen = failing(None, 0)
    tell("carrier pigeon", "a")
    Worker({}).work_one()
    assert "carrier pigeon" in Task.objects.open().get().last_error
    clock(minutes=1)
    Worker({"carrier pigeon": handler}).work_one()
    assert seen and Task.objects.done().exists()


def test_two_workers_never_have_the_same_task():
    tell("mail", "a"), tell("mail", "b")
    assert {take().key, take().key} == {"a", "b"}
    assert take() is None


def test_the_task_of_a_worker_that_died_is_free_after_its_lease(clock):
    tell("mail", "a")
    dead = take()
    clock(seconds=LEASE.total_seconds() - 1)
    assert take() is None
    clock(seconds=2)
    assert take().pk == dead.pk


def test_a_worker_that_comes_back_too_late_does_not_end_the_task_of_another(clock):
    tell("mail", "a")
    slow = take()
    clock(seconds=LEASE.total_seconds() + 1)
    other = take()
    finish(slow)
    put_back(slow, "late", wait=None)
    task = Task.objects.get()
    assert (task.done_at, task.given_up_at) == (None, None)
    finish(other)
    assert Task.objects.get().done_at is not None


def test_what_is_told_again_while_a_worker_is_at_it_is_worked_once_more():
    tell("mail", "a", {"n": 1})
    task = take()
    tell("mail", "a", {"n": 2})
    finish(task)
    assert take().payload == {"n": 2}


def test_a_failure_does_not_overwrite_what_was_told_meanwhile():
    tell("mail", "a", {"n": 1})
    task = take()
    tell("mail", "a", {"n": 2})
    put_back(task, "boom", wait=None)
    assert take().payload == {"n": 2}


def test_what_waits_can_be_taken_back_and_what_is_being_worked_on_cannot():
    tell("mail", "a"), tell("mail", "b")
    take()
    cancel("mail", "a"), cancel("mail", "b")
    assert [task.key for task in Task.objects.all()] == ["a"]


@pytest.mark.django_db(transaction=True)
def test_a_task_is_told_with_the_transaction_or_not_at_all():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tell("mail", "a")
        raise ZeroDivisionError
    assert not Task.objects.exists()


def test_what_was_done_long_ago_is_forgotten_and_what_was_given_up_is_not(clock):
    done, _ = failing(None, 0)
    hopeless, _ = failing(HopelessError("no"), 1)
    tell("good", "a"), tell("bad", "b")
    for _ in range(2):
        Worker({"good": done, "bad": hopeless}).work_one()
    clock(seconds=KEPT.total_seconds() + 1)
    forget_done(timezone.now())
    assert [task.kind for task in Task.objects.all()] == ["bad"]


def test_of_two_who_tell_the_same_at_once_neither_fails(monkeypatch):
    """The other one's task appears between our look for it and our insertion."""
    tell("mail", "a", {"n": 1})
    update = TaskQuerySet.update

    def too_early(rows, **values):
        monkeypatch.setattr(TaskQuerySet, "update", update)
        return 0

    monkeypatch.setattr(TaskQuerySet, "update", too_early)
    tell("mail", "a", {"n": 2})
    task = Task.objects.get()
    assert (task.payload, task.revision) == ({"n": 2}, 2)


def test_what_another_tells_and_a_worker_does_between_two_looks_is_told_all_the_same(monkeypatch):
    """The other one's task is there when ours is inserted, and done when we look again."""
    tell("mail", "a", {"n": 1})
    update = TaskQuerySet.update

    def too_early(rows, **values):
        monkeypatch.setattr(TaskQuerySet, "update", too_late)
        return 0

    def too_late(rows, **values):
        monkeypatch.setattr(TaskQuerySet, "update", update)
        finish(take())
        return update(rows, **values)

    monkeypatch.setattr(TaskQuerySet, "update", too_early)
    tell("mail", "a", {"n": 2})
    assert [task.payload for task in Task.objects.open()] == [{"n": 2}]
    assert [task.payload for task in Task.objects.done()] == [{"n": 1}]


def test_what_the_database_never_takes_is_not_tried_for_ever():
    with pytest.raises(IntegrityError):
        tell("", "a")


def test_a_key_may_be_of_any_length_and_names_one_task():
    long = "/posts/" + "%E3%81%82" * 150 + "/"
    tell("mail", long, {"n": 1}), tell("mail", f"{long}2")
    tell("mail", long, {"n": 2})
    assert sorted(task.payload.get("n", 0) for task in Task.objects.all()) == [0, 2]
    assert all(len(task.key) <= LONGEST_KEY for task in Task.objects.all())
    cancel("mail", long)
    assert [task.payload for task in Task.objects.all()] == [{}]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_worker_outlives_a_database_that_is_away(error):
    tell("announce", "1", due_at=timezone.now() + datetime.timedelta(hours=1))
    said = io.StringIO()
    command, worker = Command(stderr=said), Worker({})
    with database_away(error):
        assert command.look(worker, cleaning=True) is False
    assert "secret detail" in said.getvalue()
    assert command.look(worker, cleaning=True) is False
