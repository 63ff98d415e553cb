"""Every way of saving makes one version, and nothing is ever lost."""

import pytest
from django.core.management import call_command
from django.utils import timezone
from reversion.models import Revision, Version

from blog.history.recording import record, recording, versions_of
from blog.history.snapshots import stored
from blog.models import Page, Post, RelatedPost
from tests.admin_pages import confirmations, post_page, save_form, staff_with
from tests.factories import (
    make_category,
    make_draft,
    make_image,
    make_page,
    make_post,
    make_superuser,
    make_tag,
)
from tests.jekyll_site import write_article

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
LIST = "/admin/blog/post/"


def comments(row) -> list[str]:
    return [version.revision.comment for version in reversed(versions_of(type(row), row.pk))]


def fields(version) -> dict:
    return stored(version)["fields"]


def act(browser, name, *posts, **more):
    """Run an action of the list and say yes to the page that asks."""
    data = {"action": name, "_selected_action": [post.pk for post in posts], "index": "0", **more}
    asking = browser.post(LIST, data, follow=True)
    return browser.post(LIST, data | {"apply": "1"} | confirmations(asking))


def test_a_new_post_has_one_version_with_its_author(admin_client, admin_user):
    save_form(admin_client, f"{LIST}add/", title="速報", body="本文", tags="速報, AI")
    (version,) = versions_of(Post, Post.objects.get().pk)
    assert version.revision.user == admin_user
    assert fields(version)["body"] == "本文"
    assert [name for _key, name in stored(version)["tags"]] == ["速報", "AI"]


def test_each_save_that_changes_something_is_one_version(admin_client):
    post = make_draft()
    save_form(admin_client, post_page(post), body="二番目")
    save_form(admin_client, post_page(post), body="三番目")
    assert [fields(v)["body"] for v in versions_of(Post, post.pk)][:2] == ["三番目", "二番目"]
    assert comments(post) == ["elsewhere", "", ""]
    assert Revision.objects.count() == 3


def test_saving_without_a_change_makes_no_version(admin_client):
    post = make_draft(tags=["AI", "投資"])
    save_form(admin_client, post_page(post), body="変えた")
    for _again in range(3):
        save_form(admin_client, post_page(post))
    assert versions_of(Post, post.pk).count() == 2


@pytest.mark.parametrize(
    "change",
    [
        {"tags": "AI, 規制"},
        {"tags": "投資, AI"},
        {"title": "別の見出し"},
        {"excerpt": "別の抜粋"},
        {"noindex": "on"},
        {"canonical_url": "https://example.jp/"},
    ],
    ids=str,
)
def test_whatever_field_was_changed_alone_makes_a_version(admin_client, change):
    post = make_draft(tags=["AI", "投資"])
    save_form(admin_client, post_page(post), **change)
    assert versions_of(Post, post.pk).count() == 2


def test_a_change_of_the_related_posts_alone_makes_a_version(admin_client):
    post, other = make_draft(), make_post("関連する記事")
    RelatedPost.objects.create(post=post, target=make_post())
    save_form(admin_client, post_page(post), **{"related_entries-0-target": other.pk})
    newest = stored(versions_of(Post, post.pk).first())
    assert [entry["title"] for entry in newest["related"]] == ["関連する記事"]


def test_a_refused_form_makes_no_version(admin_client):
    post = make_draft()
    save_form(admin_client, post_page(post), title="")
    assert not Version.objects.exists()


@pytest.mark.parametrize("button", ["_publish", "_continue", "_save"])
def test_every_button_makes_one_version(admin_client, button):
    post = make_draft()
    save_form(admin_client, post_page(post), button=button, body="変えた")
    assert versions_of(Post, post.pk).count() == 2


def test_publishing_and_withdrawing_are_versions(admin_client):
    post = make_draft()
    save_form(admin_client, post_page(post), button="_publish")
    save_form(admin_client, post_page(post), button="_withdraw")
    statuses = [fields(version)["status"] for version in versions_of(Post, post.pk)]
    assert statuses == ["withdrawn", "published", "draft"]


def test_an_action_on_the_list_makes_one_version_of_each_post(admin_client, admin_user):
    drafts = [make_draft() for _ in range(3)]
    act(admin_client, "publish_now", *drafts)
    for post in drafts:
        assert [v.revision.user for v in versions_of(Post, post.pk)] == [admin_user, None]


def test_an_action_on_the_whole_list_makes_versions_of_posts_on_other_pages_too(admin_client, monkeypatch):
    monkeypatch.setattr("blog.admin.posts.PostAdmin.list_per_page", 2)
    drafts = [make_draft() for _ in range(5)]
    act(admin_client, "publish_now", *drafts[:2], select_across="1")
    assert all(Post.objects.get(pk=post.pk).is_public for post in drafts)
    assert all(versions_of(Post, post.pk).count() == 2 for post in drafts)


def test_an_action_makes_no_version_of_what_it_refused(admin_client):
    post = make_post()
    act(admin_client, "publish_now", post)
    assert not Version.objects.exists()


