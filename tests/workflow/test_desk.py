"""The page of a post: its buttons, its checklist, its timeline; and that no text is lost."""

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from blog.models import Correction, Post, PreviewLink, Spelling, Transition, WorkingDraft
from blog.workflow.steps import RETURN, SUBMIT, WITHDRAW
from blog.workflow.transitions import perform
from tests.admin_pages import confirmations, form_errors, form_fields, post_page, save_form, texts
from tests.factories import make_draft, make_expired, make_post, make_scheduled, make_withdrawn, tokyo
from tests.workflow.people import make_editor, make_publisher, make_writer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
ADD = "/admin/blog/post/add/"


def buttons(client, address) -> list[str]:
    return [button["name"] for button in client.get(address).context["step_buttons"]]


def make_reviewed(**fields):
    return make_draft(**{"status": "in_review"} | fields)


@pytest.mark.parametrize(
    ("make", "writer", "editor", "publisher"),
    [
        (make_draft, ["submit"], ["submit"], ["submit", "publish"]),
        (make_reviewed, [], ["return"], ["return", "publish"]),
        (make_scheduled, [], [], ["unschedule", "publish_now"]),
        (make_post, [], [], ["withdraw"]),
        (make_expired, [], [], ["withdraw"]),
        (make_withdrawn, [], [], ["reopen", "publish"]),
    ],
)
def test_the_buttons_are_what_can_be_done_next(client, make, writer, editor, publisher):
    author = make_writer()
    post = make(created_by=author)
    for user, expected in [(author, writer), (make_editor(), editor), (make_publisher(), publisher)]:
        client.force_login(user)
        assert buttons(client, post_page(post)) == expected


def test_a_new_post_can_be_handed_in_or_published_at_once(client):
    client.force_login(make_writer())
    assert buttons(client, ADD) == ["submit"]
    client.force_login(make_publisher())
    assert buttons(client, ADD) == ["submit", "publish"]
    save_form(client, ADD, button="_submit", title="速報", body="本文", note="急ぎ")
    post = Post.objects.get()
    assert (post.status, post.transitions.get().note) == ("in_review", "急ぎ")


def test_the_publishing_button_says_when_in_japanese(client):
    client.force_login(make_publisher())
    post = make_draft(published_at=tokyo(2099, 10, 21, 9))
    with translation.override("ja"):
        content = client.get(post_page(post)).content.decode()
    assert 'name="_publish" value="2099/10/21 09:00 に公開"' in content
    assert 'data-later="%s に公開"' in content


def test_a_refused_step_keeps_everything_that_was_typed_and_saves_nothing(client):
    client.force_login(make_publisher())
    post = make_draft(body="元の本文")
    typed = {"title": "直した題", "body": "直した [話](/nai/) サーバ", "note": "急ぎのメモ", "tags": "甲、乙"}
    response = save_form(client, post_page(post), button="_publish", **typed)
    assert "A link leads nowhere: /nai/ (line 1)" in form_errors(response)["__all__"]
    fields = form_fields(response)
    assert {name: fields[name] for name in typed} == typed
    assert any(name.startswith("confirm-word_body") for name in fields), "a ticked box stays ticked"
    post.refresh_from_db()
    assert (post.title, post.body, post.status) != ("直した題", typed["body"], "published")
    assert (post.body, post.status) == ("元の本文", "draft")


def test_a_return_without_a_note_says_so_beside_the_note_and_keeps_the_edits(client):
    client.force_login(make_editor())
    post = make_reviewed()
    response = save_form(client, post_page(post), button="_return", body="編集者が直した本文")
    assert form_errors(response) == {"note": ["Say in the note what is to be done."]}
    assert form_fields(response)["body"] == "編集者が直した本文"
    save_form(client, post_page(post), button="_return", body="編集者が直した本文", note="出典を。")
    post.refresh_from_db()
    assert (post.status, post.body) == ("draft", "編集者が直した本文")


def test_a_returned_post_shows_the_note_at_its_top_until_it_is_handed_in_again(client):
    writer, editor = make_writer("hanako"), make_editor("shin")
    post = make_reviewed(created_by=writer)
    perform(post, RETURN, user=editor, note="二段落目の出典を<b>書く</b>。")
    client.force_login(writer)
    content = client.get(post_page(post)).content.decode()
    assert "Returned by shin" in content
    assert "二段落目の出典を&lt;b&gt;書く&lt;/b&gt;。" in content
    perform(post, SUBMIT, user=writer)
    assert "Returned by shin" not in client.get(post_page(post)).content.decode()


