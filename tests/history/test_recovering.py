"""What was deleted comes back to the newsroom, and to nobody else."""

import pytest
from django.core.management import call_command

from blog.audit import AuditEntry
from blog.corrections.models import Correction
from blog.history.recording import versions_of
from blog.models import Page, Post, Redirect, RelatedPost, Tag
from tests.admin_pages import save_form, staff_with, texts
from tests.factories import (
    hours_ago,
    make_category,
    make_draft,
    make_image,
    make_page,
    make_post,
    make_scheduled,
    make_withdrawn,
    tokyo,
)
from tests.history.test_pages import text
from tests.jekyll_site import write_article

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
LIST = "/admin/blog/post/"
DELETED = f"{LIST}deleted/"


def delete(browser, row) -> int:
    """Delete at the desk; returns the key that the row had."""
    key, model = row.pk, row._meta.model_name
    assert browser.post(f"/admin/blog/{model}/{key}/delete/", {"post": "yes"}).status_code == 302
    return key


def recover(browser, model, key):
    version = versions_of(model, key).first()
    return browser.post(f"/admin/blog/{model._meta.model_name}/deleted/{version.pk}/", follow=True)


def test_the_page_says_what_does_not_come_back(admin_client):
    key = delete(admin_client, make_post())
    version = versions_of(Post, key).first()
    page = admin_client.get(f"{DELETED}{version.pk}/").content.decode()
    assert "反映待ちの下書きは戻りません" in page


def test_everything_comes_back_under_the_same_key_and_identity(admin_client, admin_user):
    related, cover = make_post("関連"), make_image()
    post = make_post(
        "消した記事",
        slug="gone",
        body="# 章\n\n本文",
        tags=["投資", "AI"],
        cover=cover,
        category=make_category("分類"),
        published_at=tokyo(2025, 10, 21, 9),
        front_matter="---\ntitle: 消した記事\n---\n",
    )
    RelatedPost.objects.create(post=post, target=related)
    Redirect.objects.create(post=post, old_path="/2025/10/20/older/")
    Correction.objects.create(
        post=post, text="誤りを直しました。", published_at=tokyo(2025, 10, 22), created_by=admin_user
    )
    guid = post.guid
    key = delete(admin_client, post)
    Tag.objects.all().delete()
    recover(admin_client, Post, key)
    post = Post.objects.get(pk=key)
    assert (post.title, post.slug, post.guid, post.cover) == ("消した記事", "gone", guid, cover)
    assert (post.body, post.category.name) == ("# 章\n\n本文", "分類")
    assert "章" in post.body_html
    assert post.front_matter == "---\ntitle: 消した記事\n---\n"
    assert post.published_at == tokyo(2025, 10, 21, 9)
    assert [tag.name for tag in post.tags.order_by("tagged_posts__pk")] == ["投資", "AI"]
    assert [entry.target for entry in post.related_entries.all()] == [related]
    assert [redirect.old_path for redirect in post.redirects.all()] == ["/2025/10/20/older/"]
    (note,) = post.corrections.all()
    assert (note.text, note.published_at, note.created_by) == (
        "誤りを直しました。",
        tokyo(2025, 10, 22),
        admin_user,
    )
    assert "誤り" in note.html
    comments = [version.revision.comment for version in versions_of(Post, key)]
    assert comments == ["recovered", "deleted"]


@pytest.mark.parametrize(
    ("make", "status", "answer"),
    [
        (make_post, "withdrawn", 410),
        (make_withdrawn, "withdrawn", 410),
        (make_scheduled, "draft", 404),
    ],
)
def test_nothing_becomes_public_by_coming_back(admin_client, client, make, status, answer):
    post = make()
    address = post.get_absolute_url()
    recover(admin_client, Post, delete(admin_client, post))
    post = Post.objects.get()
    assert post.status == status
    assert client.get(address).status_code == answer


@pytest.mark.parametrize("status", ["draft", "in_review"])
def test_what_was_no_post_of_readers_comes_back_as_a_draft(admin_client, status):
    recover(admin_client, Post, delete(admin_client, make_draft(status=status)))
    assert Post.objects.get().status == "draft"


def test_a_public_post_that_came_back_is_published_with_the_usual_button(admin_client):
    key = delete(admin_client, make_post())
    recover(admin_client, Post, key)
    save_form(admin_client, f"{LIST}{key}/change/", button="_publish")
    assert Post.objects.get().is_public


def test_an_address_that_another_post_took_stays_with_that_one(admin_client, client):
    day = tokyo(2025, 10, 21, 9)
    key = delete(admin_client, make_post(slug="same", published_at=day))
    other = make_post("別の記事", slug="same", published_at=day)
    response = recover(admin_client, Post, key)
    assert Post.objects.get(pk=key).slug == "same-2"
    assert any("same-2" in message for message in texts(response, "messagelist"))
    assert other.title in client.get("/2025/10/21/same/").content.decode()


