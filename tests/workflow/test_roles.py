"""Who can take which step, by every way there is: the form's button, the list's action, a crafted request."""

import pytest
from django.contrib.auth.models import Group, Permission

from blog.models import Post
from blog.workflow.roles import EDITOR, PUBLISHER, WRITER
from blog.workflow.steps import STEPS
from tests.admin_pages import confirmations, form_fields, post_page, save_form, texts
from tests.factories import (
    make_author,
    make_draft,
    make_expired,
    make_post,
    make_scheduled,
    make_superuser,
    make_withdrawn,
)
from tests.workflow.people import member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
LIST = "/admin/blog/post/"


def make_reviewed(**fields):
    return make_draft(**{"status": "in_review"} | fields)


MAKERS = {
    "draft": make_draft,
    "in_review": make_reviewed,
    "scheduled": make_scheduled,
    "public": make_post,
    "expired": make_expired,
    "withdrawn": make_withdrawn,
}
# step → the state it is tried from, the button of the form, the action of the list, what it makes of the post
WAYS = {
    "submit": ("draft", "_submit", "submit_posts", "in_review"),
    "return": ("in_review", "_return", "return_posts", "draft"),
    "publish": ("draft", "_publish", "publish_now", "published"),
    "schedule": ("draft", "_publish", "schedule", "published"),
    "unschedule": ("scheduled", "_unschedule", None, "draft"),
    "withdraw": ("public", "_withdraw", "withdraw", "withdrawn"),
    "reopen": ("withdrawn", "_reopen", None, "draft"),
}
MAY = {
    "writer of the post": {"submit"},
    "another writer": set(),
    "editor": {"submit", "return"},
    "publisher": set(WAYS),
    "superuser": set(WAYS),
}
TOMORROW = "2099-01-05T09:00"


def someone(who: str, post: Post):
    if who == "superuser":
        return make_superuser()
    user = member({"editor": EDITOR, "publisher": PUBLISHER}.get(who, WRITER))
    if who == "writer of the post":
        Post.objects.filter(pk=post.pk).update(created_by=user)
    return user


def by_the_button(client, post, step):
    """As a browser does it; the page of who may not edit the post has no form to send."""
    changes = {"note": "直してください。"} | ({"published_at": TOMORROW} if step == "schedule" else {})
    save_form(client, post_page(post), button=WAYS[step][1], **changes)


def by_the_action(client, post, step):
    if WAYS[step][2] is None:
        pytest.skip("no such action")
    data = {"action": WAYS[step][2], "_selected_action": [post.pk], "index": "0"}
    asking = client.post(LIST, data, follow=True)
    moment = {f"post-{post.pk}-at": TOMORROW} if step == "schedule" else {}
    answer = {"apply": "1", "note": "直してください。"} | confirmations(asking) | moment
    client.post(LIST, data | answer, follow=True)


