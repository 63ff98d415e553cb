"""What the page's script sends every few seconds, and what the desk offers on return."""

import datetime
import json
import uuid

import pytest
from django.utils import timezone

from blog.editing.models import EditingSession
from blog.models import Post
from tests.admin_pages import form_errors, form_fields, post_page, staff_with
from tests.editing.forms import ADD, BODY, EDITING, OpenForm, open_post
from tests.factories import make_draft, make_post, make_staff, make_superuser

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief():
    return make_superuser("chief", last_name="佐藤")


@pytest.fixture
def browser(browser_of, chief):
    return browser_of(chief)


def copies(response) -> list[str]:
    """The addresses of the unsaved texts that the page offers to restore."""
    parts = response.content.decode().split('href="?copy=')[1:]
    return [part.split('"')[0] for part in parts]


def test_what_is_typed_is_kept_and_offered_on_return(browser):
    post = make_draft(body=BODY)
    form = open_post(browser, post)
    answer = form.say(serial=1, fields={"body": "書きかけ", "noindex": True}).json()
    assert answer["kept"]
    assert Post.objects.get().body == BODY
    (copy,) = copies(browser.get(post_page(post)))
    restored = form_fields(browser.get(f"{post_page(post)}?copy={copy}"))
    assert (restored["body"], restored["noindex"], restored["title"]) == ("書きかけ", "on", post.title)


def test_a_new_post_that_was_never_saved_is_offered_on_return(browser):
    form = OpenForm(browser, ADD)
    form.say(serial=1, fields={"title": "新しい原稿", "tags": "甲, 乙"})
    (copy,) = copies(browser.get(ADD))
    assert "新しい原稿" in browser.get(ADD).content.decode()
    restored = form_fields(browser.get(f"{ADD}?copy={copy}"))
    assert (restored["title"], restored["tags"]) == ("新しい原稿", "甲, 乙")
    browser.post(ADD, restored | {"_continue": "1"})
    assert Post.objects.get().title == "新しい原稿"
    assert not copies(browser.get(ADD))


def test_a_list_of_related_posts_comes_back_too(browser):
    post, one, two = make_draft(), make_post(), make_post()
    post.related_entries.create(target=one, position=1)
    form = open_post(browser, post)
    fields = {name: value for name, value in form.fields.items() if name.startswith("related_entries-")}
    fields |= {"related_entries-TOTAL_FORMS": "2", "related_entries-0-DELETE": True}
    fields |= {"related_entries-1-id": "", "related_entries-1-target": str(two.pk)}
    form.say(serial=1, fields=fields)
    (copy,) = copies(browser.get(post_page(post)))
    restored = browser.get(f"{post_page(post)}?copy={copy}")
    assert form_fields(restored)["related_entries-1-target"] == str(two.pk)
    browser.post(post_page(post), form_fields(restored) | {"_continue": "1"})
    assert [entry.target for entry in post.related_entries.all()] == [two]


def test_a_restored_text_is_merged_with_what_others_saved_meanwhile(browser, browser_of):
    post = make_draft(body=BODY)
    open_post(browser, post).say(serial=1, fields={"body": BODY.replace("一", "壱")})
    open_post(browser_of(make_superuser("suzuki")), post).send(body=BODY.replace("三", "参"))
    (copy,) = copies(browser.get(post_page(post)))
    OpenForm(browser, f"{post_page(post)}?copy={copy}").send()
    assert Post.objects.get().body == "壱段落目。\n\n二段落目。\n\n参段落目。"


def test_a_copy_stays_until_it_is_saved_or_discarded(browser):
    post = make_draft(body=BODY)
    open_post(browser, post).say(serial=1, fields={"body": "書きかけ"})
    for _ in range(3):
        (copy,) = copies(browser.get(post_page(post)))
        browser.get(f"{post_page(post)}?copy={copy}")
    browser.post(f"/admin/blog/post/copies/{copy}/")
    assert not copies(browser.get(post_page(post)))
    assert browser.get(f"{post_page(post)}?copy={copy}").status_code == 200
    assert browser.get(f"/admin/blog/post/copies/{copy}/").status_code == 404


