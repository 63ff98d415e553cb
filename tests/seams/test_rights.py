"""What one part of the desk keeps from somebody, no other part gives them."""

import json
import uuid

import pytest
from django.contrib.contenttypes.models import ContentType

from blog.history.recording import recording
from blog.models import EditingSession, Post
from tests.admin_pages import form_fields, post_page
from tests.factories import make_author, make_draft, make_post, make_scheduled, make_staff
from tests.workflow.people import make_editor, make_publisher, make_writer

pytestmark = pytest.mark.django_db
SECRET = "まだ誰にも見せない文"


def kept_version(post, user=None, **fields):
    """Change the post as the desk does, so that what it held before stays as a version."""
    with recording(user, Post, [post.pk]):
        for name, value in fields.items():
            setattr(post, name, value)
        post.save()


# An editor and what readers see


@pytest.mark.parametrize("make", [make_post, make_scheduled])
@pytest.mark.parametrize(
    ("address", "more"),
    [
        ("{pk}", {}),
        ("{pk}", {"_popup": "1"}),
        ("{pk}", {"_saveasnew": "1"}),
        ("+{pk}", {}),
        ("%20{pk}", {}),
        ("0000000000000000000000{pk}", {}),
        ("{pk}", {"editing": str(uuid.uuid4()), "_popup": "1"}),
    ],
)
def test_no_request_of_an_editor_changes_the_live_article(browser_of, make, address, more):
    post, editor = make("公開中の見出し"), browser_of(make_editor())
    fields = form_fields(editor.get(post_page(post)))
    fields.pop("editing")
    fields |= {"title": "書き換えた見出し", "_continue": "1"} | more
    answer = editor.post(f"/admin/blog/post/{address.format(pk=post.pk)}/change/", fields)
    assert answer.status_code < 500
    post.refresh_from_db()
    assert post.title == "公開中の見出し"


def test_a_publisher_in_a_window_of_its_own_still_changes_the_article(browser_of):
    post, publisher = make_post(), browser_of(make_publisher())
    fields = form_fields(publisher.get(f"{post_page(post)}?_popup=1"), title="直した見出し")
    publisher.post(f"{post_page(post)}?_popup=1", fields | {"_save": "1"})
    post.refresh_from_db()
    assert post.title == "直した見出し"


# A writer and what others have not published


def test_a_writer_does_not_see_what_others_deleted(browser_of):
    publisher, writer = browser_of(make_publisher()), browser_of(make_writer())
    post = make_draft(SECRET)
    publisher.post(f"/admin/blog/post/{post.pk}/delete/", {"post": "yes"})
    listed = publisher.get("/admin/blog/post/deleted/")
    assert SECRET in listed.content.decode()
    assert writer.get("/admin/blog/post/deleted/").status_code == 403
    version = listed.context["versions"][0]["pk"]
    for answer in (writer.get, writer.post):
        assert answer(f"/admin/blog/post/deleted/{version}/").status_code == 403
    assert not Post.objects.exists()
    assert "deleted/" not in writer.get("/admin/blog/post/").content.decode()


def test_a_writer_does_not_read_the_earlier_texts_of_what_others_published(browser_of):
    post, writer = make_post(body=SECRET), browser_of(make_writer())
    kept_version(post, body="公開した文")
    pages = [f"/admin/blog/post/{post.pk}/history/"]
    page = browser_of(make_editor()).get(pages[0])
    old = page.context["versions"][-1]["pk"]
    pages += [
        f"/admin/blog/post/{post.pk}/history/compare/?old={old}",
        f"/admin/blog/post/{post.pk}/history/{old}/restore/",
    ]
    for address in pages:
        answer = writer.get(address)
        assert answer.status_code == 403
    assert writer.get(post_page(post)).status_code == 200


def test_a_writer_reads_the_history_of_what_is_their_own(browser_of):
    user = make_writer()
    post = make_post(body=SECRET, created_by=user)
    kept_version(post, body="公開した文")
    assert browser_of(user).get(f"/admin/blog/post/{post.pk}/history/").status_code == 200


def test_an_unsaved_text_is_not_compared_with_a_post_that_is_somebody_elses_by_now(browser_of):
    user = make_writer()
    post = make_draft(author=make_author("田中", user=user))
    copy = EditingSession.objects.create(user=user, post=post, base={"body": ""}, base_version=1)
    copy.keep({"body": "自分の文"}, 1)
    copy.save()
    Post.objects.filter(pk=post.pk).update(author=make_author("別人"), body=SECRET)
    answer = browser_of(user).get(f"/admin/blog/post/copies/{copy.pk}/")
    assert answer.status_code == 200
    assert SECRET[:6] not in answer.content.decode()
    assert "自分の" in answer.content.decode()


def test_an_address_by_kind_and_number_tells_nobody_where_a_hidden_post_will_be(browser_of):
    post = make_scheduled(slug="himitsu")
    kind = ContentType.objects.get_for_model(Post)
    for user in (make_staff(), make_writer()):
        answer = browser_of(user).get(f"/admin/r/{kind.pk}/{post.pk}/")
        assert answer.status_code in (403, 404)
        assert "himitsu" not in answer.headers.get("Location", "")
    assert browser_of(make_editor()).get(f"/admin/r/{kind.pk}/{post.pk}/").status_code == 302


# Staff without permissions


def test_who_may_not_write_posts_keeps_no_text_by_naming_one_that_is_gone(browser_of):
    message = {"token": str(uuid.uuid4()), "page": "p", "post": 999, "serial": 1, "fields": {"title": "x"}}
    answer = browser_of(make_staff()).post(
        "/admin/blog/post/editing/", json.dumps(message), content_type="application/json"
    )
    assert answer.status_code == 403
    assert not EditingSession.objects.exists()
