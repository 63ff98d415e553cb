"""The steps of a post, its checklist and its preview links, in Chromium."""

import pytest
from playwright.sync_api import expect

from blog.models import Post, Spelling
from tests.admin_pages import post_page
from tests.browser.conftest import PHONE
from tests.factories import make_draft
from tests.workflow.people import make_editor, make_publisher, make_writer

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_post_goes_from_its_writer_to_its_readers(open_browser):
    writer, editor, publisher = make_writer("hanako"), make_editor("shin"), make_publisher("mori")
    post = make_draft("記者の原稿", created_by=writer)

    desk = open_browser(writer)
    desk.goto(post_page(post))
    expect(desk.get_by_role("button", name="公開")).to_have_count(0)
    desk.get_by_label("本文").fill("書き直した本文。")
    desk.get_by_role("button", name="レビューに出す").click()
    expect(desk.get_by_text("「記者の原稿」をレビューに出しました。")).to_be_visible()

    desk = open_browser(editor)
    desk.goto(post_page(post))
    desk.get_by_role("button", name="差し戻す").click()
    expect(desk.locator(".step-note .errorlist")).to_contain_text("メモに書いてください")
    desk.get_by_label("メモ").fill("出典を足してください。")
    desk.get_by_role("button", name="差し戻す").click()
    expect(desk.locator(".returned")).to_contain_text("出典を足してください。")

    desk = open_browser(publisher, viewport=PHONE)
    desk.goto(post_page(post))
    expect(desk.locator(".returned")).to_contain_text("shin さんが差し戻しました")
    desk.get_by_role("button", name="今すぐ公開").click()
    expect(desk.locator(".error-summary")).to_contain_text("確認が必要です")
    for box in desk.get_by_role("checkbox", name="確認した").all():
        box.check()
    desk.get_by_role("button", name="今すぐ公開").click()
    expect(desk.get_by_text("「記者の原稿」を公開しました。")).to_be_visible()
    assert Post.objects.get().is_public
    assert Post.objects.get().body == "書き直した本文。"


def test_a_preview_link_is_made_and_revoked_without_losing_unsaved_text(open_browser):
    post = make_draft("秘密の原稿", body="保存した本文。")
    desk = open_browser(make_editor())
    desk.goto(post_page(post))
    desk.get_by_label("本文").fill("保存前の本文")
    desk.get_by_role("button", name="リンクを作る").click()
    field = desk.get_by_label("新しいリンクです")
    address = field.input_value()
    assert "/preview/" in address
    expect(desk.get_by_label("本文")).to_have_value("保存前の本文")

    reader = open_browser()
    path = "/preview/" + address.split("/preview/")[1]
    reader.goto(path)
    expect(reader.get_by_role("heading", name="秘密の原稿")).to_be_visible()
    expect(reader.get_by_text("保存した本文。")).to_be_visible()

    desk.get_by_role("button", name="無効にする").click()
    expect(desk.get_by_role("button", name="無効にする")).to_have_count(0)
    expect(desk.get_by_label("本文")).to_have_value("保存前の本文")
    complaints = len(reader.complaints)
    reader.goto(path)
    expect(reader.get_by_role("heading", name="このプレビューリンクは使えません")).to_be_visible()
    del reader.complaints[complaints:]  # Chromium names the 404 in its console


def test_a_finding_leads_to_its_line(open_browser):
    Spelling.objects.get_or_create(preferred="サーバー", defaults={"variants": "サーバ"})
    desk = open_browser(make_publisher())
    desk.goto(post_page(make_draft(body="一行目\n\n二行目のサーバ\n\n三行目")))
    desk.get_by_role("link", name="3行目").click()
    selected = desk.evaluate(
        "() => { const a = document.activeElement; return a.value.slice(a.selectionStart, a.selectionEnd) }"
    )
    assert selected == "二行目のサーバ"