def test_saving_takes_the_copy_away(browser):
    post = make_draft(body=BODY)
    form = open_post(browser, post)
    form.say(serial=1, fields={"body": "書きかけ"})
    form.send(body="書きかけ")
    assert not copies(browser.get(post_page(post)))


def test_typing_back_to_what_was_there_leaves_no_copy(browser):
    post = make_draft(body=BODY)
    form = open_post(browser, post)
    form.say(serial=1, fields={"body": "書きかけ"})
    form.say(serial=2, fields={"body": BODY.replace("\n", "\r\n")})
    assert not copies(browser.get(post_page(post)))


def test_a_late_message_changes_nothing(browser):
    post = make_draft(body=BODY)
    form = open_post(browser, post)
    form.say(serial=2, fields={"body": "新しい"})
    form.say(serial=1, fields={"body": "古い"})
    assert EditingSession.objects.get().draft["body"] == "新しい"
    form.send(body="保存した", editing_serial="3")
    form.say(serial=3, fields={"body": "遅れて届いた"})
    assert not copies(browser.get(post_page(post)))


def test_what_a_refused_form_held_is_kept(browser):
    post = make_draft(body=BODY)
    response = open_post(browser, post).send(title="", body="消えては困る")
    assert list(form_errors(response)) == ["title"]
    (copy,) = copies(browser.get(post_page(post)))
    assert form_fields(browser.get(f"{post_page(post)}?copy={copy}"))["body"] == "消えては困る"


def test_a_page_that_lost_its_text_to_another_gets_a_row_of_its_own(browser):
    post = make_draft(body=BODY)
    first = open_post(browser, post)
    first.say(serial=1, fields={"body": "一つ目の窓"})
    (copy,) = copies(browser.get(post_page(post)))
    second = OpenForm(browser, f"{post_page(post)}?copy={copy}")
    second.say(serial=1, fields={"body": "二つ目の窓"})
    assert first.say(serial=2, fields={"body": "一つ目の続き"}).json() == {"taken": True}
    answer = first.say(serial=2, fields={"body": "一つ目の続き"}, fork=True).json()
    assert answer["token"] != copy
    assert {session.draft["body"] for session in EditingSession.objects.exclude(draft=None)} == {
        "一つ目の続き",
        "二つ目の窓",
    }


def test_a_text_from_a_browser_whose_row_is_gone_gets_a_new_one(browser):
    post = make_draft(body=BODY)
    form, page = open_post(browser, post), open_post(browser, post)
    EditingSession.objects.all().delete()
    text = {"serial": 5, "fields": {"body": "圏外で書いた"}, "closed": True}
    answer = form.say(copies=page.fields["editing"], **text).json()
    assert "?copy=" in answer["copies"]
    (copy,) = copies(browser.get(post_page(post)))
    assert form_fields(browser.get(f"{post_page(post)}?copy={copy}"))["body"] == "圏外で書いた"


def test_the_text_of_a_post_deleted_meanwhile_is_offered_for_a_new_one(browser):
    post = make_draft(body=BODY)
    form = open_post(browser, post)
    Post.objects.all().delete()
    answer = form.say(serial=1, fields={"body": "続き"}).json()
    assert "was deleted" in answer["notice"]
    assert len(copies(browser.get(ADD))) == 1


def test_who_else_has_it_open_is_told(browser, browser_of):
    post = make_draft()
    other = open_post(browser_of(make_superuser("suzuki", last_name="鈴木")), post)
    form = open_post(browser, post)
    assert "鈴木 has this open, too" in form.text
    assert "佐藤 has this open, too" in other.say().json()["presence"]
    other.say(closed=True)
    assert "鈴木" not in form.say().json()["presence"]
    other.say()
    EditingSession.objects.update(seen_at=timezone.now() - datetime.timedelta(minutes=3))
    assert "鈴木" not in form.say().json()["presence"]


