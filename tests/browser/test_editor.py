"""The editor of a post, in Chromium."""

import pytest
from playwright.sync_api import expect

from tests.admin_pages import post_page
from tests.factories import make_post, make_staff

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_preview_follows_what_is_typed(open_browser):
    desk = open_browser(make_staff("chief", is_superuser=True))
    desk.goto(post_page(make_post(body="最初の文。")))
    desk.get_by_label("本文").fill("## 新しい見出し\n\n書き直した文。")
    preview = desk.frame_locator(".markdownx-preview")
    expect(preview.get_by_role("heading", name="新しい見出し")).to_be_visible()
    expect(preview.get_by_text("書き直した文。")).to_be_visible()
