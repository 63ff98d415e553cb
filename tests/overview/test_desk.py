"""The admin's front page."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from blog.models import DeadLink, Post, Transition, WorkingDraft
from tests.admin_pages import staff_with
from tests.factories import (
    hours_ago,
    make_author,
    make_draft,
    make_expired,
    make_image,
    make_post,
    make_scheduled,
    make_staff,
    make_withdrawn,
)
from tests.workflow.people import make_editor, make_publisher

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
DESK = "/admin/"


def blocks(client) -> dict[str, list[str]]:
    return {
        block.name: [post.title for post in block.rows]
        for block in client.get(DESK).context["desk"]["blocks"]
    }


def save_working_draft(post, user=None, hours=1):
    draft = WorkingDraft.objects.create(post=post, values={"title": post.title}, live={}, updated_by=user)
    WorkingDraft.objects.filter(pk=draft.pk).update(updated_at=hours_ago(hours))


def return_to_writer(post, note="数字の出典を足してください。", hours=1):
    steps = (("submit", "draft", "in_review", "", hours + 1), ("return", "in_review", "draft", note, hours))
    for name, before, after, text, ago in steps:
        Transition.objects.create(
            post=post,
            name=name,
            from_state=before,
            to_state=after,
            username="desk",
            note=text,
            at=hours_ago(ago),
        )


def warnings(client) -> dict[str, int]:
    return {warning.problem.value: warning.count for warning in client.get(DESK).context["desk"]["warnings"]}


def well_kept(**fields) -> dict:
    return {"description": "説明。", "cover": make_image(alt="図")} | fields


def test_each_post_is_in_the_block_of_its_state(admin_client, admin_user):
    make_author("私", user=admin_user)
    make_draft("私の下書き", author="私")
    make_draft("他人の下書き")
    make_draft("査読", status=Post.Status.IN_REVIEW)
    make_scheduled("予約")
    make_post("公開")
    make_withdrawn("取り下げ")
    make_expired("期限切れ")
    assert blocks(admin_client) == {
        "drafts": ["私の下書き"],
        "waiting": ["査読"],
        "scheduled": ["予約"],
        "public": ["公開"],
    }


def test_who_waits_longest_for_review_comes_first(admin_client):
    for title, hours in (("新しい", 1), ("古い", 80), ("中ほど", 30)):
        post = make_draft(title, status=Post.Status.IN_REVIEW)
        Post.objects.filter(pk=post.pk).update(updated_at=hours_ago(hours))
    assert blocks(admin_client)["waiting"] == ["古い", "中ほど", "新しい"]
    assert "waiting for 3\xa0days" in admin_client.get(DESK).content.decode()


def test_the_next_to_appear_comes_first_with_its_moment(admin_client):
    make_scheduled("後", published_at=hours_ago(-72))
    make_scheduled("先", published_at=hours_ago(-1))
    assert blocks(admin_client)["scheduled"] == ["先", "後"]
    with translation.override("ja"):
        page = admin_client.get(DESK).content.decode()
    local = timezone.localtime(hours_ago(-72))
    assert f"{local.month}月{local.day}日" in page


def test_a_block_counts_what_it_does_not_show_and_leads_there(admin_client):
    for _number in range(9):
        make_draft(status=Post.Status.IN_REVIEW)
    block = next(b for b in admin_client.get(DESK).context["desk"]["blocks"] if b.name == "waiting")
    assert (len(block.rows), block.count) == (6, 9)
    assert admin_client.get(block.url).context["cl"].result_count == 9


def test_every_warning_counts_exactly_the_posts_of_the_list_it_leads_to(admin_client):
    long_ago = timezone.now() - datetime.timedelta(days=400)
    make_post("良い", **well_kept())
    make_post("説明なし", **well_kept(description=""))
    make_post("図なし", **well_kept(cover=None))
    make_post("代替なし", **well_kept(cover=make_image(alt="")))
    make_post("古い柱", **well_kept(is_pillar=True, published_at=long_ago))
    make_post(
        "手入れした柱", **well_kept(is_pillar=True, published_at=long_ago, last_modified_at=hours_ago(1))
    )
    make_post("古い普通", **well_kept(published_at=long_ago))
    DeadLink.objects.create(post=make_post("切れ", **well_kept()), path="/nowhere/")
    make_draft("下書き", description="", cover=None)
    make_scheduled("予約", description="", cover=None)
    expected = {
        "dead_links": "切れ",
        "no_description": "説明なし",
        "no_cover": "図なし",
        "no_alt": "代替なし",
        "stale": "古い柱",
    }
    shown = admin_client.get(DESK).context["desk"]["warnings"]
    assert {w.problem.value: w.count for w in shown} == dict.fromkeys(expected, 1)
    for warning in shown:
        found = admin_client.get(warning.url).context["cl"].result_list
        assert [post.title for post in found] == [expected[warning.problem.value]]


def test_no_warning_is_shown_when_all_is_well(admin_client):
    make_post(**well_kept())
    assert warnings(admin_client) == {}
    assert "All public posts have" in admin_client.get(DESK).content.decode()


def test_a_working_draft_waits_at_the_desk_of_whoever_may_apply_it(client):
    sato = make_staff("sato", last_name="佐藤")
    save_working_draft(make_post("新しく直した"), sato, hours=1)
    save_working_draft(make_scheduled("予約を直した"), sato, hours=50)
    make_post("直していない")
    client.force_login(make_publisher())
    assert blocks(client)["to_apply"] == ["予約を直した", "新しく直した"]
    page = client.get(DESK).content.decode()
    assert "saved by 佐藤, 2\xa0days ago" in page
    shown = next(b for b in client.get(DESK).context["desk"]["blocks"] if b.name == "to_apply")
    found = client.get(shown.url).context["cl"].result_list
    assert {post.title for post in found} == {"予約を直した", "新しく直した"}
    with translation.override("ja"):
        assert "反映待ちの下書き" in client.get(DESK).content.decode()


def test_no_working_draft_waits_for_those_who_may_not_apply_it(client):
    save_working_draft(make_post())
    client.force_login(make_editor())
    assert "to_apply" not in blocks(client)


def test_what_was_returned_comes_first_among_ones_drafts_and_says_why(admin_client, admin_user):
    make_author("私", user=admin_user)
    returned = make_draft("戻された", author="私")
    recalled = make_draft("引き戻した", author="私")
    again = make_draft("直して出してまた取り下げた", author="私")
    return_to_writer(returned, "数字の出典を足してください。" * 10)
    return_to_writer(again, hours=5)
    for post, name in ((recalled, "recall"), (again, "recall")):
        Transition.objects.create(
            post=post, name=name, from_state="in_review", to_state="draft", username="私"
        )
    make_draft("新しい", author="私")
    assert blocks(admin_client)["drafts"][0] == "戻された"
    page = admin_client.get(DESK).content.decode()
    assert page.count('<span class="returned">Returned</span>') == 1
    assert "数字の出典を足してください。数字の出典" in page
    assert "…" in page.split('class="returned-with">')[1].split("</span>")[0]
    with translation.override("ja"):
        assert '<span class="returned">差し戻し</span>' in admin_client.get(DESK).content.decode()


def test_the_first_day_of_a_newsroom_says_what_to_do(admin_client):
    page = admin_client.get(DESK).content.decode()
    assert "/admin/blog/post/add/" in page
    assert "/admin/blog/category/add/" in page
    assert "import_posts" in page
    make_draft()
    assert "import_posts" not in admin_client.get(DESK).content.decode()


def test_whoever_may_not_see_posts_sees_none_and_no_way_to_them(client):
    make_post("公開", description="")
    make_draft("秘密の下書き", status=Post.Status.IN_REVIEW)
    client.force_login(staff_with("view_tag"))
    page = client.get(DESK).content.decode()
    for hidden in ("公開", "秘密の下書き", "/admin/calendar/", "/admin/blog/post/", "problem="):
        assert hidden not in page
    assert "/admin/blog/tag/" in page


def test_whoever_may_only_look_gets_no_button_to_write(client):
    make_post("公開")
    client.force_login(staff_with("view_post"))
    page = client.get(DESK).content.decode()
    assert "公開" in page
    assert "/admin/blog/post/add/" not in page


def test_staff_without_any_permission_get_a_page_that_says_so(client):
    client.force_login(staff_with())
    response = client.get(DESK)
    assert response.status_code == 200
    assert "permission" in response.content.decode()


def test_somebody_without_a_byline_is_told_how_posts_become_theirs(admin_client, admin_user):
    make_post()
    assert "linked to your account" in admin_client.get(DESK).content.decode()
    make_author("私", user=admin_user)
    assert "linked to your account" not in admin_client.get(DESK).content.decode()


def test_the_desk_costs_the_same_queries_for_one_post_of_each_kind_as_for_nine(admin_client, admin_user):
    make_author("私", user=admin_user)

    def make(count):
        for _number in range(count):
            make_draft(author="私", cover=make_image())
            make_draft(status=Post.Status.IN_REVIEW)
            make_scheduled(cover=make_image(alt=""))
            DeadLink.objects.create(post=make_post(cover=make_image()), path="/x/")
            save_working_draft(make_post(), admin_user)
            return_to_writer(make_draft(author="私"))

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert admin_client.get(DESK).status_code == 200
        return [query["sql"] for query in captured.captured_queries]

    make(1)
    few = queries()
    make(8)
    many = queries()
    assert len(few) == len(many) <= 13
    assert not any('"blog_post"."body"' in query for query in many)