def test_an_address_that_leads_to_another_post_now_stays_a_redirect(admin_client, client):
    key = delete(admin_client, make_post(slug="same", published_at=tokyo(2025, 10, 21, 9)))
    other = make_post("別の記事")
    Redirect.objects.create(post=other, old_path="/2025/10/21/same/")
    recover(admin_client, Post, key)
    assert Post.objects.get(pk=key).slug == "same-2"
    assert client.get("/2025/10/21/same/").status_code == 301


def test_an_old_address_that_was_given_away_is_named(admin_client):
    post = make_post()
    Redirect.objects.create(post=post, old_path="/2025/01/01/old/")
    key = delete(admin_client, post)
    Redirect.objects.create(post=make_post(), old_path="/2025/01/01/old/")
    response = recover(admin_client, Post, key)
    assert any("/2025/01/01/old/" in message for message in texts(response, "messagelist"))


def test_an_article_that_an_import_brought_again_is_not_doubled(admin_client, tmp_path):
    write_article(tmp_path, title="取り込んだ記事")
    call_command("import_posts", tmp_path)
    key = delete(admin_client, Post.objects.get())
    call_command("import_posts", tmp_path)
    response = recover(admin_client, Post, key)
    assert "取り込みによってすでに戻っています" in text(response)
    assert Post.objects.count() == 1


def test_a_post_that_is_there_cannot_be_recovered(admin_client):
    post = make_draft()
    save_form(admin_client, f"{LIST}{post.pk}/change/", body="変更")
    assert recover(admin_client, Post, post.pk).status_code == 404


def test_recovering_twice_is_a_404_the_second_time(admin_client):
    key = delete(admin_client, make_draft())
    version = versions_of(Post, key).first()
    assert admin_client.post(f"{DELETED}{version.pk}/").status_code == 302
    assert admin_client.post(f"{DELETED}{version.pk}/").status_code == 404


def test_the_list_names_title_moment_and_who(admin_client, admin_user):
    delete(admin_client, make_draft("消した記事"))
    page = text(admin_client.get(DELETED))
    assert "消した記事" in page
    assert admin_user.username in page


def test_the_page_shows_what_was_kept_before_anything_comes_back(admin_client):
    key = delete(admin_client, make_draft("消した記事", body="<script>本文</script>", tags=["AI"]))
    response = admin_client.get(f"{DELETED}{versions_of(Post, key).first().pk}/")
    assert "AI" in text(response)
    assert "<script>本文" not in response.content.decode()
    assert not Post.objects.exists()


def test_the_list_costs_the_same_for_one_and_for_nine(
    admin_client, django_assert_num_queries, django_assert_max_num_queries
):
    delete(admin_client, make_draft())
    admin_client.get(DELETED)
    with django_assert_max_num_queries(12) as one:
        admin_client.get(DELETED)
    queries = len(one)  # the log is emptied by the next request
    for _ in range(8):
        delete(admin_client, make_draft())
    with django_assert_num_queries(queries):
        assert len(admin_client.get(DELETED).context["versions"]) == 9


@pytest.mark.parametrize("may", [["view_post", "change_post"], ["add_post", "change_post"], ["delete_post"]])
def test_only_who_may_add_and_delete_sees_what_was_deleted(admin_client, client, may):
    key = delete(admin_client, make_draft("秘密の記事"))
    address = f"{DELETED}{versions_of(Post, key).first().pk}/"
    client.force_login(staff_with(*may))
    assert client.get(DELETED).status_code == 403
    assert client.get(address).status_code == 403
    assert client.post(address).status_code == 403
    assert not Post.objects.exists()
    assert DELETED not in client.get(LIST).content.decode()


def test_the_list_of_posts_leads_to_what_was_deleted(admin_client):
    assert f'href="{DELETED}"' in admin_client.get(LIST).content.decode()


def test_a_stranger_is_asked_to_sign_in(client):
    assert client.get(DELETED).status_code == 302


def test_a_page_comes_back_unpublished(admin_client, client):
    page = make_page("運営方針", slug="policy")
    key = delete(admin_client, page)
    recover(admin_client, Page, key)
    assert Page.objects.get(pk=key).is_published is False
    assert client.get("/policy/").status_code == 404


def test_a_page_whose_address_was_taken_says_so(admin_client):
    key = delete(admin_client, make_page(slug="policy"))
    make_page(slug="policy")
    response = recover(admin_client, Page, key)
    assert response.context["problems"]
    assert Page.objects.count() == 1


def test_old_versions_are_still_there_after_coming_back(admin_client):
    post = make_post(body="一", published_at=hours_ago(5))
    save_form(admin_client, f"{LIST}{post.pk}/change/", body="二")
    key = delete(admin_client, post)
    recover(admin_client, Post, key)
    assert versions_of(Post, key).count() == 4
    assert admin_client.get(f"{LIST}{key}/history/").status_code == 200


def test_who_brought_a_post_back_is_in_the_audit_log(admin_client, admin_user):
    post = make_post()
    key = post.pk
    delete(admin_client, post)
    recover(admin_client, Post, key)
    entry = AuditEntry.objects.get(action="restored")
    assert (entry.username, entry.target_id) == (admin_user.username, str(key))