def test_an_action_costs_the_same_reads_for_one_post_and_for_nine(
    admin_client, django_assert_num_queries, django_assert_max_num_queries
):
    posts = [make_post(tags=[f"タグ{number}"]) for number in range(9)]
    admin_client.get(LIST)
    with django_assert_max_num_queries(60) as one:
        act(admin_client, "publish_now", posts[0])  # refused: nothing is written
    with django_assert_num_queries(len(one)):
        act(admin_client, "publish_now", *posts)


def test_the_state_before_the_first_edit_is_kept_as_imported(admin_client, tmp_path):
    write_article(tmp_path, tags=["AI"], body="元の本文")
    call_command("import_posts", tmp_path)
    assert not Version.objects.exists()
    post = Post.objects.get()
    save_form(admin_client, post_page(post), body="書き直した", tags="規制")
    assert comments(post) == ["imported", ""]
    first = versions_of(Post, post.pk).last()
    assert fields(first)["body"] == "元の本文"
    assert [name for _key, name in stored(first)["tags"]] == ["AI"]
    assert first.revision.user is None
    assert first.revision.date_created == post.updated_at


def test_what_a_forced_import_overwrites_is_kept_and_so_is_what_it_brought(admin_client, tmp_path):
    write_article(tmp_path, body="一")
    call_command("import_posts", tmp_path)
    post = Post.objects.get()
    save_form(admin_client, post_page(post), body="二、デスクで")
    write_article(tmp_path, body="三、取り込み")
    call_command("import_posts", tmp_path, force=True)
    save_form(admin_client, post_page(post), body="四")
    assert [fields(v)["body"] for v in versions_of(Post, post.pk)] == [
        "四",
        "三、取り込み",
        "二、デスクで",
        "一",
    ]
    assert comments(post) == ["imported", "", "imported", ""]


def test_a_tag_or_category_that_is_renamed_makes_no_version(admin_client):
    category, tag = make_category("旧分類"), make_tag("旧タグ")
    post = make_draft(category=category, tags=[tag])
    save_form(admin_client, post_page(post), body="変えた")
    category.name, tag.name = "新分類", "新タグ"
    category.save(), tag.save()
    save_form(admin_client, post_page(post))
    assert versions_of(Post, post.pk).count() == 2


def test_deleting_keeps_the_last_state_and_who_did_it(admin_client, admin_user):
    post = make_draft("消す記事", tags=["AI"])
    admin_client.post(f"{LIST}{post.pk}/delete/", {"post": "yes"})
    (version,) = versions_of(Post, post.pk)
    assert (version.revision.comment, version.revision.user) == ("deleted", admin_user)
    assert [name for _key, name in stored(version)["tags"]] == ["AI"]


def test_deleting_several_from_the_list_keeps_each(admin_client):
    posts = [make_draft() for _ in range(3)]
    act(admin_client, "delete_selected", *posts, post="yes")
    assert not Post.objects.exists()
    assert Version.objects.count() == 3
    assert set(Revision.objects.values_list("comment", flat=True)) == {"deleted"}


def test_who_may_not_delete_leaves_no_trace_of_a_deletion(client):
    post = make_draft()
    client.force_login(staff_with("view_post", "change_post"))
    client.post(f"{LIST}{post.pk}/delete/", {"post": "yes"})
    act(client, "delete_selected", post, post="yes")
    assert Post.objects.exists()
    assert not Version.objects.exists()


def test_pages_have_versions_too(admin_client):
    page = make_page(body="旧")
    save_form(admin_client, f"/admin/blog/page/{page.pk}/change/", body="新")
    assert [fields(version)["body"] for version in versions_of(Page, page.pk)] == ["新", "旧"]


def test_what_is_computed_is_not_kept():
    post = make_post(body="# 見出し\n\n" + "本文。" * 4000)
    record(post, None)
    (version,) = versions_of(Post, post.pk)
    assert not {"body_html", "toc", "reading_minutes", "updated_at"} & set(fields(version))
    assert len(version.serialized_data.encode()) < len(post.body.encode()) + 2000


def test_a_moment_is_kept_to_the_microsecond():
    post = make_post(published_at=timezone.now().replace(microsecond=123456))
    record(post, None)
    assert fields(versions_of(Post, post.pk).first())["published_at"].endswith(".123456+00:00")


def test_a_failure_in_the_block_leaves_neither_change_nor_version():
    post, user = make_draft(body="旧"), make_superuser()
    with pytest.raises(RuntimeError), recording(user, Post, [post.pk]):
        post.body = "新"
        post.save()
        raise RuntimeError
    assert Post.objects.get().body == "旧"
    assert not Version.objects.exists()


def test_recording_costs_the_same_for_one_post_and_for_nine(
    django_assert_num_queries, django_assert_max_num_queries
):
    user, posts = make_superuser(), []
    for number in range(9):
        post = make_post(tags=["AI", f"{number}"], cover=make_image())
        RelatedPost.objects.create(post=post, target=make_post())
        posts.append(post)
    with django_assert_max_num_queries(14) as one, recording(user, Post, [posts[0].pk]):
        pass
    with django_assert_num_queries(len(one)), recording(user, Post, [post.pk for post in posts]):
        pass
