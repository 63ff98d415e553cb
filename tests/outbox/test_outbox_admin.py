import pytest
from django.utils import timezone, translation

from blog.outbox.models import Task
from blog.outbox.queue import tell
from blog.outbox.work import HopelessError, work_one
from tests.admin_pages import staff_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def given_up():
    def refuse(payload):
        raise HopelessError("https://hub.example/: 404 <gone>")

    tell("websub", "https://hub.example/ a")
    work_one({"websub": refuse})
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


def test_the_outbox_is_for_those_with_the_permission(client, given_up):
    client.force_login(staff_with("change_post"))
    assert client.get("/admin/blog/task/").status_code == 403
    client.force_login(staff_with("view_task"))
    assert client.get("/admin/blog/task/").status_code == 200
    send_again(client, given_up)
    assert not Task.objects.open().exists()
