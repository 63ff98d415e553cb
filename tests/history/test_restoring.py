"""An old version comes back as the newest one."""

import json

import pytest
from django.utils import timezone

from blog.history.recording import recording, versions_of
from blog.history.snapshots import stored
from blog.models import Page, Post, RelatedPost, Tag
from tests.admin_pages import form_fields, staff_with, texts
from tests.factories import (
    hours_ago,
    make_author,
    make_category,
    make_draft,
    make_image,
    make_page,
    make_post,
    make_scheduled,
    make_superuser,
    tokyo,
)
from tests.history.test_pages import edit, history, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


@pytest.fixture
def user():
    return make_superuser("hanako")


def restore_address(post, version=None) -> str:
    version = version or versions_of(type(post), post.pk).last()
    return f"/admin/blog/{post._meta.model_name}/{post.pk}/history/{version.pk}/restore/"


def restore(browser, post, version=None, **changes):
    """Open the page that asks, and confirm."""
    address = restore_address(post, version)
    seen = browser.get(address).context["seen"]
    return browser.post(address, {"seen": seen, **changes}, follow=True)


def change_version(version, change) -> None:
    """Let the version be as an older program wrote it."""
    data = json.loads(version.serialized_data)
    change(data[0])
    version.serialized_data = json.dumps(data)
    version.save()


def test_everything_of_the_article_comes_back_as_a_new_version(admin_client, admin_user, user):
    related, pillar, cover = make_post("関連"), make_post("柱"), make_image()
    post = make_draft(
        "旧見出し",
        body="旧本文",
        tags=["旧", "AI"],
        cover=cover,
        category=make_category("旧分類"),
        author=make_author("旧人"),
        pillar=pillar,
        noindex=True,
    )
    RelatedPost.objects.create(post=post, target=related, position=3)
    with recording(user, Post, [post.pk]):
        post.related_entries.all().delete()
        post.title, post.body, post.cover, post.pillar, post.noindex = "新", "新", None, None, False
        post.category, post.author = make_category("新分類"), None
        post.save()
        post.tags.set(["新"])
    restore(admin_client, post)
    post = Post.objects.get(pk=post.pk)
    assert (post.title, post.body, post.noindex) == ("旧見出し", "旧本文", True)
    assert "旧本文" in post.body_html
    assert (post.cover, post.pillar) == (cover, pillar)
    assert (post.category.name, post.author.name) == ("旧分類", "旧人")
    assert [tag.name for tag in post.tags.order_by("tagged_posts__pk")] == ["旧", "AI"]
    assert [(e.target, e.position) for e in post.related_entries.all()] == [(related, 3)]
    newest = versions_of(Post, post.pk).first()
    assert newest.revision.user == admin_user
    old = versions_of(Post, post.pk).last().revision.date_created
    assert newest.revision.comment == f"restored {old.isoformat()}"
    assert "の版を復元" in text(admin_client.get(history(post)))
    assert versions_of(Post, post.pk).count() == 3


def test_the_page_says_first_what_will_change_and_asking_changes_nothing(admin_client, user):
    post = make_draft(body="旧い文章です。", excerpt="同じ")
    edit(post, user, body="新しい文章です。")
    response = admin_client.get(restore_address(post))
    assert [item["change"].name for item in response.context["changes"]] == ["body"]
    assert Post.objects.get().body == "新しい文章です。"
    assert versions_of(Post, post.pk).count() == 2


def test_restoring_what_stands_there_already_is_not_offered(admin_client, user):
    post = make_draft(body="旧")
    edit(post, user, body="新")
    response = admin_client.get(restore_address(post, versions_of(Post, post.pk).first()))
    assert "何も変わりません" in text(response)
    assert "csrfmiddlewaretoken" not in text(response)


@pytest.mark.parametrize("make", [make_draft, make_post, make_scheduled])
def test_the_state_and_its_dates_stay(admin_client, user, make):
    post = make(body="旧")
    before = (post.status, post.published_at)
    with recording(user, Post, [post.pk]):
        Post.objects.filter(pk=post.pk).update(body="新")
    version = versions_of(Post, post.pk).last()
    change_version(version, lambda held: held["fields"].update(status="in_review", published_at=None))
    restore(admin_client, post, version)
    post = Post.objects.get()
    assert post.body == "旧"
    assert (post.status, post.published_at) == before