def test_the_timeline_tells_every_step_with_the_warnings_that_were_confirmed(client):
    publisher = make_publisher("mori")
    client.force_login(publisher)
    post = make_draft()
    save_form(client, post_page(post), button="_submit", note="お願いします")
    save_form(client, post_page(post), button="_publish")
    content = client.get(post_page(post)).content.decode()
    timeline = content.split('<ol class="timeline">')[1].split("</ol>")[0]
    for text in ("Sent to review", "Published", "mori", "お願いします", "There is no cover image.", "Begun"):
        assert text in timeline


def test_warnings_are_confirmed_one_by_one(client):
    client.force_login(make_publisher())
    post = make_draft()
    page = client.get(post_page(post))
    boxes = confirmations(page)
    fields = form_fields(page) | {"_publish": "1"}
    first, *rest = boxes
    response = client.post(post_page(post), fields | dict.fromkeys(rest, "on"))
    assert len(form_errors(response)["__all__"]) == 1
    assert form_errors(response)["__all__"][0].startswith("Please confirm: ")
    client.post(post_page(post), fields | boxes)
    assert Post.objects.get().is_public
    assert first


def test_each_warning_that_is_not_confirmed_leads_to_its_box(client):
    client.force_login(make_publisher())
    post = make_draft()
    page = client.post(post_page(post), form_fields(client.get(post_page(post))) | {"_publish": "1"})
    summary = page.content.decode().split('class="errornote error-summary"')[1].split("</div>")[0]
    targets = re.findall(r'<li><a href="#([^"]+)">Please confirm: ', summary)
    boxes = re.findall(r'<input type="checkbox" name="confirm-[^"]+" id="([^"]+)"', page.content.decode())
    assert len(targets) > 1
    assert targets == boxes


def test_deleting_asks_with_the_articles_title_and_state_and_without_internals(client):
    client.force_login(make_publisher())
    post = make_post("消す記事", tags=["札"])
    perform(post, WITHDRAW, user=make_publisher())
    PreviewLink.objects.issue(post, None, 7)
    WorkingDraft.objects.create(post=post, values={}, live={})
    Correction.objects.create(post=post, text="直しました。")
    with translation.override("ja"):
        page = client.get(f"/admin/blog/post/{post.pk}/delete/").content.decode()
    content = page.split('id="content"')[1].split("</form>")[0]
    for text in (
        "消す記事",
        "取り下げ",
        "訂正・追記 1 件も",
        "反映待ちの下書きも",
        "画像はライブラリに",
        "から復元できます",
    ):
        assert text in content
    for internal in ("Search entr", "tagged", "withdraw:", "プレビューリンク:", "札"):
        assert internal not in content
    assert 'href="/admin/blog/post/deleted/"' in content
    client.post(f"/admin/blog/post/{post.pk}/delete/", {"post": "yes"})
    assert not Post.objects.exists()


def test_who_cannot_bring_it_back_is_not_told_so(client):
    writer = make_writer()
    client.force_login(writer)
    post = make_draft(created_by=writer)
    page = client.get(f"/admin/blog/post/{post.pk}/delete/")
    assert page.status_code == 200
    assert "bring it back" not in page.content.decode()


def test_deleting_several_posts_lists_them_without_internals(client):
    client.force_login(make_publisher())
    posts = [make_post("甲", tags=["札"]), make_draft("乙")]
    Correction.objects.create(post=posts[0], text="直しました。")
    data = {"action": "delete_selected", "_selected_action": [post.pk for post in posts]}
    content = client.post("/admin/blog/post/", data).content.decode().split('id="content"')[1]
    assert "甲" in content and "乙" in content
    assert "Correction notices: 1" in content
    assert "Search entr" not in content and "tagged" not in content


def test_steps_and_preview_links_are_named_in_words_and_tokyo_time():
    at = datetime.datetime(2026, 12, 7, 22, tzinfo=datetime.UTC)
    step = Transition(name="withdraw", from_state="public", to_state="withdrawn", at=at)
    link = PreviewLink(expires_at=at)
    with translation.override("ja"):
        assert str(step) == "2026/12/08 07:00 公開中 → 取り下げ"
        assert str(link) == "2026/12/08 07:00 まで有効"


def test_who_cannot_publish_sees_the_checks_but_no_boxes(client):
    writer = make_writer()
    client.force_login(writer)
    page = client.get(post_page(make_draft(created_by=writer)))
    assert "There is no cover image." in page.content.decode()
    assert not confirmations(page)


