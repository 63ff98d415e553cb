"""What is typed in the form of a post outlives the tab, the connection and the session."""

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from blog.editing.models import EditingSession
from blog.models import Post, Session
from tests.admin_pages import post_page
from tests.factories import make_draft, make_superuser

pytestmark = pytest.mark.django_db(transaction=True)
BODY = "一段落目。\n\n二段落目。"
ADD = "/admin/blog/post/add/"


@pytest.fixture
def chief():
    return make_superuser("chief", last_name="佐藤")


@pytest.fixture
def desk(open_browser, chief):
    return open_browser(chief)


def body(page):
    return page.locator("#id_body")


def status(page):
    return page.locator(".autosave-status")


def is_kept(page):
    expect(status(page)).to_contain_text("に自動保存しました")


def crash(page):
    """The tab is gone without a word, as after a crash; another one opens."""
    context = page.context
    page.close()
    fresh = context.new_page()
    fresh.set_default_timeout(10_000)
    return fresh


def sign_in(page, user):
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    address = page.url.split("/admin")[0]
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": address}])


def forgive(page, *expected):
    """Chromium itself writes to the console about requests that failed; these are meant to."""
    page.complaints[:] = [line for line in page.complaints if not any(text in line for text in expected)]


def test_a_text_outlives_its_tab(desk):
    post = make_draft(body=BODY)
    desk.goto(post_page(post))
    body(desk).fill("書きかけの本文。")
    is_kept(desk)
    desk = crash(desk)
    desk.goto(post_page(post))
    expect(body(desk)).to_have_value(BODY)
    expect(desk.get_by_text("保存されていない文章があります")).to_be_visible()
    desk.get_by_role("link", name="復元").click()
    expect(body(desk)).to_have_value("書きかけの本文。")
    desk.get_by_role("button", name="保存", exact=True).click()
    expect(desk.get_by_text("保存されていない文章があります")).to_be_hidden()
    assert Post.objects.get().body == "書きかけの本文。"


def test_a_new_post_outlives_its_tab_and_can_be_discarded(desk):
    desk.goto(ADD)
    desk.get_by_label("見出し").fill("新しい原稿")
    is_kept(desk)
    desk = crash(desk)
    desk.goto(ADD)
    expect(desk.get_by_text("新しい原稿")).to_be_visible()
    desk.get_by_role("link", name="差分を見る").click()
    expect(desk.locator("ins")).to_have_text(["新しい原稿"])
    desk.go_back()
    desk.get_by_role("button", name="破棄").click()
    expect(desk.get_by_text("保存されていない文章を破棄しました")).to_be_visible()
    expect(desk.get_by_text("保存されていない文章があります")).to_be_hidden()


def test_a_text_written_offline_is_sent_when_the_connection_is_back(desk):
    post = make_draft(body=BODY)
    desk.goto(post_page(post))
    is_here(desk)
    desk.context.set_offline(True)
    body(desk).fill("圏外で書いた。")
    expect(status(desk)).to_contain_text("オフラインです。このブラウザーに保存しています。")
    assert not EditingSession.objects.exclude(draft=None).exists()
    desk.context.set_offline(False)
    is_kept(desk)
    assert EditingSession.objects.exclude(draft=None).get().draft["body"] == "圏外で書いた。"
    forgive(desk, "ERR_INTERNET_DISCONNECTED")


def is_here(desk):
    """The page has said its first word to the server."""
    with desk.expect_response("**/editing/"):
        pass


def test_a_text_written_offline_outlives_its_tab(desk):
    post = make_draft(body=BODY)
    desk.goto(post_page(post))
    is_here(desk)
    desk.context.set_offline(True)
    body(desk).fill("圏外で書いた。")
    expect(status(desk)).to_contain_text("オフラインです")
    forgive(desk, "ERR_INTERNET_DISCONNECTED")
    desk = crash(desk)
    desk.context.set_offline(False)
    desk.goto(post_page(post))
    desk.get_by_role("link", name="復元").click()
    expect(body(desk)).to_have_value("圏外で書いた。")


def test_saving_offline_leaves_the_text_where_it_is(desk):
    desk.goto(post_page(make_draft(body=BODY)))
    is_here(desk)
    desk.context.set_offline(True)
    body(desk).fill("圏外で書いた。")
    desk.get_by_role("button", name="保存", exact=True).click()
    expect(status(desk)).to_contain_text("つながってから保存してください")
    expect(body(desk)).to_have_value("圏外で書いた。")
    desk.context.set_offline(False)
    forgive(desk, "ERR_INTERNET_DISCONNECTED")


