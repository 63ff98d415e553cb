"""The next text of a published post, beside the one that readers see."""

import pytest
from django.core.cache import cache

from blog.audit import AuditEntry
from blog.editing.models import EditingSession
from blog.history.recording import versions_of
from blog.history.snapshots import stored as stored_version
from blog.media.pictures import prepare
from blog.models import Image, Post, WorkingDraft
from tests.admin_pages import form_errors, form_fields, post_page, staff_with, texts
from tests.editing.forms import BODY, OpenForm, open_post
from tests.factories import (
    make_category,
    make_draft,
    make_expired,
    make_image,
    make_post,
    make_scheduled,
    make_superuser,
    picture_bytes,
    tokyo,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(browser_of):
    return browser_of(make_superuser("chief", last_name="佐藤"))


@pytest.fixture
def editor(browser_of):
    """A browser of somebody who may change posts, but not publish them."""
    return browser_of(staff_with("add_post", "change_post", "view_post", "edit_any_post"))


def stored(post) -> Post:
    return Post.objects.get(pk=post.pk)


def seen_by_readers(client, post) -> list[bytes]:
    cache.clear()
    addresses = [post.get_absolute_url(), "/", "/feed.xml", "/sitemap.xml", post.category.get_absolute_url()]
    return [client.get(address).content for address in addresses]


def test_a_working_draft_leaves_pages_and_feeds_as_they_are_until_it_is_published(client, chief):
    post = make_post(body=BODY, tags=["甲"], published_at=tokyo(2025, 10, 21, 9))
    related, cover, category = make_post(), make_image(), make_category("別の分類")
    before = seen_by_readers(client, post)
    rows = {"related_entries-TOTAL_FORMS": "1", "related_entries-0-target": str(related.pk)}
    rows |= {"related_entries-0-post": str(post.pk), "related_entries-0-position": "1"}
    changes = {
        "title": "次の見出し",
        "body": "次の本文。",
        "excerpt": "次の抜粋",
        "description": "次の説明",
        "tags": "乙",
        "cover": str(cover.pk),
        "category": str(category.pk),
        **rows,
    }
    response = open_post(chief, post).send(button="_save_draft", **changes)
    assert "Readers still see the article as it was" in " ".join(texts(response, "messagelist"))
    assert seen_by_readers(client, post) == before
    form = open_post(chief, post)
    assert "You are editing the working draft" in form.text
    assert {name: form.fields[name] for name in changes} == changes
    form.send(button="_publish_draft")
    now = stored(post)
    assert (now.title, now.body, now.excerpt, now.description) == (
        "次の見出し",
        "次の本文。",
        "次の抜粋",
        "次の説明",
    )
    assert (now.cover, now.category, now.is_public) == (cover, category, True)
    assert [tag.name for tag in now.tags.all()] == ["乙"]
    assert [entry.target for entry in now.related_entries.all()] == [related]
    assert not WorkingDraft.objects.exists()
    assert seen_by_readers(client, post) != before


@pytest.mark.parametrize("button", ["_continue", "_save", "_save_draft"])
@pytest.mark.parametrize("make", [make_post, make_scheduled])
def test_an_editor_who_may_not_publish_saves_only_a_working_draft(editor, make, button):
    post = make(body=BODY)
    version = stored(post).version
    form = open_post(editor, post)
    assert 'name="_continue"' not in form.text
    assert 'name="_save_draft"' in form.text
    form.send(button=button, body="勝手に直した")
    assert (stored(post).body, stored(post).version) == (BODY, version)
    assert stored(post).working_draft.values["body"] == "勝手に直した"


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (make_post, "the published article stays"),
        (make_scheduled, "the scheduled article stays"),
        (make_expired, "the article itself stays"),
    ],
)
def test_the_button_beside_says_of_which_article_it_keeps_a_draft(chief, make, says):
    form = open_post(chief, make(body=BODY))
    assert f"Save as a working draft ({says})" in form.text
    told = " ".join(texts(form.send(button="_save_draft", body="次"), "messagelist"))
    assert ("Readers still see" in told) == (make is make_post)


