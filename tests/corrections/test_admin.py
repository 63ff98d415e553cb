"""The newsroom writes corrections."""

import pytest
from reversion.models import Version

from blog.history.recording import versions_of
from blog.models import Correction, Post
from tests.admin_pages import form_errors, form_fields, post_page, save_form, staff_with
from tests.factories import hours_ago, make_draft, make_post, make_scheduled, make_withdrawn, tokyo
from tests.markup import Markup

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
LIST = "/admin/blog/correction/"
ADD = f"{LIST}add/"


def test_the_posts_page_leads_to_the_form_at_its_top(admin_client):
    post = make_post()
    content = admin_client.get(post_page(post)).content.decode()
    assert f'href="{ADD}?post={post.pk}"' in content
    assert content.index(f"{ADD}?post=") < content.index('id="post_form"')


@pytest.mark.parametrize("make", [make_draft, make_scheduled])
def test_a_post_that_readers_have_not_seen_offers_no_correction(admin_client, make):
    assert ADD not in admin_client.get(post_page(make())).content.decode()


def test_a_note_is_written_in_one_step_from_the_post(admin_client, admin_user, client):
    post = make_post(published_at=hours_ago(5))
    response = save_form(admin_client, f"{ADD}?post={post.pk}", "_save", text="台数を直しました。")
    assert response.redirect_chain[-1][0] == post_page(post)
    note = Correction.objects.get()
    assert (note.post, note.kind, note.created_by) == (post, "correction", admin_user)
    assert "台数を直しました。" in client.get(post.get_absolute_url()).content.decode()
    assert "台数を直しました。" in response.content.decode()


def test_a_note_makes_one_version_of_the_post(admin_client):
    post = make_post(published_at=hours_ago(5))
    save_form(admin_client, f"{ADD}?post={post.pk}", "_save", text="直しました。")
    assert versions_of(Post, post.pk).count() == 2
    page = Markup(admin_client.get(f"/admin/blog/post/{post.pk}/history/"))
    assert "訂正・追記 ＋訂正" in page.text("div", id="content")


def test_deleting_a_note_makes_a_version_too_so_that_nobody_takes_it_back_unseen(admin_client):
    post = make_post(published_at=hours_ago(5))
    save_form(admin_client, f"{ADD}?post={post.pk}", "_save", text="直しました。")
    note = Correction.objects.get()
    admin_client.post(f"{LIST}{note.pk}/delete/", {"post": "yes"})
    assert not Correction.objects.exists()
    assert versions_of(Post, post.pk).count() == 3


def test_deleting_notes_from_the_list_makes_versions(admin_client):
    posts = [make_post(), make_post()]
    notes = [Correction.objects.create(post=post, text="直しました。") for post in posts]
    action = {"action": "delete_selected", "_selected_action": [n.pk for n in notes], "post": "yes"}
    admin_client.post(LIST, action)
    assert not Correction.objects.exists()
    assert Version.objects.count() == 4


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"published_at": "2099-01-01T00:00"}, "published_at"),
        ({"published_at": "2001-01-01T00:00"}, "published_at"),
        ({"published_at": "not a date"}, "published_at"),
        ({"published_at": ""}, "published_at"),
        ({"text": ""}, "text"),
        ({"text": "　 "}, "text"),
        ({"text": "長" * 2001}, "text"),
        ({"kind": "apology"}, "kind"),
        ({"post": "999999"}, "post"),
        ({"post": "x"}, "post"),
        ({"post": ""}, "post"),
    ],
    ids=str,
)
def test_a_mistake_is_told_beside_its_field_and_what_was_typed_stays(admin_client, typed, field):
    post = make_post(published_at=hours_ago(5))
    response = save_form(admin_client, f"{ADD}?post={post.pk}", "_save", **{"text": "書いた文面"} | typed)
    assert field in form_errors(response)
    if "text" not in typed:
        assert "書いた文面" in response.content.decode()
    assert not Correction.objects.exists()


@pytest.mark.parametrize("make", [make_draft, make_scheduled])
def test_a_crafted_note_for_a_post_that_readers_have_not_seen_is_refused(admin_client, make):
    fields = form_fields(admin_client.get(ADD), post=make().pk, text="誤り")
    response = admin_client.post(ADD, fields | {"_save": "1"})
    assert "post" in form_errors(response)


