import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from blog.audit import AuditEntry
from blog.models import Post, Transition
from blog.workflow.checks import check
from blog.workflow.states import State
from blog.workflow.steps import (
    PUBLISH,
    REDATE,
    REOPEN,
    RESCHEDULE,
    RETURN,
    SCHEDULE,
    STEPS,
    SUBMIT,
    UNSCHEDULE,
    WITHDRAW,
)
from blog.workflow.transitions import perform
from tests.admin_pages import post_page, save_form
from tests.factories import (
    make_draft,
    make_expired,
    make_post,
    make_scheduled,
    make_superuser,
    make_withdrawn,
    tokyo,
)

pytestmark = pytest.mark.django_db
LATER = tokyo(2099, 1, 5, 9)


@pytest.fixture
def chief():
    return make_superuser("chief")


def warnings(post) -> set[str]:
    return {finding.key for finding in check(post)}


MAKERS = {
    State.DRAFT: make_draft,
    State.IN_REVIEW: lambda: make_draft(status="in_review"),
    State.SCHEDULED: make_scheduled,
    State.PUBLIC: make_post,
    State.EXPIRED: make_expired,
    State.WITHDRAWN: make_withdrawn,
}


@pytest.mark.parametrize("state", MAKERS)
@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_a_step_is_taken_from_its_states_and_from_no_other(chief, step, state):
    post = MAKERS[state]()
    Post.objects.filter(pk=post.pk).update(created_by=chief)
    at = LATER if step.date == "future" else None
    before = Post.objects.values("status", "published_at").get(pk=post.pk)
    take = {"user": chief, "note": "理由", "at": at, "confirmed": warnings(post)}
    if state in step.sources:
        taken = perform(post, step, **take)
        assert (taken.from_state, post.status) == (state, step.becomes)
        assert Post.objects.get(pk=post.pk).status == step.becomes
    else:
        with pytest.raises(ValidationError):
            perform(post, step, **take)
        assert Post.objects.values("status", "published_at").get(pk=post.pk) == before
        assert not Transition.objects.exists()


def test_a_return_needs_a_note(chief):
    post = make_draft(status="in_review")
    for note in ("", " 　\n"):
        with pytest.raises(ValidationError) as refusal:
            perform(post, RETURN, user=chief, note=note)
        assert list(refusal.value.message_dict) == ["note"]
    assert perform(post, RETURN, user=chief, note=" 出典を。 ").note == "出典を。"