def test_an_editor_is_told_that_a_scheduled_article_is_scheduled(editor):
    text = open_post(editor, make_scheduled(body=BODY)).text
    assert "This article is scheduled." in text
    assert "This article is published." not in text


def test_an_editor_cannot_publish_a_working_draft_by_a_crafted_request(editor):
    post = make_post(body=BODY)
    open_post(editor, post).send(body="下書き")
    form = open_post(editor, post)
    assert "_publish_draft" not in form.text
    assert form.send(button="_publish_draft").status_code == 403
    live = OpenForm(editor, f"{post_page(post)}?live=1")
    assert live.fields["body"] == "下書き"
    live.send(body="抜け道")
    open_post(editor, post).send(editing=None, body="抜け道")
    assert stored(post).body == BODY


def test_a_draft_needs_no_working_draft(editor):
    post = make_draft(body=BODY)
    open_post(editor, post).send(button="_save_draft", body="直した")
    assert stored(post).body == "直した"
    assert not WorkingDraft.objects.exists()


def test_there_is_one_working_draft_of_a_post(chief, editor):
    post = make_post(body=BODY)
    open_post(chief, post).send(button="_save_draft", title="一回目")
    open_post(editor, post).send(body="二回目")
    draft = WorkingDraft.objects.get()
    assert (draft.values["title"], draft.values["body"], draft.version) == ("一回目", "二回目", 2)


def test_two_people_on_one_working_draft_are_merged(chief, editor):
    post = make_post(body=BODY)
    open_post(chief, post).send(button="_save_draft", title="次の見出し")
    first, second = open_post(chief, post), open_post(editor, post)
    first.send(button="_save_draft", body=BODY.replace("一", "壱"))
    response = second.send(button="_save_draft", body=BODY.replace("三", "参"))
    assert WorkingDraft.objects.get().values["body"] == "壱段落目。\n\n二段落目。\n\n参段落目。"
    assert "Meanwhile, 佐藤 had saved changes" in " ".join(texts(response, "messagelist"))


def test_two_first_drafts_begun_at_the_same_time_are_merged(chief, editor):
    post = make_post(body=BODY)
    first, second = open_post(chief, post), open_post(editor, post)
    first.send(button="_save_draft", body=BODY.replace("一", "壱"))
    second.send(body=BODY.replace("三", "参"))
    assert WorkingDraft.objects.get().values["body"] == "壱段落目。\n\n二段落目。\n\n参段落目。"


def test_a_conflict_in_a_working_draft_is_decided_like_any_other(chief, editor):
    post = make_post(body=BODY)
    open_post(chief, post).send(button="_save_draft", title="次の見出し")
    first, second = open_post(chief, post), open_post(editor, post)
    first.send(button="_save_draft", body=BODY.replace("二段", "弐段"))
    page = second.send(body=BODY.replace("二段", "２段"))
    editor.post(post_page(post), form_fields(page) | {"_resolve": "1", "decision-body-0": "both"})
    assert WorkingDraft.objects.get().values["body"] == (
        "一段落目。\n\n弐段落目。\n\n２段落目。\n\n三段落目。"
    )
    assert stored(post).body == BODY


def test_a_correction_of_the_live_article_goes_into_the_draft_too(chief):
    post = make_post(body=BODY)
    open_post(chief, post).send(button="_save_draft", body=BODY.replace("一", "壱"))
    live = OpenForm(chief, f"{post_page(post)}?live=1")
    assert "the published article itself" in live.text
    live.send(body=BODY.replace("三", "参"))
    assert stored(post).body == BODY.replace("三", "参")
    form = open_post(chief, post)
    assert form.fields["body"] == "壱段落目。\n\n二段落目。\n\n参段落目。"
    form.send(button="_publish_draft")
    assert stored(post).body == "壱段落目。\n\n二段落目。\n\n参段落目。"


