import pytest
from django.utils import timezone, translation

from blog.admin.base import short_moment
from blog.outbox.admin import TaskAdmin
from blog.outbox.kinds import KINDS
from blog.outbox.models import Task
from blog.outbox.queue import tell
from blog.outbox.work import HopelessError, Worker
from blog.tasks import HANDLERS
from tests.admin_pages import staff_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def given_up():
    def refuse(payload):
        raise HopelessError("https://hub.example/: 404 <gone>")

    tell("websub", "https://hub.example/ a")
    Worker({"websub": refuse}).work_one()
    return Task.objects.get()


def test_what_was_given_up_is_shown_with_the_reason(admin_client, given_up):
    with translation.override("ja"):
        page = admin_client.get("/admin/blog/task/?state=given_up").content.decode()
    assert "404 &lt;gone&gt;" in page
    assert "見送り" in page


def test_the_list_is_filtered_by_state(admin_client, given_up):
    tell("websub", "b")
    tell("websub", "c")
    Task.objects.filter(key="c").update(done_at=timezone.now())
    for state, key in {"waiting": "b", "given_up": given_up.key, "done": "c"}.items():
        (row,) = admin_client.get(f"/admin/blog/task/?state={state}").context["cl"].queryset
        assert row.key == key


def send_again(client, *tasks):
    fields = {"action": "send_again", "_selected_action": [task.pk for task in tasks]}
    return client.post("/admin/blog/task/", fields, follow=True)


def test_what_was_given_up_can_be_tried_again(admin_client, given_up):
    send_again(admin_client, given_up)
    task = Task.objects.open().get()
    assert (task.pk, task.attempts) == (given_up.pk, 0)


def test_what_waits_already_is_not_doubled_by_trying_again(admin_client, given_up):
    tell("websub", given_up.key)
    send_again(admin_client, given_up)
    assert Task.objects.open().count() == 1


def test_one_is_sent_again_from_its_own_page(admin_client, given_up):
    page = f"/admin/blog/task/{given_up.pk}/change/"
    assert 'name="_send_again"' in admin_client.get(page).content.decode()
    assert admin_client.post(page, {"_send_again": "x"}).headers["Location"] == page
    assert Task.objects.open().get().attempts == 0
    assert 'name="_send_again"' not in admin_client.get(page).content.decode()


def test_who_may_only_look_is_offered_no_button_and_has_none(client, given_up):
    client.force_login(staff_with("view_task"))
    page = f"/admin/blog/task/{given_up.pk}/change/"
    assert 'name="_send_again"' not in client.get(page).content.decode()
    assert client.post(page, {"_send_again": "x"}).status_code == 403
    assert not Task.objects.open().exists()


def test_saving_the_page_of_a_task_does_not_undo_what_a_worker_does_meanwhile(admin_client, monkeypatch):
    tell("websub", "b")
    task = Task.objects.get()
    get_object = TaskAdmin.get_object

    def worked_on_meanwhile(*arguments, **keywords):
        found = get_object(*arguments, **keywords)
        Task.objects.update(done_at=timezone.now())
        return found

    monkeypatch.setattr(TaskAdmin, "get_object", worked_on_meanwhile)
    admin_client.post(f"/admin/blog/task/{task.pk}/change/", {"_save": "x"})
    assert Task.objects.get().done_at is not None


def test_thousands_are_sent_again_at_once(admin_client, django_assert_max_num_queries):
    now = timezone.now()
    Task.objects.bulk_create(
        Task(kind="websub", key=str(n // 2), due_at=now, given_up_at=now) for n in range(2400)
    )
    fields = {"action": "send_again", "select_across": "1", "_selected_action": [Task.objects.first().pk]}
    with django_assert_max_num_queries(40):
        admin_client.post("/admin/blog/task/?state=given_up", fields)
    assert Task.objects.open().count() == 1200


def test_the_list_tells_of_the_last_attempt_and_shows_the_late_ones(admin_client, given_up, clock):
    tell("websub", "b")
    clock(minutes=11)
    tell("websub", "c")
    page = admin_client.get("/admin/blog/task/?state=given_up").content.decode()
    assert f'<td class="field-attempted">{short_moment(given_up.attempted_at)}</td>' in page
    (row,) = admin_client.get("/admin/blog/task/?state=late").context["cl"].queryset
    assert row.key == "b"


def test_the_outbox_is_for_those_with_the_permission(client, given_up):
    client.force_login(staff_with("change_post"))
    assert client.get("/admin/blog/task/").status_code == 403
    client.force_login(staff_with("view_task"))
    assert client.get("/admin/blog/task/").status_code == 200
    send_again(client, given_up)
    assert not Task.objects.open().exists()


def test_every_kind_has_a_name_at_the_desk_and_somebody_to_do_it():
    assert set(KINDS) == set(HANDLERS)
