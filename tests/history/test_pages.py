"""The history's pages: the list, comparisons, and what they show of a change."""

import pytest
from django.utils import timezone
from reversion.models import Version

from blog.history.recording import record, recording, versions_of
from blog.models import Post, RelatedPost
from tests.admin_pages import post_page, save_form, staff_with
from tests.factories import (
    make_author,
    make_category,
    make_draft,
    make_image,
    make_page,
    make_post,
    make_superuser,
    tokyo,
)
from tests.markup import Markup

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def history(post) -> str:
    return f"/admin/blog/post/{post.pk}/history/"


def comparison(post, old=None, new="") -> str:
    versions = list(versions_of(Post, post.pk))
    return f"{history(post)}compare/?old={old or versions[-1].pk}&new={new}"


def edit(post, user, **fields):
    """Save the post as the desk does."""
    with recording(user, Post, [post.pk]):
        tags = fields.pop("tags", None)
        for name, value in fields.items():
            setattr(post, name, value)
        post.save()
        if tags is not None:
            post.tags.set(tags)


def text(response) -> str:
    return Markup(response).text("div", id="content")


@pytest.fixture
def user():
    return make_superuser("hanako", last_name="山田", first_name="花子")


def test_the_list_says_who_changed_what_and_when_in_tokyo(admin_client, user, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: tokyo(2025, 10, 21, 8, 30))
    post = make_draft(body="一段落目。", tags=["AI"])
    edit(post, user, body="一段落目。\n\n追加した。", tags=["AI", "規制"])
    page = text(admin_client.get(history(post)))
    assert "2025/10/21 08:30" in page
    assert "山田 花子" in page
    assert "本文 +5字、タグ ＋規制" in page


def test_a_change_of_state_and_category_is_told_in_words(admin_client, user):
    post = make_draft(category="旧分類")
    edit(post, user, category=make_category("新分類"), status="in_review")
    page = text(admin_client.get(history(post)))
    assert "カテゴリー: 旧分類 → 新分類" in page
    assert "ステータス: 下書き → レビュー待ち" in page


def test_a_post_that_was_never_edited_says_so(admin_client):
    page = text(admin_client.get(history(make_post())))
    assert "まだ版はありません" in page


def test_the_list_costs_the_same_for_one_version_and_for_nine(
    admin_client, user, django_assert_num_queries, django_assert_max_num_queries
):
    post = make_draft(tags=["AI"])
    edit(post, user, body="0")
    admin_client.get(history(post))
    with django_assert_max_num_queries(20) as one:
        admin_client.get(history(post))
    for number in range(1, 9):
        edit(post, user, body=str(number), tags=["AI", f"{number}"])
    with django_assert_num_queries(len(one)):
        assert admin_client.get(history(post)).context["page"].paginator.count == 10


def test_the_list_is_paged_and_the_last_of_a_page_still_says_what_changed(admin_client, user):
    post = make_draft()
    for number in range(30):
        edit(post, user, excerpt=f"抜粋{number:02}")
    first = admin_client.get(history(post)).context
    assert len(first["versions"]) == 20
    assert first["versions"][-1]["changes"].startswith("抜粋")
    second = admin_client.get(f"{history(post)}?page=2").context["versions"]
    assert len(second) == 11
    assert second[-1]["changes"] == "保存されている最初の版"
    assert admin_client.get(f"{history(post)}?page=x").status_code == 200


def test_a_comparison_marks_what_went_and_what_came_in_the_line(admin_client, user):
    post = make_draft(body="一。\n\n電力を減らす。\n\n三。")
    edit(post, user, body="一。\n\n費用を減らす。\n\n三。")
    content = admin_client.get(comparison(post)).content.decode()
    assert (
        '<del><span class="visually-hidden">［削除： </span>電力<span class="visually-hidden">］' in content
    )
    assert (
        '<ins><span class="visually-hidden">［追加： </span>費用<span class="visually-hidden">］' in content
    )
    assert "style=" not in content.split('<div id="content"')[1]


def test_a_comparison_shows_every_kind_of_field(admin_client, user):
    other = make_post("関連する記事")
    post = make_draft(
        "旧見出し", category="旧", author="旧人", tags=["AI", "旧"], cover=make_image(alt="旧図")
    )
    with recording(user, Post, [post.pk]):
        RelatedPost.objects.create(post=post, target=other)
    edit(
        post,
        user,
        title="新見出し",
        category=make_category("新"),
        author=make_author("新人"),
        cover=make_image(alt="新図"),
        tags=["AI", "新"],
        noindex=True,
        given_reading_minutes=7,
        expires_at=tokyo(2030, 1, 2, 3),
    )
    page = text(admin_client.get(comparison(post)))
    for expected in ("旧図", "新図", "旧人", "新人", "関連する記事", "2030/01/02 03:00", "7"):
        assert expected in page
    assert 'class="thumbnail"' in admin_client.get(comparison(post)).content.decode()


