"""A feed that a person opens."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.factories import make_post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("extension", ["xml", "atom", "json"])
@pytest.mark.parametrize("javascript", [True, False])
def test_a_feed_is_a_page_to_read_with_and_without_scripts(open_browser, extension, javascript):
    make_post("フィードで読む記事")
    page = open_browser(viewport=PHONE, java_script_enabled=javascript)
    response = page.goto(f"/feed.{extension}")
    assert response.headers["content-type"].startswith("text/html")
    expect(page.get_by_role("heading", name="購読するには")).to_be_visible()
    expect(page.get_by_role("link", name="フィードで読む記事").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") if javascript else True


def test_what_a_script_or_a_reader_fetches_is_the_feed_itself(open_browser):
    make_post()
    page = open_browser()
    page.goto("/feeds/")
    kind = page.evaluate("fetch('/feed.xml').then(answer => answer.headers.get('content-type'))")
    assert kind == "application/rss+xml; charset=utf-8"


def test_the_address_of_a_feed_is_copied(open_browser, live_server):
    make_post()
    page = open_browser(permissions=["clipboard-read", "clipboard-write"])
    page.goto("/feeds/")
    page.get_by_role("button", name="RSSのアドレスをコピー").first.click()
    expect(page.locator(".share-status")).to_have_text("リンクをコピーしました。")
    assert page.evaluate("navigator.clipboard.readText()").endswith("/feed.xml")