def test_the_database_refuses_a_return_without_a_note(chief):
    fields = {"post": make_draft(), "user": chief, "username": "chief", "from_state": "in_review"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Transition.objects.create(**fields, name="return", to_state="draft")


def test_each_step_is_written_down_with_who_when_and_the_note(chief):
    post = make_draft()
    perform(post, SUBMIT, user=chief, note="急ぎです")
    perform(post, SCHEDULE, user=chief, at=LATER, confirmed=warnings(post))
    perform(post, RESCHEDULE, user=chief, at=LATER + datetime.timedelta(hours=1))
    perform(post, UNSCHEDULE, user=chief)
    rows = post.transitions.order_by("pk").values_list("name", "from_state", "to_state", "note", "moment")
    assert list(rows) == [
        ("submit", "draft", "in_review", "急ぎです", None),
        ("schedule", "in_review", "scheduled", "", LATER),
        ("reschedule", "scheduled", "scheduled", "", LATER + datetime.timedelta(hours=1)),
        ("unschedule", "scheduled", "draft", "", None),
    ]
    taken = post.transitions.first()
    assert (taken.user, taken.username) == (chief, "chief")
    assert abs(taken.at - timezone.now()) < datetime.timedelta(minutes=1)


def test_the_name_outlives_the_account(chief):
    post = make_draft()
    perform(post, SUBMIT, user=chief)
    chief.delete()
    taken = post.transitions.get()
    assert (taken.user, taken.username) == (None, "chief")


def test_publishing_scheduling_and_withdrawing_are_in_the_audit_log(chief):
    post = make_draft("監査の話")
    texts = [finding.summary for finding in check(post)]
    perform(post, SCHEDULE, user=chief, at=LATER, confirmed=warnings(post))
    perform(post, UNSCHEDULE, user=chief)
    perform(post, PUBLISH, user=chief, confirmed=warnings(post))
    perform(post, WITHDRAW, user=chief, note="誤報のため")
    entries = AuditEntry.objects.order_by("pk").values_list("username", "action", "target")
    assert list(entries) == [
        ("chief", action, "監査の話") for action in ("scheduled", "unscheduled", "published", "withdrawn")
    ]
    scheduled, _unscheduled, _published, withdrawn = AuditEntry.objects.order_by("pk")
    assert scheduled.details == {"moment": LATER.isoformat(), "confirmed": texts}
    assert withdrawn.details == {"note": "誤報のため"}


def test_a_refused_step_leaves_no_entry(chief):
    with pytest.raises(ValidationError):
        perform(make_draft(body=""), PUBLISH, user=chief)
    assert not AuditEntry.objects.exists()


def test_a_step_does_not_overwrite_what_somebody_saved_meanwhile(chief):
    post = make_draft(body="古い本文")
    Post.objects.filter(pk=post.pk).update(title="新しい題", body="新しい本文")
    perform(post, SUBMIT, user=chief)
    stored = Post.objects.get(pk=post.pk)
    assert (stored.title, stored.body, stored.status) == ("新しい題", "新しい本文", "in_review")


def test_a_post_that_was_deleted_meanwhile_is_told(chief):
    post = make_draft()
    Post.objects.filter(pk=post.pk).delete()
    with pytest.raises(ValidationError, match="deleted"):
        perform(post, SUBMIT, user=chief)


@pytest.mark.skipif(not connection.features.has_select_for_update, reason="needs row locks")
def test_the_row_is_locked_for_a_step_and_for_a_save_on_the_desk(chief, client):
    post = make_draft()
    client.force_login(chief)
    with CaptureQueriesContext(connection) as step:
        perform(post, SUBMIT, user=chief)
    with CaptureQueriesContext(connection) as save:
        save_form(client, post_page(post), title="直した題")
    for captured in (step, save):
        assert any("FOR UPDATE" in query["sql"] for query in captured.captured_queries)


def test_a_step_is_taken_from_the_state_that_is_stored(chief):
    post = make_draft()
    Post.objects.filter(pk=post.pk).update(status="in_review")
    with pytest.raises(ValidationError, match="Only a draft"):
        perform(post, SUBMIT, user=chief)


def test_a_date_that_has_passed_is_kept_and_one_to_come_is_not(chief):
    old, planned = make_withdrawn(published_at=tokyo(2025, 10, 21, 9)), make_draft(published_at=LATER)
    for post in (old, planned):
        perform(post, PUBLISH, user=chief, confirmed=warnings(post))
    assert old.published_at == tokyo(2025, 10, 21, 9)
    assert planned.is_public


@pytest.mark.parametrize("step", [SCHEDULE, RESCHEDULE])
def test_scheduling_needs_a_moment_to_come(chief, step):
    post = MAKERS[next(iter(step.sources))]()
    for at in (None, timezone.now(), tokyo(2020, 1, 1)):
        with pytest.raises(ValidationError) as refusal:
            perform(post, step, user=chief, at=at, confirmed=warnings(post))
        assert list(refusal.value.message_dict) == ["published_at"]


def test_a_public_post_is_not_hidden_by_moving_its_date(chief):
    post = make_post()
    with pytest.raises(ValidationError, match="in the future"):
        perform(post, REDATE, user=chief, at=LATER)
    perform(post, REDATE, user=chief, at=tokyo(2025, 10, 21, 9))
    assert Post.objects.get(pk=post.pk).published_at == tokyo(2025, 10, 21, 9)


def test_a_post_that_is_a_draft_again_is_no_longer_gone_but_missing(chief, client):
    post = make_withdrawn()
    assert client.get(post.get_absolute_url()).status_code == 410
    perform(post, REOPEN, user=chief)
    assert client.get(post.get_absolute_url()).status_code == 404


def test_nobody_steps_without_the_permission(chief):
    nobody = make_superuser("nobody")
    nobody.is_superuser = False
    for state, step in [(State.DRAFT, SUBMIT), (State.DRAFT, PUBLISH), (State.PUBLIC, WITHDRAW)]:
        post = MAKERS[state]()
        with pytest.raises(PermissionDenied):
            perform(post, step, user=nobody, confirmed=warnings(post))


def test_a_warning_must_be_confirmed_and_is_recorded(chief):
    post = make_draft(excerpt="")
    keys = {finding.check: finding.key for finding in check(post)}
    assert {"excerpt", "description", "cover"} <= keys.keys()
    with pytest.raises(ValidationError, match="There is no excerpt"):
        perform(post, PUBLISH, user=chief, confirmed=[keys["description"], keys["cover"]])
    taken = perform(post, PUBLISH, user=chief, confirmed=keys.values())
    assert {entry["text"] for entry in taken.confirmed} == {
        "There is no excerpt.",
        "There is no meta description.",
        "There is no cover image.",
    }


def test_an_error_blocks_whatever_is_confirmed(chief):
    post = make_draft(body="")
    with pytest.raises(ValidationError, match="body is empty"):
        perform(post, PUBLISH, user=chief, confirmed=warnings(post))


def test_a_confirmation_does_not_cover_what_came_up_later(chief):
    post = make_draft()
    confirmed = warnings(post)
    Post.objects.filter(pk=post.pk).update(body="サーバの話")
    with pytest.raises(ValidationError, match="サーバ"):
        perform(post, PUBLISH, user=chief, confirmed=confirmed)


def test_withdrawing_needs_no_check(chief):
    post = make_post(body="")
    perform(post, WITHDRAW, user=chief)
    assert post.status == "withdrawn"


def test_a_step_costs_the_same_for_any_text(chief):
    def queries(links):
        post = make_draft(body=" ".join(f"[甲](/2025/10/21/x{n}/) [乙](/tags/t{n}/)" for n in range(links)))
        with CaptureQueriesContext(connection) as captured:
            check(post)
        return len(captured)

    assert queries(9) == queries(1) < 10