def test_a_draft_once_never_makes_a_public_post_a_draft_again(admin_client, user):
    post = make_draft(body="下書きの頃")
    edit(post, user, status="published", published_at=hours_ago(1), body="公開")
    restore(admin_client, post)
    post = Post.objects.get()
    assert post.is_public
    assert post.body == "下書きの頃"


def test_a_public_text_is_restored_only_by_who_may_publish(client, user):
    post = make_post(body="旧")
    edit(post, user, body="新")
    address = restore_address(post)
    seen = Post.objects.get().updated_at.isoformat()
    client.force_login(staff_with("view_post", "change_post"))
    assert client.get(address).status_code == 403
    assert client.post(address, {"seen": seen}).status_code == 403
    assert Post.objects.get().body == "新"
    client.force_login(staff_with("view_post", "change_post", "publish_post"))
    client.post(address, {"seen": seen})
    assert Post.objects.get().body == "旧"


def test_a_writer_restores_a_draft(client, user):
    post = make_draft(body="旧")
    edit(post, user, body="新")
    client.force_login(staff_with("view_post", "change_post", "edit_any_post"))
    restore(client, post)
    assert Post.objects.get().body == "旧"


def test_restoring_a_public_post_moves_the_date_of_the_update_only_when_asked(admin_client, user):
    post = make_post(body="旧", published_at=hours_ago(48))
    edit(post, user, body="新")
    restore(admin_client, post)
    assert Post.objects.get().last_modified_at is None
    edit(Post.objects.get(), user, body="また新")
    restore(admin_client, post, editorial_change="on")
    assert timezone.now() - Post.objects.get().last_modified_at < timezone.timedelta(minutes=1)


def test_an_old_slug_brings_back_the_old_address_and_the_newer_one_redirects(admin_client, client, user):
    post = make_post(slug="old", published_at=tokyo(2025, 10, 21, 9))
    edit(post, user, slug="new")
    restore(admin_client, post)
    assert Post.objects.get().slug == "old"
    assert client.get("/2025/10/21/new/")["Location"] == "/2025/10/21/old/"


def test_a_slug_that_another_post_took_is_a_clear_error_and_nothing_changes(admin_client, user):
    post = make_post(slug="same", body="旧", published_at=tokyo(2025, 10, 21, 9))
    edit(post, user, slug="other", body="新")
    make_post(slug="same", published_at=tokyo(2025, 10, 21, 10))
    response = restore(admin_client, post)
    assert response.status_code == 200
    assert "同じ日の別の記事がこのスラッグを使っています" in text(response) or response.context["problems"]
    post = Post.objects.get(pk=post.pk)
    assert (post.slug, post.body) == ("other", "新")
    assert versions_of(Post, post.pk).count() == 2


def test_a_change_between_looking_and_confirming_is_noticed(admin_client, user):
    post = make_draft(body="旧")
    edit(post, user, body="新")
    address = restore_address(post)
    seen = admin_client.get(address).context["seen"]
    edit(post, user, body="もっと新しい")
    response = admin_client.post(address, {"seen": seen})
    assert "新しい版が保存されました" in text(response)
    assert Post.objects.get().body == "もっと新しい"
    assert response.context["seen"] != seen


@pytest.mark.parametrize("seen", ["", "x", "2025-99-99", "あ" * 1000])
def test_a_forged_confirmation_changes_nothing(admin_client, user, seen):
    post = make_draft(body="旧")
    edit(post, user, body="新")
    assert admin_client.post(restore_address(post), {"seen": seen}).status_code == 200
    assert Post.objects.get().body == "新"


def test_a_get_never_restores(admin_client, user):
    post = make_draft(body="旧")
    edit(post, user, body="新")
    admin_client.get(restore_address(post), {"seen": Post.objects.get().updated_at.isoformat()})
    assert Post.objects.get().body == "新"