def test_another_window_of_the_same_user_is_told_as_such(browser):
    post = make_draft()
    open_post(browser, post)
    form = open_post(browser, post)
    assert "another window" not in form.text  # right after a reload it would be the page that just closed
    assert "another window" in form.say().json()["presence"]


def test_a_newer_version_is_told_while_writing(browser, browser_of):
    post = make_draft(body=BODY)
    form = open_post(browser, post)
    assert form.say().json()["notice"] == ""
    open_post(browser_of(make_superuser("suzuki")), post).send(title="別の題")
    assert "newer version" in form.say().json()["notice"]


def test_nobody_sees_or_discards_the_texts_of_others(browser, browser_of):
    post = make_draft(body=BODY)
    form = open_post(browser, post)
    form.say(serial=1, fields={"body": "ひみつの続き"})
    token = form.fields["editing"]
    other = browser_of(make_superuser("suzuki"))
    assert not copies(other.get(post_page(post)))
    assert form_fields(other.get(f"{post_page(post)}?copy={token}"))["body"] == BODY
    for method in (other.get, other.post):
        assert method(f"/admin/blog/post/copies/{token}/").status_code == 404
    message = {"token": token, "page": form.page, "post": post.pk, "serial": 9, "fields": {"body": "改竄"}}
    response = other.post(EDITING, json.dumps(message), content_type="application/json")
    assert response.status_code == 403
    assert EditingSession.objects.get(pk=token).draft["body"] == "ひみつの続き"


@pytest.mark.parametrize("codenames", [[], ["view_post"], ["change_page", "view_page"]])
def test_who_may_not_change_posts_keeps_nothing(browser_of, codenames):
    post = make_draft()
    browser = browser_of(staff_with(*codenames))
    for target in (post.pk, ""):
        message = {
            "token": str(uuid.uuid4()),
            "page": "x",
            "post": target,
            "serial": 1,
            "fields": {"body": "x"},
        }
        response = browser.post(EDITING, json.dumps(message), content_type="application/json")
        assert response.status_code == 403
        assert "may not" in response.json()["refused"]
    assert not EditingSession.objects.exists()


def test_who_may_only_look_opens_no_form(browser_of):
    post = make_draft()
    response = browser_of(staff_with("view_post")).get(post_page(post))
    assert 'id="editing"' not in response.content.decode()
    assert not EditingSession.objects.exists()


def test_a_permission_taken_away_while_writing_ends_the_keeping(browser_of):
    user = staff_with("view_post", "change_post", "edit_any_post")
    form = open_post(browser_of(user), make_draft(body=BODY))
    user.user_permissions.clear()
    assert form.say(serial=1, fields={"body": "続き"}).status_code == 403


def test_signed_out_is_said_as_json(client, browser_of):
    assert client.get(EDITING).json() == {"signed_out": True}
    assert client.post(EDITING, "{}", content_type="application/json").status_code == 403
    reader = make_staff("reader")
    reader.is_staff = False
    reader.save()
    assert browser_of(reader).get(EDITING).status_code == 403


def test_messages_need_the_csrf_token_and_a_get_gives_it(browser_of, chief):
    browser = browser_of(chief, enforce_csrf_checks=True)
    form = open_post(browser, make_draft())
    assert form.say().status_code == 403
    answer = browser.get(EDITING)
    assert answer.json()["user"] == chief.pk
    assert "no-store" in answer["Cache-Control"]
    message = json.dumps({"token": form.fields["editing"], "page": form.page, "post": form.post})
    headers = {"X-CSRFToken": answer.json()["csrf"]}
    sent = browser.post(EDITING, message, content_type="application/json", headers=headers)
    assert sent.status_code == 200


