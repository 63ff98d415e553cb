import datetime

import pytest
from django.db import IntegrityError
from django.utils import timezone, translation

from blog.admin.post_form import PostForm
from blog.models import Post
from tests.admin_pages import confirmations, form_errors, form_fields, post_page, save_form
from tests.factories import (
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


def test_a_draft_is_published_at_once(admin_client):
    post = make_draft()
    response = save_form(admin_client, post_page(post), button="_publish")
    post.refresh_from_db()
    assert post.is_public
    assert abs(post.published_at - timezone.now()) < datetime.timedelta(minutes=1)
    assert response.redirect_chain[-1][0] == post_page(post)
    assert "is public" in response.content.decode()


def test_a_new_post_is_published_in_one_step(admin_client):
    save_form(admin_client, ADD, button="_publish", title="速報", body="本文", tags="速報")
    post = Post.objects.get()
    assert post.is_public
    assert [tag.name for tag in post.tags.all()] == ["速報"]


def test_a_date_in_the_future_schedules(admin_client):
    post = make_draft()
    response = save_form(admin_client, post_page(post), button="_publish", published_at="2099-01-05T09:00")
    post.refresh_from_db()
    assert post.is_scheduled
    assert post.published_at == tokyo(2099, 1, 5, 9)
    assert "2099/01/05 09:00" in response.content.decode()


def test_the_button_says_what_it_will_do(admin_client):
    def label(post):
        content = admin_client.get(post_page(post)).content.decode()
        return content.split('name="_publish" value="')[1].split('"')[0]

    assert label(make_draft()) == "Publish now"
    assert label(make_draft(published_at=tokyo(2099, 1, 5, 9))) == "Schedule for 2099/01/05 09:00"
    assert label(make_draft(published_at=tokyo(2020, 1, 5, 9))) == "Publish with the date 2020/01/05 09:00"


def test_a_scheduled_post_can_be_published_now_or_moved_or_taken_back(admin_client):
    now, moved, back = make_scheduled(), make_scheduled(), make_scheduled()
    save_form(admin_client, post_page(now), button="_publish_now")
    save_form(admin_client, post_page(moved), published_at="2099-01-05T09:00")
    save_form(admin_client, post_page(back), button="_unschedule")
    for post in (now, moved, back):
        post.refresh_from_db()
    assert now.is_public
    assert (moved.is_scheduled, moved.published_at) == (True, tokyo(2099, 1, 5, 9))
    assert back.status == "draft"


def test_a_public_post_is_withdrawn_and_published_again_with_its_old_date(admin_client):
    post = make_post(published_at=tokyo(2025, 10, 21, 9))
    save_form(admin_client, post_page(post), button="_withdraw")
    post.refresh_from_db()
    assert post.status == "withdrawn"
    save_form(admin_client, post_page(post), button="_publish")
    post.refresh_from_db()
    assert post.is_public
    assert post.published_at == tokyo(2025, 10, 21, 9)


def test_withdrawing_saves_what_was_typed(admin_client):
    post = make_post()
    save_form(admin_client, post_page(post), button="_withdraw", excerpt="理由を書き足した")
    post.refresh_from_db()
    assert (post.status, post.excerpt) == ("withdrawn", "理由を書き足した")


def test_a_draft_cannot_be_withdrawn(admin_client):
    post = make_draft()
    response = save_form(admin_client, post_page(post), button="_withdraw")
    assert "Only a published post" in str(form_errors(response))
    post.refresh_from_db()
    assert post.status == "draft"


def test_the_status_that_readers_have_seen_is_not_in_the_form(admin_client):
    for post in (make_post(), make_expired(), make_withdrawn()):
        assert "status" not in form_fields(admin_client.get(post_page(post)))
        save_form(admin_client, post_page(post), status="draft")
        post.refresh_from_db()
        assert post.status != "draft"


def test_no_status_publishes_without_the_button(admin_client):
    post = make_draft()
    for status in ("published", "withdrawn", "nonsense"):
        save_form(admin_client, post_page(post), status=status)
        post.refresh_from_db()
        assert post.status == "draft"


def test_a_slug_taken_on_that_day_is_an_error_beside_the_slug(admin_client):
    make_post(slug="onaji", published_at=tokyo(2025, 10, 21, 9))
    post = make_draft(slug="onaji")
    response = save_form(
        admin_client, post_page(post), button="_publish", published_at="2025-10-21T23:00", body="新しい本文"
    )
    assert form_errors(response) == {"slug": ["Another post of that day has this slug."]}
    assert "新しい本文" in response.content.decode()
    post.refresh_from_db()
    assert post.status == "draft"
    save_form(admin_client, post_page(post), button="_publish", published_at="2025-10-22T00:00")
    post.refresh_from_db()
    assert post.is_public


def test_a_slug_made_from_the_title_can_be_taken_too(admin_client):
    make_post("同じ題", slug="同じ題", published_at=tokyo(2025, 10, 21, 9))
    response = save_form(
        admin_client, ADD, button="_publish", title="同じ題", published_at="2025-10-21T10:00"
    )
    assert list(form_errors(response)) == ["slug"]


def test_a_public_post_needs_its_date(admin_client):
    post = make_post()
    response = save_form(admin_client, post_page(post), published_at="")
    assert form_errors(response) == {"published_at": ["A published post needs a date."]}


def test_after_an_error_the_page_still_tells_what_is_stored(admin_client):
    post = make_post(slug="ima", published_at=tokyo(2025, 10, 21, 9))
    response = save_form(admin_client, post_page(post), published_at="", slug="atarashii")
    content = response.content.decode()
    assert "state-public" in content
    assert response.context["absolute_url"] == "/2025/10/21/ima/"
    assert form_fields(response)["slug"] == "atarashii"


def test_the_top_of_the_page_says_what_is_wrong_and_leads_there(admin_client):
    post = make_draft()
    content = save_form(admin_client, post_page(post), title="", tags="長" * 101).content.decode()
    summary = content.split('error-summary" role="alert">')[1].split("</div>")[0]
    assert "Nothing was saved yet" in summary
    for field in ("title", "tags"):
        assert f'href="#id_{field}"' in summary
        assert f'id="id_{field}"' in content


def test_a_post_cannot_expire_before_it_is_published(admin_client):
    post = make_post()
    response = save_form(admin_client, post_page(post), expires_at="2001-01-01T00:00")
    assert form_errors(response) == {"expires_at": ["The post would expire before it is published."]}


@pytest.mark.parametrize(
    "typed",
    [
        "0001-01-01T00:00",
        "1989-12-31T23:59",
        "2100-01-02T00:00",
        "9999-12-31T23:59",
        "明日",
        "2025-02-30T00:00",
    ],
)
@pytest.mark.parametrize("button", ["_continue", "_publish"])
def test_a_date_that_cannot_be_meant_is_refused(admin_client, typed, button):
    post = make_draft()
    response = save_form(admin_client, post_page(post), button=button, published_at=typed)
    assert list(form_errors(response)) == ["published_at"]
    assert typed in response.content.decode()


def test_a_slug_taken_between_check_and_save_is_an_error_and_not_a_crash(admin_client, monkeypatch):
    post = make_draft(slug="onaji")
    page = admin_client.get(post_page(post))
    fields = form_fields(page, published_at="2025-10-21T09:00") | {"_publish": "1"} | confirmations(page)
    save_as_it_is = Post.save

    def overtaken(self, **kwargs):
        """Between this request's check and its save, and outside its transaction, another one saved."""
        monkeypatch.setattr(Post, "save", save_as_it_is)
        monkeypatch.setattr(PostForm, "is_valid", is_valid_after_the_rival)
        raise IntegrityError("UNIQUE constraint failed: blog_post.published_on, blog_post.slug")

    def is_valid_after_the_rival(form, is_valid=PostForm.is_valid):
        monkeypatch.setattr(PostForm, "is_valid", is_valid)
        make_post(slug="onaji", published_at=tokyo(2025, 10, 21, 8))
        return form.is_valid()

    monkeypatch.setattr(Post, "save", overtaken)
    response = admin_client.post(post_page(post), fields)
    assert form_errors(response) == {"slug": ["Another post of that day has this slug."]}


def test_a_save_moves_no_date_that_readers_see(admin_client):
    published = tokyo(2025, 10, 21, 9, 5).replace(second=7, microsecond=123)
    modified = tokyo(2025, 10, 22)
    post = make_post(published_at=published, expires_at=tokyo(2099, 1, 1, 0, 0).replace(second=5))
    Post.objects.filter(pk=post.pk).update(last_modified_at=modified)
    save_form(admin_client, post_page(post), title="誤字を直した")
    post.refresh_from_db()
    assert post.title == "誤字を直した"
    assert (post.published_at, post.last_modified_at) == (published, modified)
    assert post.expires_at == tokyo(2099, 1, 1, 0, 0).replace(second=5)


def test_an_editorial_change_moves_the_date_of_the_update(admin_client):
    post = make_post()
    save_form(admin_client, post_page(post), editorial_change="on")
    post.refresh_from_db()
    assert abs(post.last_modified_at - timezone.now()) < datetime.timedelta(minutes=1)


def test_what_readers_have_not_seen_has_no_date_of_update(admin_client):
    for post in (make_draft(), make_scheduled(), make_withdrawn()):
        assert "editorial_change" not in admin_client.get(post_page(post)).content.decode()
        save_form(admin_client, post_page(post), editorial_change="on")
        post.refresh_from_db()
        assert post.last_modified_at is None