# Versions of another time


def test_a_field_that_is_no_more_is_named_and_the_rest_comes_back(admin_client, user):
    post = make_draft(body="旧")
    edit(post, user, body="新")
    version = versions_of(Post, post.pk).last()
    change_version(version, lambda held: held["fields"].update(mood="うれしい"))
    assert "mood" in text(admin_client.get(restore_address(post, version)))
    response = restore(admin_client, post, version)
    assert Post.objects.get().body == "旧"
    assert any("うれしい" in message for message in texts(response, "messagelist"))


def test_a_field_that_did_not_exist_then_stays_as_it_is_and_is_named(admin_client, user):
    post = make_draft(body="旧", excerpt="旧抜粋")
    edit(post, user, body="新", excerpt="新抜粋")
    version = versions_of(Post, post.pk).last()
    change_version(version, lambda held: held["fields"].pop("excerpt"))
    response = restore(admin_client, post, version)
    post = Post.objects.get()
    assert (post.body, post.excerpt) == ("旧", "新抜粋")
    assert any("抜粋" in message for message in texts(response, "messagelist"))


@pytest.mark.parametrize("part", ["tags", "related", "redirects", "corrections", "names"])
def test_a_version_from_before_a_part_was_kept_leaves_no_error(admin_client, user, part):
    post = make_draft(body="旧", tags=["AI"])
    edit(post, user, body="新")
    version = versions_of(Post, post.pk).last()
    change_version(version, lambda held: held.pop(part))
    assert admin_client.get(history(post)).status_code == 200
    assert restore(admin_client, post, version).status_code == 200
    assert Post.objects.get().body == "旧"
    assert [tag.name for tag in Post.objects.get().tags.all()] == ["AI"]


def test_a_value_that_is_impossible_now_is_named_and_stays(admin_client, user):
    post = make_draft(body="旧", given_reading_minutes=3)
    edit(post, user, body="新")
    version = versions_of(Post, post.pk).last()
    change_version(version, lambda held: held["fields"].update(given_reading_minutes="三分"))
    response = restore(admin_client, post, version)
    assert Post.objects.get().given_reading_minutes == 3
    assert any("三分" in message for message in texts(response, "messagelist"))


def test_what_was_deleted_since_is_named_and_the_rest_comes_back(admin_client, user, media_root):
    category, author, cover = make_category("消えた分類"), make_author("消えた人"), make_image(alt="消えた図")
    related, pillar = make_post("消えた関連"), make_post("消えた柱")
    post = make_draft(
        body="旧", category=category, author=author, cover=cover, pillar=pillar, tags=["消えたタグ"]
    )
    RelatedPost.objects.create(post=post, target=related)
    with recording(user, Post, [post.pk]):
        post.body, post.category, post.author, post.cover, post.pillar = "新", None, None, None, None
        post.save()
        post.tags.set([])
        post.related_entries.all().delete()
    for row in (category, author, cover, related, pillar):
        row.delete()
    Tag.objects.all().delete()
    response = restore(admin_client, post)
    assert response.status_code == 200
    messages = " ".join(texts(response, "messagelist"))
    for name in ("消えた分類", "消えた人", "消えた図", "消えた関連", "消えた柱"):
        assert name in messages
    post = Post.objects.get()
    assert post.body == "旧"
    assert [tag.name for tag in post.tags.all()] == ["消えたタグ"]


def test_a_page_is_restored_and_stays_published(admin_client, user):
    page = make_page(body="旧")
    with recording(user, Page, [page.pk]):
        page.body = "新"
        page.save()
    restore(admin_client, page)
    page = Page.objects.get()
    assert (page.body, page.is_published) == ("旧", True)
    assert stored(versions_of(Page, page.pk).first())["fields"]["body"] == "旧"


def test_the_confirmation_has_a_form_that_works_without_a_script(admin_client, user):
    post = make_draft(body="旧")
    edit(post, user, body="新")
    address = restore_address(post)
    fields = form_fields(admin_client.get(address))
    admin_client.post(address, fields)
    assert Post.objects.get().body == "旧"