def test_two_versions_are_compared_in_their_order_whichever_was_named_first(admin_client, user):
    post = make_draft(excerpt="一")
    edit(post, user, excerpt="二")
    old, new = sorted(v.pk for v in versions_of(Post, post.pk))
    there = admin_client.get(comparison(post, old, new)).context
    back = admin_client.get(comparison(post, new, old)).context
    assert there["old"]["pk"] == back["old"]["pk"] == old


def test_a_hostile_text_stays_text(admin_client, user):
    post = make_draft(body="無害", title="無害")
    edit(post, user, body="<script>alert(1)</script>", title="<img src=x onerror=alert(1)>", tags=["<b>太字"])
    for address in (history(post), comparison(post)):
        content = admin_client.get(address).content.decode()
        assert "<script>alert" not in content
        assert "<img src=x" not in content
        assert "<b>" not in content


@pytest.mark.parametrize(
    "query", ["", "?old=", "?old=x", "?old=999999", "?old=1&new=zzz", "?old=" + "9" * 40]
)
def test_a_comparison_of_what_is_not_there_is_a_404(admin_client, query):
    post = make_draft()
    assert admin_client.get(f"{history(post)}compare/{query}").status_code == 404


def test_a_version_of_another_post_is_not_this_ones(admin_client, user):
    post, other = make_draft(), make_draft()
    edit(post, user, body="変更"), edit(other, user, body="変更")
    foreign = versions_of(Post, other.pk).first().pk
    assert admin_client.get(comparison(post, foreign)).status_code == 404
    assert admin_client.get(f"{history(post)}{foreign}/restore/").status_code == 404


@pytest.mark.parametrize("address", ["", "compare/?old={old}", "{old}/restore/"])
def test_a_stranger_and_who_may_not_see_posts_get_nothing(client, user, address):
    post = make_draft()
    edit(post, user, body="秘密の変更")
    path = history(post) + address.format(old=versions_of(Post, post.pk).last().pk)
    assert client.get(path).status_code == 302
    for permissions in (("view_image",), ("view_post",)):
        client.force_login(staff_with(*permissions))
        assert client.get(path).status_code in {403, 404}


def test_who_may_only_view_compares_and_cannot_restore(client, user):
    post = make_draft(body="旧")
    edit(post, user, body="新")
    client.force_login(staff_with("view_post", "review_post"))
    assert client.get(history(post)).status_code == 200
    assert client.get(comparison(post)).status_code == 200
    old = versions_of(Post, post.pk).last().pk
    assert "restore" not in client.get(history(post)).content.decode()
    assert client.post(f"{history(post)}{old}/restore/").status_code == 403


def test_a_category_that_was_deleted_is_called_by_its_name(admin_client, user):
    category = make_category("消えた分類")
    post = make_draft(category=category)
    edit(post, user, category=None)
    category.delete()
    assert "消えた分類" in text(admin_client.get(comparison(post)))


def test_a_cover_that_was_deleted_is_called_by_its_text(admin_client, user):
    image = make_image(alt="消えた図")
    post = make_draft(cover=image)
    edit(post, user, cover=None)
    image.delete()
    response = admin_client.get(comparison(post))
    assert "消えた図" in text(response)
    assert "thumbnail" not in response.content.decode()


def test_a_version_with_a_field_that_is_no_more_can_still_be_compared(admin_client, user):
    post = make_draft()
    edit(post, user, body="新")
    version = versions_of(Post, post.pk).last()
    version.serialized_data = version.serialized_data.replace('"noindex": false', '"mood": "うれしい"')
    version.save()
    page = text(admin_client.get(comparison(post)))
    assert "mood" in page and "うれしい" in page


def test_what_stands_there_unrecorded_is_told(admin_client, user):
    post = make_draft()
    edit(post, user, body="デスクで")
    Post.objects.filter(pk=post.pk).update(body="外で")
    assert "編集デスクの外で保存" in text(admin_client.get(history(post)))


def test_the_form_leads_to_the_history(admin_client):
    post = make_post()
    assert f'href="{history(post)}"' in admin_client.get(post_page(post)).content.decode()


def test_pages_have_a_history_too(admin_client):
    page = make_page(body="旧")
    save_form(admin_client, f"/admin/blog/page/{page.pk}/change/", body="新しい")
    address = f"/admin/blog/page/{page.pk}/history/"
    assert "本文 +3字 −1字" in text(admin_client.get(address))
    old = Version.objects.order_by("pk").first().pk
    assert admin_client.get(f"{address}compare/?old={old}").status_code == 200
    assert admin_client.get(f"{address}{old}/restore/").status_code == 200


def test_a_version_kept_by_hand_is_not_doubled(user):
    post = make_draft()
    record(post, user), record(post, user)
    assert versions_of(Post, post.pk).count() == 1


def test_the_link_to_the_history_is_there_for_those_who_may_see_it(client, admin_client):
    post = make_post()
    assert 'class="historylink"' in admin_client.get(f"/admin/blog/post/{post.pk}/change/").content.decode()
    client.force_login(staff_with("view_post", "change_post"))
    assert 'class="historylink"' not in client.get(f"/admin/blog/post/{post.pk}/change/").content.decode()
