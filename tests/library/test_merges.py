"""Merging categories, authors and tags, and splitting them again."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from blog.audit import AuditEntry
from blog.models import Author, Category, Merge, Post, Tag, TaggedPost, Task
from tests.admin_pages import staff_with, texts
from tests.factories import (
    hours_ago,
    make_author,
    make_category,
    make_draft,
    make_post,
    make_staff,
    make_superuser,
    make_tag,
)

pytestmark = pytest.mark.django_db
KINDS = [("category", Category, make_category), ("author", Author, make_author), ("tag", Tag, make_tag)]
each_kind = pytest.mark.parametrize(("kind", "model", "make"), KINDS, ids=[kind[0] for kind in KINDS])
PLACES = {"category": "category", "author": "authors", "tag": "tags"}


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def post_with(kind: str, *names: str, make=make_post) -> Post:
    return make(tags=names) if kind == "tag" else make(**{kind: names[0]})


def names_of(kind: str, post: Post) -> list[str]:
    post = Post.objects.get(pk=post.pk)
    return [tag.name for tag in post.tags.all()] if kind == "tag" else [getattr(post, kind).name]


def tags_of(post: Post) -> list[str]:
    return names_of("tag", post)


def merge(source, target, user=None) -> Merge:
    return Merge.objects.merge(source, target, user)


def refusal(act) -> str:
    with pytest.raises(ValidationError) as error:
        act()
    return " ".join(error.value.messages)


def merge_page(row) -> str:
    return f"/admin/blog/{row._meta.model_name}/{row.pk}/merge/"


# Merging


@each_kind
def test_all_posts_names_and_addresses_of_both_lead_to_the_target(client, kind, model, make):
    source, target = make("生成AI", slug="genai"), make("AI", slug="ai")
    source.set_aliases(["ジェネレーティブAI"])
    target.set_aliases(["人工知能"])
    source.slug = "generative-ai"
    source.save()
    posts = [post_with(kind, "生成AI"), post_with(kind, "生成AI", make=make_draft), post_with(kind, "AI")]
    merge(source, target)
    assert [names_of(kind, post) for post in posts] == [["AI"]] * 3
    assert model.objects.for_names(["生成AI", "ジェネレーティブai", "人工知能"]) == [target]
    for old in ("genai", "generative-ai"):
        for rest in ("", "feed.xml"):
            response = client.get(f"/{PLACES[kind]}/{old}/{rest}")
            assert (response.status_code, response.headers["Location"]) == (301, f"/{PLACES[kind]}/ai/{rest}")
    assert not model.objects.filter(pk=source.pk).exists()


def test_a_post_that_has_both_tags_has_the_target_once_and_keeps_its_order():
    both = make_post(tags=["投資", "生成AI", "規制", "AI"])
    one = make_post(tags=["投資", "生成AI", "規制"])
    merge(make_tag("生成AI"), make_tag("AI"))
    assert tags_of(both) == ["投資", "規制", "AI"]
    assert tags_of(one) == ["投資", "AI", "規制"]


def test_the_old_category_feed_leads_to_the_target_without_a_stop(client):
    merge(make_category("技術", slug="tech"), make_category("科学", slug="science"))
    assert client.get("/feeds/tech.xml").headers["Location"] == "/category/science/feed.xml"


def test_merging_is_no_edit_of_the_posts():
    post = make_post(tags=["生成AI"], category="技術")
    before = Post.objects.values("updated_at", "last_modified_at").get(pk=post.pk)
    merge(make_tag("生成AI"), make_tag("AI"))
    merge(make_category("技術"), make_category("科学"))
    assert Post.objects.values("updated_at", "last_modified_at").get(pk=post.pk) == before


@each_kind
def test_a_merge_costs_as_many_queries_for_thirty_posts_as_for_three(kind, model, make):
    def cost(name: str, posts: int) -> int:
        for _ in range(posts):
            post_with(kind, name)
        with CaptureQueriesContext(connection) as captured:
            merge(make(name), make("目標")).undo(None)
        return len(captured)

    make("目標")
    assert cost("少", 3) == cost("多", 30)


@each_kind
def test_nothing_is_merged_into_itself_or_into_what_is_gone(kind, model, make):
    source, gone = make("生成AI"), make("AI")
    post = post_with(kind, "生成AI")
    assert "another one" in refusal(lambda: merge(source, source))
    model.objects.filter(pk=gone.pk).delete()
    assert "gone" in refusal(lambda: merge(source, gone))
    assert names_of(kind, post) == ["生成AI"]


def test_the_account_of_a_merged_author_goes_to_the_target_and_back():
    user = make_staff("writer")
    source, target = make_author("山田", user=user), make_author("山田太郎")
    done = merge(source, target)
    assert Author.objects.get().user == user
    done.undo(None)
    assert Author.objects.get(name="山田").user == user
    assert Author.objects.get(name="山田太郎").user is None


def test_the_target_keeps_its_own_account():
    writer, editor = make_staff("writer"), make_staff("editor")
    source, target = make_author("山田", user=writer), make_author("山田太郎", user=editor)
    done = merge(source, target)
    assert Author.objects.get().user == editor
    done.undo(None)
    assert Author.objects.get(name="山田").user == writer


# Undoing


@each_kind
def test_a_merge_is_undone_with_posts_names_and_addresses(client, kind, model, make):
    source, target = make("生成AI", slug="genai"), make("AI", slug="ai")
    source.set_aliases(["ジェネレーティブAI"])
    theirs, ours = post_with(kind, "生成AI"), post_with(kind, "AI")
    assert merge(source, target).undo(None) == 0
    again = model.objects.get(name="生成AI")
    assert (again.pk, again.slug, [str(alias) for alias in again.aliases()]) == (
        source.pk,
        "genai",
        ["ジェネレーティブAI"],
    )
    assert (names_of(kind, theirs), names_of(kind, ours)) == (["生成AI"], ["AI"])
    assert client.get(f"/{PLACES[kind]}/genai/").status_code == 200
    assert list(target.aliases()) == []


def test_all_fields_of_a_category_come_back():
    source = make_category("技術", description="半導体から言語モデルまで", position=3)
    merge(source, make_category("科学")).undo(None)
    again = Category.objects.get(name="技術")
    assert (again.description, again.position) == ("半導体から言語モデルまで", 3)


def test_undoing_restores_the_tags_of_posts_that_had_both_in_their_order():
    orders = [["投資", "生成AI", "規制", "AI"], ["AI", "生成AI"], ["生成AI", "規制"]]
    posts = [make_post(tags=order) for order in orders]
    assert merge(make_tag("生成AI"), make_tag("AI")).undo(None) == 0
    assert [tags_of(post) for post in posts] == orders


def test_what_somebody_decided_since_the_merge_stays():
    both, moved, deleted, new = (
        make_post(tags=["生成AI", "AI"]),
        make_post(tags=["生成AI"]),
        make_post(tags=["生成AI"]),
        make_post(tags=["規制"]),
    )
    done = merge(make_tag("生成AI"), make_tag("AI"))
    both.tags.set(["規制"])
    moved.tags.set(["投資"])
    deleted.delete()
    new.tags.set(["生成AI"])  # by its alias: the target
    assert done.undo(None) == 3
    assert [tags_of(post) for post in (both, moved, new)] == [["規制"], ["投資"], ["AI"]]


def test_a_post_that_was_saved_anew_with_the_same_tags_goes_back():
    post = make_post(tags=["生成AI", "規制"])
    done = merge(make_tag("生成AI"), make_tag("AI"))
    post.tags.set(["規制", "AI"])
    assert done.undo(None) == 0
    assert tags_of(post) == ["規制", "生成AI"]


@each_kind
def test_a_merge_is_undone_once(kind, model, make):
    done = merge(make("生成AI"), make("AI"))
    done.undo(None)
    assert "already" in refusal(lambda: done.undo(None))
    assert model.objects.filter(name="生成AI").count() == 1


@each_kind
def test_merges_of_merges_are_undone_from_the_last_one(kind, model, make):
    post = post_with(kind, "一")
    first = merge(make("一"), make("二"))
    second = merge(make("二"), make("三"))
    assert "undo that first" in refusal(lambda: first.undo(None))
    second.undo(None)
    assert names_of(kind, post) == ["二"]
    first.undo(None)
    assert names_of(kind, post) == ["一"]
    assert sorted(row.name for row in model.objects.all() if row.name in "一二三") == ["一", "三", "二"]


@each_kind
def test_a_name_that_the_target_has_taken_over_is_not_taken_away_from_it(kind, model, make):
    target = make("AI")
    done = merge(make("生成AI"), target)
    target.name = "生成AI"
    target.save()
    assert "taken over" in refusal(lambda: done.undo(None))


@each_kind
def test_a_name_that_another_row_has_by_now_is_said(kind, model, make):
    target = make("AI")
    done = merge(make("生成AI"), target)
    target.set_aliases([])
    make("生成ＡＩ", slug="other")
    assert "belongs to" in refusal(lambda: done.undo(None))
    assert not Merge.objects.get().undone_at


@each_kind
def test_an_alias_removed_since_comes_back_as_the_name(kind, model, make):
    target = make("AI")
    done = merge(make("生成AI"), target)
    target.set_aliases([])
    done.undo(None)
    assert model.objects.for_names(["生成AI"])[0].name == "生成AI"


# In the admin


@each_kind
def test_the_page_says_what_will_happen_and_changes_nothing(admin_client, kind, model, make):
    source, target = make("生成AI", slug="genai"), make("AI", slug="ai")
    for name, factory in (("生成AI", make_post), ("生成AI", make_draft), ("AI", make_post)):
        post_with(kind, name, make=factory)
    if kind == "tag":
        make_post(tags=["生成AI", "AI"])
    page = admin_client.get(merge_page(source), {"target": target.pk}).content.decode()
    total, public = (3, 2) if kind == "tag" else (2, 1)
    assert f"{total} posts go over" in page
    assert f"{public} of them public" in page
    assert ("1 has both already" in page) == (kind == "tag")
    for path in ("", "feed.xml"):
        assert f"/{PLACES[kind]}/genai/{path}" in page
    assert ("/feeds/genai.xml" in page) == (kind == "category")
    assert model.objects.filter(pk=source.pk).exists()


@each_kind
def test_merging_by_the_page_is_recorded_and_undone_from_the_list(
    admin_client, admin_user, kind, model, make
):
    source, target = make("生成AI"), make("AI")
    post = post_with(kind, "生成AI")
    response = admin_client.post(merge_page(source), {"target": target.pk}, follow=True)
    assert "is part of “AI” now" in texts(response, "messagelist")[0]
    done = Merge.objects.get()
    assert (done.merged_by, done.post_count) == (admin_user, 1)
    entry = AuditEntry.objects.get(action="merged")
    assert (entry.user, entry.target, entry.details["source"]) == (admin_user, "AI", "生成AI")
    listed = admin_client.get("/admin/blog/merge/").content.decode()
    assert f"/admin/blog/merge/{done.pk}/undo/" in listed
    response = admin_client.post(f"/admin/blog/merge/{done.pk}/undo/", follow=True)
    assert "of its own again" in texts(response, "messagelist")[0]
    assert names_of(kind, post) == ["生成AI"]
    assert AuditEntry.objects.filter(action="merge_undone", target="生成AI").exists()


@each_kind
def test_an_undo_that_cannot_be_is_told(admin_client, kind, model, make):
    done = merge(make("生成AI"), make("AI"))
    model.objects.get(name="AI").delete()
    response = admin_client.post(f"/admin/blog/merge/{done.pk}/undo/", follow=True)
    assert "is no more" in texts(response, "messagelist")[0]


@each_kind
@pytest.mark.parametrize("target", ["", "0", "abc", "99999999999999999999", "itself"])
def test_a_forged_target_is_an_error_beside_the_field(admin_client, kind, model, make, target):
    source = make("生成AI")
    response = admin_client.post(merge_page(source), {"target": source.pk if target == "itself" else target})
    assert response.status_code == 200
    assert texts(response, "errorlist")
    assert not Merge.objects.exists()


@each_kind
def test_merging_and_undoing_need_their_permission(client, kind, model, make):
    source, target = make("生成AI"), make("AI")
    others = [f"merge_{other}" for other, _, _ in KINDS if other != kind]
    client.force_login(staff_with(f"change_{kind}", f"view_{kind}", f"delete_{kind}", *others))
    assert client.get(merge_page(source)).status_code == 403
    assert client.post(merge_page(source), {"target": target.pk}).status_code == 403
    assert "/merge/" not in client.get(f"/admin/blog/{kind}/{source.pk}/change/").content.decode().replace(
        "/admin/blog/merge/", ""
    )
    done = merge(source, target)
    assert client.post(f"/admin/blog/merge/{done.pk}/undo/").status_code == 403
    assert f"/admin/blog/merge/{done.pk}/undo/" not in client.get("/admin/blog/merge/").content.decode()
    assert not Merge.objects.get().undone_at


@each_kind
def test_who_may_merge_may_without_any_other_superpower(client, kind, model, make):
    source, target = make("生成AI"), make("AI")
    client.force_login(staff_with(f"merge_{kind}", f"view_{kind}"))
    assert client.post(merge_page(source), {"target": target.pk}).status_code == 302
    done = Merge.objects.get()
    assert client.post(f"/admin/blog/merge/{done.pk}/undo/").status_code == 302
    assert Merge.objects.get().undone_at


def test_an_undo_by_a_link_does_nothing(admin_client):
    done = merge(make_tag("生成AI"), make_tag("AI"))
    assert admin_client.get(f"/admin/blog/merge/{done.pk}/undo/").status_code == 405
    assert not Merge.objects.get().undone_at


def test_the_record_of_merges_is_not_edited(admin_client):
    done = merge(make_tag("生成AI"), make_tag("AI"))
    for address in ("add/", f"{done.pk}/delete/"):
        assert admin_client.get(f"/admin/blog/merge/{address}").status_code == 403


def test_thirty_merges_are_listed_with_as_many_queries_as_three(admin_client):
    user = make_superuser("merger")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            admin_client.get("/admin/blog/merge/")
        return len(captured)

    for number in range(3):
        merge(make_tag(f"少{number}"), make_tag("AI"), user)
    queries()
    few = queries()
    for number in range(27):
        merge(make_tag(f"多{number}"), make_tag("AI"), user)
    assert queries() == few


def test_taggings_are_never_doubled():
    for _ in range(3):
        make_post(tags=["生成AI", "AI"])
    merge(make_tag("生成AI"), make_tag("AI"))
    assert TaggedPost.objects.count() == 3


def test_hubs_hear_of_the_feed_that_has_other_posts_after_a_merge_and_after_its_undoing():
    make_post(tags=["甲"], published_at=hours_ago(1))
    _older, newest = (make_post(tags=["乙"], published_at=hours_ago(hours)) for hours in (3, 2))
    make_draft(tags=["乙"])
    source, target = make_tag("乙"), make_tag("甲")
    Task.objects.all().delete()
    merge = Merge.objects.merge(source, target, make_superuser())
    assert Task.objects.get(kind="announce").payload["post"] == newest.pk
    Task.objects.all().delete()
    merge.undo(make_superuser("deputy"))
    assert Task.objects.get(kind="announce").payload["post"] == newest.pk
