"""Whatever way a public post changes or goes, hubs and search engines are told; and the acts are kept."""

import pytest

from blog.media.pictures import prepare
from blog.models import AuditEntry, Correction, Post, SearchEntry, Task
from tests.factories import make_draft, make_image, make_post, make_scheduled, make_superuser, picture_bytes
from tests.workflow.people import make_editor

pytestmark = pytest.mark.django_db
LIST = "/admin/blog/post/"


def told() -> set[int]:
    return {task.payload["post"] for task in Task.objects.filter(kind="announce")}


def delete_from_the_list(browser, model: str, *rows):
    data = {"action": "delete_selected", "_selected_action": [row.pk for row in rows], "post": "yes"}
    return browser.post(f"/admin/blog/{model}/", data, follow=True)


def test_hubs_are_told_of_public_posts_deleted_from_the_list(browser_of):
    public, draft = make_post(), make_draft()
    Task.objects.all().delete()
    delete_from_the_list(browser_of(make_superuser()), "post", public, draft)
    assert not Post.objects.exists()
    assert told() == {public.pk}
    assert not SearchEntry.objects.exists()
    assert AuditEntry.objects.filter(action="deleted", target_type="post").count() == 2


def test_hubs_are_told_of_the_articles_that_show_a_replaced_picture(media_root):
    image = make_image()
    shown, hidden = (make(body=f"![]({image.file.url})") for make in (make_post, make_scheduled))
    make_post()
    covered = make_post(cover=image)
    Task.objects.all().delete()
    image.replace(*prepare(picture_bytes()), "new.png")
    shown.refresh_from_db()
    assert image.file.url in shown.body_html
    assert told() == {shown.pk, covered.pk}
    assert hidden.pk not in told()


def test_hubs_are_told_of_a_note_that_is_rewritten_and_of_one_that_is_taken_back():
    post = make_post()
    note = Correction.objects.create(post=post, text="数字を直しました。")
    for change in (lambda: note.save(), lambda: note.delete()):
        Task.objects.all().delete()
        note.text = "数字と日付を直しました。"
        change()
        assert told() == {post.pk}


def test_notes_deleted_from_their_list_are_in_the_audit_log(browser_of):
    post = make_post()
    note = Correction.objects.create(post=post, text="数字を直しました。")
    delete_from_the_list(browser_of(make_superuser()), "correction", note)
    assert not Correction.objects.exists()
    assert AuditEntry.objects.filter(action="deleted", target_type="correction").count() == 1


def test_a_note_with_what_no_database_takes_or_nobody_reads_is_shortened(browser_of):
    post = make_draft(status="in_review")
    note = "直して\0ください" + "あ" * 5000
    browser_of(make_editor()).post(f"{LIST}{post.pk}/step/", {"step": "return", "note": note})
    taken = post.transitions.get()
    assert "\0" not in taken.note
    assert len(taken.note) == 2000