def by_a_crafted_request(client, post, step):
    """Every field there could be, to every address that changes a post."""
    fields = {
        "title": "変えた", "slug": "kaeta", "body": "本文", "excerpt": "抜粋", "tags": "",
        "status": WAYS[step][3], "state": WAYS[step][3], "note": "直してください。",
        "published_at": TOMORROW if step == "schedule" else "2020-01-01T00:00",
        "related_entries-TOTAL_FORMS": "0", "related_entries-INITIAL_FORMS": "0", WAYS[step][1]: "1",
    }  # fmt: skip
    page = client.post(post_page(post), fields)
    client.post(post_page(post), fields | confirmations(page))
    client.post(f"/admin/blog/post/{post.pk}/step/", {"step": step, "note": "直してください。"})
    bulk = {f"form-0-{name}": value for name, value in fields.items()}
    client.post(
        LIST, bulk | {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-id": post.pk, "_save": "1"}
    )


@pytest.mark.parametrize("way", [by_the_button, by_the_action, by_a_crafted_request])
@pytest.mark.parametrize("step", WAYS)
@pytest.mark.parametrize("who", MAY)
def test_a_step_is_taken_by_those_who_may_and_by_nobody_else(client, who, step, way):
    state, _button, _action, after = WAYS[step]
    post = MAKERS[state]()
    user = someone(who, post)
    client.force_login(user)
    before = Post.objects.values("status", "published_at").get(pk=post.pk)
    way(client, post, step)
    now = Post.objects.values("status", "published_at").get(pk=post.pk)
    if step in MAY[who]:
        assert now["status"] == after
        assert list(post.transitions.values_list("name", "username")) == [(step, user.get_username())]
    else:
        assert now == before
        assert not post.transitions.exists()


@pytest.mark.parametrize("state", MAKERS)
@pytest.mark.parametrize("button", [f"_{name}" for name in STEPS] + ["_publish_now", "_continue"])
def test_no_request_of_a_writer_moves_what_readers_have_seen_or_will_see(client, state, button):
    post = MAKERS[state]()
    client.force_login(someone("writer of the post", post))
    fields = {
        "title": "変えた", "body": "本文", "status": "published", "note": "あ",
        "published_at": "2020-01-01T00:00", "expires_at": "2099-01-01T00:00",
        "related_entries-TOTAL_FORMS": "0", "related_entries-INITIAL_FORMS": "0", button: "1",
    }  # fmt: skip
    client.post(post_page(post), fields)
    client.post(f"/admin/blog/post/{post.pk}/step/", {"step": button.removeprefix("_"), "note": "あ"})
    client.post(f"/admin/blog/post/{post.pk}/delete/", {"post": "yes"})
    stored = Post.objects.filter(pk=post.pk).first()
    if state in {"draft", "in_review"}:
        assert stored is None or stored.status in {"draft", "in_review"}
    else:
        assert (stored.status, stored.title) == (post.status, post.title)
    assert stored is None or (stored.published_at, stored.expires_at) == (post.published_at, post.expires_at)


@pytest.mark.parametrize("linked", ["begun by", "author"])
def test_a_writers_own_posts_are_those_they_began_and_those_that_bear_their_name(client, linked):
    user = member(WRITER)
    own = {"created_by": user} if linked == "begun by" else {"author": make_author("花子", user=user)}
    draft, review, public = make_draft(**own), make_reviewed(**own), make_post(**own)
    client.force_login(user)
    save_form(client, post_page(draft), title="直した題")
    assert Post.objects.get(pk=draft.pk).title == "直した題"
    for post in (review, public):
        response = client.get(post_page(post))
        assert response.status_code == 200
        assert 'name="title"' not in response.content.decode()
        assert client.post(post_page(post), {"title": "x"}).status_code == 403


def test_a_writer_sees_of_others_what_readers_see_and_can_only_look_at_it(client):
    client.force_login(member(WRITER))
    hidden = [make("秘密の話") for make in (make_draft, make_scheduled, make_expired, make_withdrawn)]
    public = make_post("公開の話")
    titles = [post.title for post in client.get(LIST).context["cl"].result_list]
    assert titles == ["公開の話"]
    for post in hidden:
        assert client.get(post_page(post)).status_code == 302, "as if there were no such post"
        assert client.get(post.get_preview_url()).status_code == 403
        assert client.get(f"/admin/blog/post/{post.pk}/preview-links/").status_code == 404
        assert client.get(f"/admin/blog/post/{post.pk}/history/").status_code == 404
        assert client.post(f"/admin/blog/post/{post.pk}/delete/", {"post": "yes"}).status_code in {302, 403}
    assert Post.objects.count() == 5
    assert client.get(post_page(public)).status_code == 200
    assert client.post(post_page(public), {"title": "x"}).status_code == 403


def test_a_writer_finds_no_hidden_post_of_others_by_typing_into_a_choice(client):
    user = member(WRITER)
    make_draft("秘密の話"), make_post("公開の話"), make_draft("自分の話", created_by=user)
    client.force_login(user)
    for field in ("pillar", "target"):
        model = "post" if field == "pillar" else "relatedpost"
        asked = {"app_label": "blog", "model_name": model, "field_name": field, "term": "話"}
        found = client.get("/admin/autocomplete/", asked).json()["results"]
        assert {choice["text"] for choice in found} == {"公開の話", "自分の話"}


def test_a_writer_cannot_read_a_hidden_title_by_choosing_its_number(client):
    user = member(WRITER)
    secret, own = make_draft("秘密の話"), make_draft(created_by=user)
    client.force_login(user)
    response = save_form(client, post_page(own), pillar=secret.pk)
    assert "秘密の話" not in response.content.decode()
    assert Post.objects.get(pk=own.pk).pillar is None


def test_what_an_editor_chose_stays_when_a_writer_saves(client):
    user = member(WRITER)
    pillar = make_draft("編集者が選んだ柱")
    own = make_draft(created_by=user, pillar=pillar)
    client.force_login(user)
    save_form(client, post_page(own), title="直した題")
    assert Post.objects.filter(pk=own.pk, pillar=pillar, title="直した題").exists()


def test_a_writer_deletes_their_own_draft_and_nothing_else(client):
    user = member(WRITER)
    client.force_login(user)
    own, review, other = make_draft(created_by=user), make_reviewed(created_by=user), make_draft()
    for post in (own, review, other):
        client.post(f"/admin/blog/post/{post.pk}/delete/", {"post": "yes"})
    assert set(Post.objects.all()) == {review, other}


def test_a_new_post_remembers_who_began_it(client):
    user = member(WRITER)
    client.force_login(user)
    save_form(client, "/admin/blog/post/add/", title="書き始め")
    assert Post.objects.get().created_by == user


def test_a_writer_takes_a_post_back_before_it_is_reviewed(client):
    user = member(WRITER)
    post = make_reviewed(created_by=user)
    client.force_login(user)
    assert "Take back from review" in client.get(post_page(post)).content.decode()
    response = client.post(f"/admin/blog/post/{post.pk}/step/", {"step": "recall"}, follow=True)
    post.refresh_from_db()
    assert post.status == "draft"
    assert texts(response, "messagelist") == [f"Taken back from review: {post.title}"]


def test_an_editor_edits_any_post_but_not_its_dates_and_nothing_that_readers_see(client):
    client.force_login(member(EDITOR))
    for make in MAKERS.values():
        post = make()
        fields = form_fields(client.get(post_page(post)))
        assert "published_at" not in fields
        save_form(client, post_page(post), title="直した題")
        post.refresh_from_db()
        if post.status == "published":
            assert post.title != "直した題"
            assert post.working_draft.values["title"] == "直した題"
        else:
            assert post.title == "直した題"


def test_each_role_has_what_the_one_before_has():
    rights = [
        set(Group.objects.get(name=role).permissions.values_list("codename", flat=True))
        for role in (WRITER, EDITOR, PUBLISHER)
    ]
    assert rights[0] < rights[1] < rights[2]
    assert "publish_post" in rights[2] - rights[1]
    assert not {"edit_any_post", "review_post", "publish_post", "delete_image"} & rights[0]


def test_making_the_roles_again_changes_nothing():
    from importlib import import_module

    from django.apps import apps
    from django.db import connection

    def state():
        return list(Group.objects.order_by("name", "permissions").values_list("name", "permissions"))

    before, permissions = state(), Permission.objects.count()
    import_module("blog.migrations.0004_roles").make_roles(apps, connection.schema_editor())
    assert (state(), Permission.objects.count()) == (before, permissions)