@pytest.mark.parametrize(
    "content",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"token": 3}',
        '{"token": "x", "page": ""}',
        '{"token": "00000000-0000-0000-0000-000000000000", "page": "", "fields": 3}',
        '{"token": "00000000-0000-0000-0000-000000000000", "page": "", "post": "x"}',
        '{"token": "00000000-0000-0000-0000-000000000000", "page": "", "serial": 1e400}',
        '{"token": "00000000-0000-0000-0000-000000000000", "page": "", "serial": -1}',
        '{"token": "00000000-0000-0000-0000-000000000000", "page": "", "post": 99999999999999999999}',
        b"\xff\xfe",
    ],
)
def test_a_message_that_makes_no_sense_is_refused_and_no_crash(browser, content):
    assert browser.post(EDITING, content, content_type="application/json").status_code == 400


def test_no_character_is_too_strange_to_be_kept(browser):
    form = open_post(browser, make_draft(body=BODY))
    content = r'{"token": "%s", "page": "%s", "serial": 1, "fields": {"body": "a\u0000b\ud800c😀\u2028"}}'
    content %= (form.fields["editing"], form.page)
    assert browser.post(EDITING, content, content_type="application/json").status_code == 200
    assert EditingSession.objects.get().draft["body"] == "ab?c😀\u2028"
    assert form.send(title="見\0出し").status_code == 200


def test_fields_that_the_form_does_not_have_are_not_kept(browser):
    form = open_post(browser, make_draft())
    form.say(serial=1, fields={"body": "x", "guid": "y", "front_matter": "z", "noindex": "on"})
    assert {"guid", "front_matter"}.isdisjoint(EditingSession.objects.get().draft)


def test_a_text_that_is_too_long_is_said_so(browser, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = open_post(browser, make_draft()).say(serial=1, fields={"body": "長" * 1000})
    assert (response.status_code, response.json()) == (413, {"too_long": True})


def test_old_rows_go_and_texts_younger_than_thirty_days_stay(browser, chief):
    def row(days, **fields):
        then = timezone.now() - datetime.timedelta(days=days)
        text = {"draft": {"body": "x"}, "drafted_at": then} if fields.pop("text", False) else {}
        return EditingSession.objects.create(user=chief, opened_at=then, seen_at=then, **text, **fields)

    gone = [row(3), row(31, text=True)]
    kept = [row(1), row(29, text=True)]
    browser.get(ADD)
    left = set(EditingSession.objects.values_list("pk", flat=True))
    assert left >= {session.pk for session in kept}
    assert left.isdisjoint({session.pk for session in gone})


def test_the_differences_of_a_copy_are_shown_by_field_and_character(browser):
    post, related = make_draft("見出しの一", body=BODY), make_post("関連する記事")
    form = open_post(browser, post)
    rows = {"related_entries-TOTAL_FORMS": "1", "related_entries-0-target": str(related.pk)}
    form.say(
        serial=1, fields={"title": "見出しの二", "body": BODY.replace("二", "弐"), "noindex": True} | rows
    )
    page = browser.get(f"/admin/blog/post/copies/{form.fields['editing']}/").content.decode()
    for expected in (
        "見出しの<del>一</del>",
        "見出しの<ins>二</ins>",
        "<ins>弐</ins>段落目。",
        "関連する記事",
        "Yes",
    ):
        assert expected in page
    assert "三段落目" not in page


def test_the_form_costs_the_same_with_many_others_and_many_copies(
    browser, browser_of, chief, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    post = make_draft()

    def cost():
        with CaptureQueriesContext(connection) as queries:
            browser.get(post_page(post))
        return len(queries)

    cost()
    open_post(browser_of(make_superuser("other-0")), post)
    open_post(browser, post).say(serial=1, fields={"body": "一つ"})
    before = cost()
    for number in range(1, 5):
        open_post(browser_of(make_superuser(f"other-{number}")), post)
        open_post(browser, post).say(serial=1, fields={"body": f"{number}つ"})
    assert cost() == before
