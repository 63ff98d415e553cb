import pytest
from django.utils import translation

from blog.models import Post
from tests.admin_pages import form_errors, post_page, save_form, staff_with
from tests.factories import (
    hours_ago,
    make_draft,
    make_expired,
    make_post,
    make_scheduled,
    make_withdrawn,
    tokyo,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
ADD = "/admin/blog/post/add/"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def writer(client):
    """A browser of somebody who may write and change all posts, but not publish them."""
    client.force_login(staff_with("add_post", "change_post", "view_post", "edit_any_post"))
    return client


def test_a_writer_writes_and_hands_in_for_review(writer):
    save_form(writer, ADD, button="_submit", title="原稿")
    assert Post.objects.get().status == "in_review"


@pytest.mark.parametrize("button", ["_publish", "_publish_now", "_withdraw"])
def test_a_writer_has_no_publishing_buttons_and_cannot_make_one_up(writer, button):
    posts = [
        make_draft(published_at=hours_ago(1)),
        make_scheduled(),
        make_post(),
        make_withdrawn(),
        make_expired(),
    ]
    for post in posts:
        before = (post.status, post.published_at)
        assert f'name="{button}"' not in writer.get(post_page(post)).content.decode()
        response = save_form(
            writer, post_page(post), button=button, published_at="2020-01-01T00:00", status="published"
        )
        assert "may not publish" in str(form_errors(response))
        post.refresh_from_db()
        assert (post.status, post.published_at) == before


@pytest.mark.parametrize("make", [make_draft, make_scheduled, make_post, make_withdrawn, make_expired])
def test_a_writer_changes_neither_status_nor_dates_of_publication_by_any_request(writer, make):
    post = make()
    before = (post.status, post.published_at, post.expires_at)
    save_form(
        writer,
        post_page(post),
        published_at="2020-01-01T00:00",
        expires_at="2099-01-01T00:00",
        title="変えた",
    )
    save_form(writer, post_page(post), published_at="2020-01-01T00:00", status="published", title="変えた")
    post.refresh_from_db()
    assert (post.status, post.published_at, post.expires_at) == before


def test_a_writer_cannot_create_a_published_post(writer):
    save_form(writer, ADD, title="勝手に", status="published", published_at="2020-01-01T00:00")
    save_form(writer, ADD, button="_publish", title="勝手に", published_at="2020-01-01T00:00")
    assert list(Post.objects.values_list("status", "published_at")) == [("draft", None)]


def test_a_writer_is_told_when_a_slug_is_taken_on_the_day(writer):
    make_post(slug="onaji", published_at=tokyo(2025, 10, 21, 9))
    post = make_post(slug="betsu", published_at=tokyo(2025, 10, 21, 10))
    assert list(form_errors(save_form(writer, post_page(post), slug="onaji"))) == ["slug"]


def test_deleting_what_is_published_needs_the_permission_to_publish(client):
    client.force_login(staff_with("view_post", "change_post", "delete_post", "edit_any_post"))
    public, draft = make_post(), make_draft()
    assert client.post(f"/admin/blog/post/{public.pk}/delete/", {"post": "yes"}).status_code == 403
    selected = {"action": "delete_selected", "_selected_action": [public.pk, draft.pk], "post": "yes"}
    assert client.post("/admin/blog/post/", selected).status_code == 403
    assert client.post(f"/admin/blog/post/{draft.pk}/delete/", {"post": "yes"}).status_code == 302
    assert list(Post.objects.all()) == [public]


def test_who_may_only_look_gets_a_page_without_fields(client):
    client.force_login(staff_with("view_post"))
    post = make_post(tags=["甲"])
    response = client.get(post_page(post))
    assert response.status_code == 200
    assert 'name="title"' not in response.content.decode()
    assert client.post(post_page(post), {"title": "x"}).status_code == 403
