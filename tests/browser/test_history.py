"""The history of a post, in Chromium."""

import pytest
from playwright.sync_api import expect

from blog.models import Post
from tests.admin_pages import post_page
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import make_draft, make_post, make_staff

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_edit_is_compared_and_taken_back(open_browser, viewport):
    post = make_draft(body="\n\n".join(f"第{number}段落。" for number in range(20)), tags=["AI"])
    desk = open_browser(make_staff("chief", is_superuser=True), viewport=viewport)
    desk.goto(post_page(post))
    desk.get_by_label("本文").fill(post.body.replace("第7段落。", "第7段落を書き直した。"))
    desk.get_by_role("button", name="保存", exact=True).click()
    desk.get_by_role("link", name="履歴").click()
    desk.get_by_role("button", name="選んだ2つの版を比べる").click()
    expect(desk.locator("ins", has_text="を書き直した")).to_be_visible()
    expect(desk.get_by_text("第0段落。")).to_be_hidden()
    desk.get_by_text("変更のない").first.click()
    expect(desk.get_by_text("第0段落。")).to_be_visible()
    desk.get_by_role("link", name="の版に戻す").click()
    expect(desk.locator("del", has_text="を書き直した")).to_be_visible()
    desk.get_by_role("button", name="この版に戻す").click()
    expect(desk.get_by_text("最新の版として復元しました")).to_be_visible()
    assert Post.objects.get().body == post.body
    width = desk.evaluate("document.documentElement.scrollWidth")
    assert width <= viewport["width"]


def test_a_correction_is_written_from_the_post_and_shown_to_readers(open_browser):
    post = make_post()
    desk = open_browser(make_staff("chief", is_superuser=True), viewport=PHONE)
    desk.goto(post_page(post))
    with desk.expect_popup() as opened:
        desk.get_by_role("link", name="訂正・追記を書く").click()
    form = opened.value
    form.get_by_label("文面").fill("台数を直しました。")
    form.get_by_role("button", name="保存", exact=True).click()
    expect(form.get_by_text("台数を直しました。").first).to_be_visible()
    reader = open_browser(viewport=PHONE)
    reader.goto(post.get_absolute_url())
    reader.get_by_role("link", name="この記事は公開後に訂正しました。").click()
    expect(reader.locator("#corrections")).to_contain_text("台数を直しました。")