def test_a_draft_and_a_correction_of_the_same_paragraph_are_shown_side_by_side(chief):
    post = make_post(body=BODY)
    open_post(chief, post).send(button="_save_draft", body=BODY.replace("二段", "弐段"))
    OpenForm(chief, f"{post_page(post)}?live=1").send(body=BODY.replace("二段", "２段"))
    page = open_post(chief, post).send(button="_publish_draft", title="次の見出し")
    assert "was corrected since the draft was begun" in page.content.decode()
    assert stored(post).body == BODY.replace("二段", "２段")
    chief.post(post_page(post), form_fields(page) | {"_resolve": "1", "decision-body-0": "mine"})
    assert (stored(post).body, stored(post).title) == (BODY.replace("二段", "弐段"), "次の見出し")
    assert not WorkingDraft.objects.exists()


def test_a_draft_published_by_somebody_else_meanwhile_is_not_published_twice(chief, editor):
    post = make_post(body=BODY)
    open_post(chief, post).send(button="_save_draft", body=BODY.replace("一", "壱"))
    late = open_post(editor, post)
    open_post(chief, post).send(button="_publish_draft")
    late.send(body=late.fields["body"].replace("三", "参"))
    assert stored(post).body == BODY.replace("一", "壱")
    assert WorkingDraft.objects.get().values["body"] == "壱段落目。\n\n二段落目。\n\n参段落目。"


def test_an_error_in_a_working_draft_is_told_beside_its_field(editor):
    post = make_post(body=BODY)
    response = open_post(editor, post).send(title="", body="続き")
    assert list(form_errors(response)) == ["title"]
    assert form_fields(response)["body"] == "続き"
    assert 'name="_save_draft"' in response.content.decode()
    assert not WorkingDraft.objects.exists()


def test_a_discarded_draft_can_be_had_back(chief):
    post = make_post(body=BODY)
    open_post(chief, post).send(button="_save_draft", body="次の本文。")
    address = f"/admin/blog/post/{post.pk}/draft/discard/"
    assert "Discard the working draft?" in chief.get(address).content.decode()
    assert WorkingDraft.objects.exists()
    chief.post(address)
    assert not WorkingDraft.objects.exists()
    page = open_post(chief, post)
    assert page.fields["body"] == BODY
    copy = page.text.split('href="?copy=')[1].split('"')[0]
    OpenForm(chief, f"{post_page(post)}?copy={copy}").send(button="_save_draft")
    assert WorkingDraft.objects.get().values["body"] == "次の本文。"


def test_the_preview_of_a_draft_is_the_page_with_its_values(chief):
    post, category = make_post(body=BODY, tags=["甲"]), make_category("別の分類")
    related = make_post("選定記事", category=category)
    rows = {"related_entries-TOTAL_FORMS": "1", "related_entries-0-target": str(related.pk)}
    rows |= {"related_entries-0-position": "1"}
    changes = {"title": "次の見出し", "body": "## 次の章", "tags": "乙", "category": str(category.pk)}
    open_post(chief, post).send(button="_save_draft", **changes, **rows)
    response = chief.get(f"/admin/blog/post/{post.pk}/draft/preview/")
    content = response.content.decode()
    for expected in (
        "次の見出し",
        "次の章</h2>",
        "乙",
        "別の分類",
        "選定記事",
        "Preview of the working draft",
    ):
        assert expected in content
    assert "甲" not in content
    assert response["X-Robots-Tag"] == "noindex"
    assert "no-store" in response["Cache-Control"]
    assert stored(post).body == BODY


@pytest.mark.parametrize("page", ["preview", "discard"])
def test_the_pages_of_a_draft_are_for_those_who_may_change_the_post(client, browser_of, chief, page):
    post = make_post()
    address = f"/admin/blog/post/{post.pk}/draft/{page}/"
    assert chief.get(address).status_code == 404
    open_post(chief, post).send(button="_save_draft", body="次の本文。")
    assert client.get(address).status_code == 302
    stranger = browser_of(staff_with("view_post"))
    assert stranger.get(address).status_code == 403
    assert stranger.post(address).status_code in {403, 405}
    assert WorkingDraft.objects.exists()