def test_saving_asks_for_no_confirmation(client):
    client.force_login(make_publisher())
    post = make_draft(body="")
    save_form(client, post_page(post), title="直した題")
    assert Post.objects.get().title == "直した題"


def test_moving_the_date_of_a_scheduled_post_is_a_step(client):
    client.force_login(make_publisher())
    post = make_scheduled()
    response = save_form(client, post_page(post), published_at="2020-01-01T00:00")
    assert form_errors(response) == {"published_at": ["This moment has passed. Choose one in the future."]}
    save_form(client, post_page(post), published_at="2099-01-05T09:00")
    assert [taken.name for taken in post.transitions.all()] == ["reschedule"]


def test_a_public_post_is_not_hidden_by_typing_a_date_to_come(client):
    client.force_login(make_publisher())
    post = make_post()
    response = save_form(client, post_page(post), published_at="2099-01-05T09:00")
    assert list(form_errors(response)) == ["published_at"]
    assert Post.objects.get().is_public


def test_a_step_taken_by_somebody_else_meanwhile_is_told_and_the_text_stays(client):
    client.force_login(make_publisher())
    post = make_draft()
    page = client.get(post_page(post))
    fields = form_fields(page, body="あとから書いた本文") | {"_submit": "1"}
    Post.objects.filter(pk=post.pk).update(status="in_review")
    response = client.post(post_page(post), fields)
    assert form_errors(response) == {"__all__": ["Only a draft can be sent to review."]}
    assert form_fields(response)["body"] == "あとから書いた本文"


@pytest.mark.parametrize("step", ["", "nonsense", "publish", "schedule", "redate"])
def test_a_step_that_needs_a_form_or_is_none_is_not_found(client, step):
    client.force_login(make_publisher())
    post = make_draft()
    assert client.post(f"/admin/blog/post/{post.pk}/step/", {"step": step}).status_code == 404
    assert client.get(f"/admin/blog/post/{post.pk}/step/").status_code == 405


def test_a_step_from_the_wrong_state_is_a_message(client):
    client.force_login(make_publisher())
    post = make_draft()
    response = client.post(f"/admin/blog/post/{post.pk}/step/", {"step": "withdraw"}, follow=True)
    assert texts(response, "messagelist") == ["Only a published post can be withdrawn."]


def test_the_page_costs_the_same_for_any_number_of_steps_and_findings(client):
    publisher = make_publisher()
    client.force_login(publisher)
    post = make_draft()

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(post_page(post))
        return len(captured)

    queries()
    few = queries()
    for _number in range(4):
        perform(post, SUBMIT, user=publisher)
        perform(post, RETURN, user=publisher, note="直し")
    Post.objects.filter(pk=post.pk).update(body="サーバ\n\nユーザ\n\n## 甲\n\n#### 乙\n\n##### 丙")
    assert queries() == few < 30


def test_the_word_list_is_kept_by_editors(client):
    client.force_login(make_editor())
    add = "/admin/blog/spelling/add/"
    save_form(client, add, preferred=" 回路 ", variants="かいろ\n\n かいろ \n廻路")
    assert Spelling.objects.get(preferred="回路").variant_list == ["かいろ", "廻路"]
    response = save_form(client, add, preferred="半導体", variants="半導体\nはんどうたい")
    assert list(form_errors(response)) == ["variants"]
    assert list(form_errors(save_form(client, add, preferred="回路", variants="x"))) == ["preferred"]
    assert list(form_errors(save_form(client, add, preferred="空", variants=" \n "))) == ["variants"]
    assert client.get("/admin/blog/spelling/", {"q": "廻路"}).context["cl"].result_count == 1
    client.force_login(make_writer())
    assert client.get("/admin/blog/spelling/").status_code == 403


def test_a_post_that_may_only_be_read_offers_no_box_that_could_be_ticked(client):
    post = make_post()
    client.force_login(make_writer())
    content = client.get(post_page(post)).content.decode()
    assert "Editorial change" not in content


def test_the_address_of_a_public_post_is_shown_as_it_is_read(client):
    post = make_post(slug="規制の話")
    client.force_login(make_publisher())
    assert "/規制の話/</a>" in client.get(post_page(post)).content.decode()


def test_the_checks_and_the_note_come_before_what_is_rarely_needed(client):
    post = make_draft()
    client.force_login(make_publisher())
    content = client.get(post_page(post)).content.decode()
    order = ["id_title", "id_excerpt", "id_category", "id_slug", "workflowHeading", "id_noindex", "id_pillar"]
    places = [content.index(f'id="{name}"') for name in order]
    assert places == sorted(places)