def test_a_note_in_the_minute_of_the_publication_keeps_its_seconds(admin_client):
    post = make_post(published_at=tokyo(2025, 10, 21, 9, 30).replace(second=45))
    save_form(admin_client, f"{ADD}?post={post.pk}", "_save", text="直し", published_at="2025-10-21T09:30")
    assert Correction.objects.get().published_at == post.published_at


def test_changing_the_text_keeps_post_and_moment(admin_client):
    post = make_post(published_at=hours_ago(5))
    note = Correction.objects.create(post=post, text="旧", published_at=hours_ago(1.123))
    save_form(admin_client, f"{LIST}{note.pk}/change/", "_save", text="新", post=make_post().pk)
    changed = Correction.objects.get()
    assert (changed.text, changed.post, changed.published_at) == ("新", post, note.published_at)


def test_a_note_can_be_changed_after_its_post_was_scheduled_anew_without_an_error_page(admin_client):
    post = make_post(published_at=hours_ago(5))
    note = Correction.objects.create(post=post, text="旧")
    Post.objects.update(published_at=hours_ago(-5))
    response = save_form(admin_client, f"{LIST}{note.pk}/change/", "_save", text="新")
    assert "post" in form_errors(response)


def test_a_withdrawn_post_can_be_corrected_and_nobody_sees_it_yet(admin_client, client):
    post = make_withdrawn()
    save_form(admin_client, f"{ADD}?post={post.pk}", "_save", text="秘密の訂正")
    assert Correction.objects.exists()
    assert "秘密の訂正" not in client.get("/corrections/").content.decode()


@pytest.mark.parametrize("key", ["x", "-1", "9" * 30, "<script>"])
def test_a_forged_preset_is_ignored(admin_client, key):
    assert admin_client.get(f"{ADD}?post={key}").status_code == 200


def test_who_may_change_posts_writes_corrections(client):
    post = make_post(published_at=hours_ago(5))
    client.force_login(staff_with("view_post", "change_post", "edit_any_post"))
    save_form(client, f"{ADD}?post={post.pk}", "_save", text="直しました。")
    assert Correction.objects.count() == 1


def test_who_may_not_change_posts_writes_none(client):
    post = make_post(published_at=hours_ago(5))
    note = Correction.objects.create(post=post, text="旧")
    client.force_login(staff_with("view_post", "add_correction", "change_correction", "delete_correction"))
    assert client.get(ADD).status_code == 403
    data = {"post": post.pk, "kind": "correction", "published_at": "2025-10-21T09:30", "text": "偽"}
    assert client.post(ADD, data).status_code == 403
    assert client.post(f"{LIST}{note.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(f"{LIST}{note.pk}/change/", data)
    assert Correction.objects.get().text == "旧"


def test_who_may_change_only_some_posts_corrects_only_those(client, monkeypatch):
    own, other = make_post("自分の"), make_post("他人の")
    monkeypatch.setattr(
        "blog.admin.posts.PostAdmin.has_change_permission",
        lambda self, request, obj=None: obj is None or obj.pk == own.pk,
    )
    client.force_login(staff_with("view_post", "change_post"))
    response = save_form(client, f"{ADD}?post={other.pk}", "_save", text="直しました。")
    assert "post" in form_errors(response)
    save_form(client, f"{ADD}?post={own.pk}", "_save", text="直しました。")
    assert [note.post for note in Correction.objects.all()] == [own]


def test_a_post_with_notes_can_be_deleted_and_its_notes_go_with_it(admin_client):
    post = make_post()
    Correction.objects.create(post=post, text="直しました。")
    admin_client.post(f"/admin/blog/post/{post.pk}/delete/", {"post": "yes"})
    assert not Post.objects.exists()


def test_the_list_costs_the_same_for_one_note_and_for_nine(
    admin_client, django_assert_num_queries, django_assert_max_num_queries
):
    Correction.objects.create(post=make_post(), text="直しました。")
    admin_client.get(LIST)
    with django_assert_max_num_queries(12) as one:
        admin_client.get(LIST)
    queries = len(one)
    for _ in range(8):
        Correction.objects.create(post=make_post(), text="直しました。")
    with django_assert_num_queries(queries):
        admin_client.get(LIST)
