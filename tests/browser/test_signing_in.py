"""Signing in, in Chromium: codes, passkeys, and a session that ended while writing."""

import pytest
from django.core.cache import cache
from django_otp_webauthn.models import WebAuthnCredential
from playwright.sync_api import expect

from blog.models import Post, Session
from tests.accounts.steps import ACCOUNT, APP, CODE, LOGIN, PASSWORD, code_of, with_app, wrong_code_of
from tests.browser.conftest import PHONE
from tests.factories import make_staff, make_superuser

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _here(settings, live_server):
    """Passkeys are bound to the name at which the live server stands."""
    assert live_server.url.startswith("http://localhost:")
    settings.SITE_URL = live_server.url
    settings.OTP_WEBAUTHN_RP_ID = "localhost"
    settings.OTP_WEBAUTHN_ALLOWED_ORIGINS = [live_server.url]
    cache.clear()


def give_password(page, username):
    page.goto(LOGIN)
    page.get_by_label("ユーザー名").fill(username)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログイン").click()


def forget_refusals(page):
    """Chromium names every 403 on the console, also those that a test is about."""
    page.complaints[:] = [complaint for complaint in page.complaints if "403" not in complaint]


def with_authenticator(page):
    """A fingerprint reader that always says yes; answers its DevTools session and id."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    answer = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, answer["authenticatorId"]


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desktop", "phone"])
def test_a_wrong_code_is_told_and_the_right_one_signs_in(open_browser, viewport):
    device = with_app(make_superuser())
    page = open_browser(**({"viewport": viewport} if viewport else {}))
    give_password(page, "chief")
    page.wait_for_url(f"**{CODE}")
    code = page.get_by_label("認証コード")
    expect(code).to_be_focused()
    code.fill(wrong_code_of(device))
    code.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="コードが違う")).to_be_visible()
    code.fill(code_of(device))
    code.press("Enter")
    page.wait_for_url("**/admin/")
    expect(page.get_by_role("button", name="ログアウト")).to_be_visible()


def test_a_passkey_is_added_and_signs_in(open_browser):
    user = make_superuser()
    page = open_browser(user)
    with_authenticator(page)
    page.goto(ACCOUNT)
    page.get_by_label("名前").fill("編集部のノートPC")
    page.get_by_role("button", name="パスキーを追加").click()
    page.get_by_role("button", name="新しいコードを表示する").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.get_by_role("link", name="保管しました").click()
    expect(page.locator("strong", has_text="編集部のノートPC")).to_be_visible()
    assert WebAuthnCredential.objects.get().user == user
    page.get_by_role("button", name="ログアウト").click()
    give_password(page, "chief")
    page.wait_for_url(f"**{CODE}")
    page.get_by_role("button", name="パスキーを使う").click()
    page.wait_for_url("**/admin/")
    assert WebAuthnCredential.objects.get().last_used_at


def test_a_device_without_the_passkey_says_so_and_the_code_still_works(open_browser):
    device = with_app(make_superuser())
    page = open_browser()
    cdp, authenticator = with_authenticator(page)
    give_password(page, "chief")
    page.get_by_label("認証コード").fill(code_of(device))
    page.get_by_role("button", name="確認").click()
    page.goto(ACCOUNT)
    page.get_by_role("button", name="パスキーを追加").click()
    expect(page.locator(".account-rows form").first).to_be_visible()
    cdp.send("WebAuthn.clearCredentials", {"authenticatorId": authenticator})
    page.get_by_role("button", name="ログアウト").click()
    give_password(page, "chief")
    page.get_by_role("button", name="パスキーを使う").click()
    expect(page.get_by_text("この端末にはこのアカウントのパスキーがありません")).to_be_visible(timeout=30_000)
    page.get_by_label("認証コード").fill(code_of(device, steps=1))
    page.get_by_role("button", name="確認").click()
    page.wait_for_url("**/admin/")


def test_the_first_account_sets_up_an_app_by_the_typed_secret(open_browser):
    user = make_staff("tanaka")
    page = open_browser(user)
    page.goto(ACCOUNT)
    page.get_by_role("link", name="認証アプリを設定").click()
    expect(page.get_by_role("img", name="QRコード")).to_be_visible()
    frame, drawn = page.locator(".qr svg"), page.locator(".qr svg path").first
    assert drawn.bounding_box() == pytest.approx(frame.bounding_box(), abs=0.5)
    device = user.totpdevice_set.get()
    page.get_by_label("認証コード").fill(code_of(device))
    page.get_by_role("button", name="このアプリを使う").click()
    expect(page.locator(".codes li")).to_have_count(10)
    with page.expect_download() as download:
        page.get_by_role("button", name="ダウンロード").click()
    assert download.value.suggested_filename == "recovery-codes.txt"
    page.goto(APP)  # another phone may follow
    expect(page.get_by_role("heading", name="認証アプリを設定")).to_be_visible()


def test_signing_in_again_in_another_tab_lets_the_old_tab_save(open_browser):
    user = make_superuser()
    desk = open_browser(user)
    desk.goto("/admin/blog/post/add/")
    desk.get_by_label("見出し").fill("書きかけの記事")
    desk.get_by_label("本文").fill("一段落目。\n\n二段落目。")
    Session.objects.end(user)
    other = desk.context.new_page()
    give_password(other, "chief")
    other.wait_for_url("**/admin/")
    other.close()
    desk.bring_to_front()
    desk.locator("input[name=_continue]").click()
    expect(desk.locator(".messagelist .success")).to_be_visible()
    assert Post.objects.get().title == "書きかけの記事"
    forget_refusals(desk)


def test_a_save_from_an_ended_session_keeps_every_word_until_it_is_sent_again(open_browser):
    user = make_superuser()
    desk = open_browser(user)
    body = "\n\n".join(["長い段落の一文です。" * 70] * 20)
    desk.goto("/admin/blog/post/add/")
    desk.get_by_label("見出し").fill("長い記事")
    desk.get_by_label("本文").fill(body)
    Session.objects.end(user)
    desk.locator("input[name=_continue]").click()
    expect(desk.get_by_role("heading", name="まだ保存されていません")).to_be_visible()
    with desk.context.expect_page() as opened:
        desk.get_by_role("link", name="別のタブでログイン").click()
    tab = opened.value
    tab.get_by_label("ユーザー名").fill("chief")
    tab.get_by_label("パスワード").fill(PASSWORD)
    tab.get_by_role("button", name="ログイン").click()
    tab.wait_for_url(f"**{ACCOUNT}")
    tab.close()
    desk.bring_to_front()
    desk.get_by_role("button", name="もう一度送る").click()
    expect(desk.locator(".messagelist .success")).to_be_visible()
    assert Post.objects.get().body.split() == body.split()
    forget_refusals(desk)