def test_a_draft_goes_with_its_post_and_survives_a_withdrawal(chief):
    post = make_post(body=BODY)
    open_post(chief, post).send(button="_save_draft", body="次の本文。")
    OpenForm(chief, f"{post_page(post)}?live=1").send(button="_withdraw")
    assert stored(post).status == "withdrawn"
    form = open_post(chief, post)
    assert form.fields["body"] == "次の本文。"
    form.send(button="_publish_draft")
    assert (stored(post).body, stored(post).status) == ("次の本文。", "withdrawn")
    open_post(chief, post).send(body="さらに")
    assert stored(post).body == "さらに"


def test_a_scheduled_post_keeps_its_moment_when_a_draft_is_published_into_it(chief):
    post = make_scheduled(body=BODY)
    moment = stored(post).published_at
    open_post(chief, post).send(button="_save_draft", body="次の本文。")
    open_post(chief, post).send(button="_publish_draft")
    assert (stored(post).body, stored(post).published_at, stored(post).is_scheduled) == (
        "次の本文。",
        moment,
        True,
    )


def test_publishing_a_draft_is_in_the_timeline_the_audit_log_and_the_history(chief):
    post = make_post(body=BODY)
    open_post(chief, post).send(button="_save_draft", body=BODY + "\n\n続き。")
    open_post(chief, post).send(button="_publish_draft")
    assert [step.name for step in post.transitions.all()] == ["update"]
    assert AuditEntry.objects.filter(action="published", target_id=str(post.pk)).count() == 1
    bodies = [stored_version(version)["fields"]["body"] for version in versions_of(Post, post.pk)]
    assert bodies == [BODY + "\n\n続き。", BODY]


def test_who_publishes_a_draft_stays_with_the_article_and_is_told_what_happened(chief):
    post = make_post(body=BODY)
    open_post(chief, post).send(button="_save_draft", title="次の見出し")
    answer = open_post(chief, post).send(button="_publish_draft")
    assert answer.request["PATH_INFO"] == post_page(post)
    assert "The draft is in the article now." in answer.content.decode()


def test_pictures_of_a_working_draft_are_in_use_until_it_is_published_or_thrown_away(chief, media_root):
    post, cover, shown = make_post(body=BODY), make_image(), make_image()
    changes = {"body": f"![図]({shown.file.url})", "cover": str(cover.pk)}
    open_post(chief, post).send(button="_save_draft", **changes)
    assert not Image.objects.unused().exists()
    page = chief.get(f"/admin/blog/image/{shown.pk}/delete/").content.decode()
    assert f"{post.title}</a> (working draft)" in page and 'type="submit"' not in page.split("</h1>")[-1]
    open_post(chief, post).send(button="_save_draft", body="図のない本文。")
    assert list(Image.objects.unused()) == [shown]
    open_post(chief, post).send(button="_save_draft", **changes)
    open_post(chief, post).send(button="_publish_draft")
    assert [str(use) for use in shown.uses.all()] == [post.title]
    assert not Image.objects.unused().exists()


def test_a_picture_that_is_replaced_shows_in_the_working_draft_once_it_is_published(chief, media_root):
    post, shown = make_post(body=BODY), make_image()
    open_post(chief, post).send(button="_save_draft", body=f"![図]({shown.file.url})")
    shown.replace(*prepare(picture_bytes((80, 80))), "newer.png")
    assert stored(post).body == BODY
    open_post(chief, post).send(button="_publish_draft")
    assert shown.file.url in stored(post).body_html


def test_a_working_draft_and_a_restored_text_are_shown_as_the_real_page_too(chief):
    post, preview = make_post(body=BODY), 'data-page-preview="/admin/blog/post/{}/typed-preview/"'
    form = open_post(chief, post)
    form.say(serial=1, fields={"body": "打ちかけ"})
    [session] = EditingSession.objects.filter(drafted_at__isnull=False)
    restored = OpenForm(chief, f"{post_page(post)}?copy={session.pk}")
    assert restored.fields["body"] == "打ちかけ"
    assert preview.format(post.pk) in restored.text
    restored.send(button="_save_draft", body="次の本文")
    draft = open_post(chief, post)
    assert draft.fields["body"] == "次の本文"
    assert preview.format(post.pk) in draft.text