def test_an_expired_session_loses_nothing_and_goes_on_after_signing_in_elsewhere(desk, chief):
    desk.goto(post_page(make_draft(body=BODY)))
    is_here(desk)
    Session.objects.all().delete()
    body(desk).fill("締め切られても書いた。")
    expect(status(desk)).to_contain_text("ログアウトしています", timeout=15_000)
    sign_in(desk, chief)
    desk.context.clear_cookies(name="csrftoken")  # signing in has changed it
    body(desk).press_sequentially("続き")
    expect(status(desk)).to_contain_text("に自動保存しました", timeout=20_000)
    desk.get_by_role("button", name="保存", exact=True).click()
    desk.wait_for_load_state()
    assert "締め切られても書いた。" in Post.objects.get().body
    forgive(desk, "403")


def test_a_form_sent_after_the_session_ended_is_offered_after_signing_in(desk, chief):
    post = make_draft(body=BODY)
    desk.goto(post_page(post))
    is_here(desk)
    Session.objects.all().delete()
    body(desk).fill("締め切られても書いた。")
    desk.get_by_role("button", name="保存", exact=True).click()
    expect(desk.get_by_role("heading", name="まだ保存されていません")).to_be_visible()
    assert Post.objects.get().body == BODY
    sign_in(desk, chief)
    desk.goto(post_page(post))
    desk.get_by_role("link", name="復元").click()
    expect(body(desk)).to_have_value("締め切られても書いた。")
    forgive(desk, "403")


@pytest.mark.parametrize("waits", [False, True])
def test_leaving_warns_only_of_a_text_that_nobody_has_yet(desk, waits):
    desk.goto(post_page(make_draft(body=BODY)))
    is_here(desk)
    asked = []
    desk.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    body(desk).click()
    body(desk).press_sequentially("書きかけ")
    if waits:
        is_kept(desk)
    desk.get_by_role("link", name="カテゴリー").first.click()
    desk.wait_for_url("**/category/")
    assert asked == ([] if waits else ["beforeunload"])


def test_leaving_a_form_in_which_nothing_was_typed_asks_nothing(desk):
    desk.goto(post_page(make_draft(body=BODY)))
    is_here(desk)
    asked = []
    desk.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    body(desk).click()
    desk.get_by_role("link", name="カテゴリー").first.click()
    desk.wait_for_url("**/category/")
    assert asked == []


def test_what_is_being_composed_is_neither_sent_nor_disturbed(desk):
    desk.goto(post_page(make_draft(body="")))
    is_here(desk)
    body(desk).click()
    typist = desk.context.new_cdp_session(desk)
    typist.send("Input.imeSetComposition", {"text": "きしゃ", "selectionStart": 3, "selectionEnd": 3})
    desk.wait_for_timeout(4_000)
    expect(body(desk)).to_have_value("きしゃ")
    assert not EditingSession.objects.exclude(draft=None).exists()
    typist.send("Input.insertText", {"text": "記者"})
    is_kept(desk)
    expect(body(desk)).to_have_value("記者")
    assert EditingSession.objects.exclude(draft=None).get().draft["body"] == "記者"


def test_a_double_click_on_saving_makes_one_new_post(desk):
    desk.goto(ADD)
    desk.get_by_label("見出し").fill("新しい原稿")
    desk.get_by_role("button", name="保存", exact=True).dblclick()
    desk.wait_for_url("**/change/")
    assert Post.objects.count() == 1


def test_the_form_behind_the_back_button_goes_on_from_what_was_saved(desk):
    post = make_draft(body=BODY)
    desk.goto(post_page(post))
    body(desk).fill(BODY.replace("一", "壱"))
    desk.get_by_role("button", name="保存して閉じる").click()
    desk.wait_for_url("**/post/**")
    desk.go_back()
    text = body(desk).input_value()
    body(desk).fill(text.replace("二", "弐"))
    desk.get_by_role("button", name="保存して閉じる").click()
    desk.wait_for_url("**/post/")
    assert "弐" in Post.objects.get().body
    assert "壱" in Post.objects.get().body
