"""The desk where there is little room, in Chromium."""

import pytest
from playwright.sync_api import expect

from blog.models import Post
from tests.admin_pages import post_page
from tests.browser.conftest import DESKTOP
from tests.factories import make_draft, make_page, make_post, make_superuser
from tests.workflow.people import make_publisher, make_writer

pytestmark = pytest.mark.django_db(transaction=True)
SMALL = {"width": 360, "height": 640}
LYING = {"width": 640, "height": 360}


@pytest.mark.parametrize("viewport", [SMALL, LYING], ids=["upright", "lying"])
@pytest.mark.parametrize("make", [make_draft, make_post])
def test_the_buttons_stay_in_reach_on_a_phone_and_leave_the_text_its_room(open_browser, viewport, make):
    post = make(body="長い本文。\n\n" * 80)
    desk = open_browser(make_publisher(), viewport=viewport)
    desk.goto(post_page(post))
    desk.get_by_label("見出し").fill("直した見出し")
    expect(desk.locator(".autosave-status")).not_to_be_empty()
    bar = desk.locator(".save-bar").bounding_box()
    assert bar["y"] + bar["height"] == pytest.approx(viewport["height"], abs=1)
    assert bar["height"] < 0.3 * viewport["height"]
    assert desk.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    save = desk.get_by_role("button", name="保存", exact=True)
    assert save.evaluate("""button => {
        const box = button.getBoundingClientRect();
        return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2) === button;
    }"""), "nothing lies over it"
    last = desk.locator(".submit-row").last.locator("input, a").last
    last.scroll_into_view_if_needed()
    box = last.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= viewport["width"]
    save.click()
    expect(desk.locator(".messagelist")).to_be_visible()
    assert Post.objects.get().title == "直した見出し"


def test_no_field_that_has_the_focus_hides_behind_the_buttons(open_browser):
    desk = open_browser(make_publisher(), viewport=SMALL)
    desk.goto(post_page(make_draft()))
    desk.get_by_label("見出し").focus()
    for _ in range(60):
        desk.keyboard.press("Tab")
        at = desk.evaluate("""() => {
            const field = document.activeElement, box = field.getBoundingClientRect();
            return field.matches("form:has(.save-bar) :is(input, select, textarea)")
                && !field.closest(".save-bar") && box.height < 200 ? [field.name, box.bottom] : null;
        }""")
        assert at is None or at[1] <= desk.locator(".save-bar").bounding_box()["y"] + 1, at


def test_a_page_has_its_buttons_in_reach_too(open_browser):
    desk = open_browser(make_superuser(), viewport=SMALL)
    desk.goto(f"/admin/blog/page/{make_page(body='長い。' * 2000).pk}/change/")
    row = desk.locator(".submit-row").bounding_box()
    assert row["y"] + row["height"] == pytest.approx(SMALL["height"], abs=1)
    assert row["height"] < 0.2 * SMALL["height"]


def test_a_long_headline_without_blanks_leaves_the_columns_of_the_list_their_width(open_browser):
    make_post("https://example.com/" + "inference" * 20)
    make_post("推論チップの新顔を比べる")
    for viewport in (DESKTOP, SMALL):
        desk = open_browser(make_publisher(), viewport=viewport)
        desk.goto("/admin/blog/post/")
        results = desk.locator("#changelist .results")
        assert results.evaluate("element => element.scrollWidth - element.clientWidth") <= 0
        assert desk.evaluate("document.documentElement.scrollWidth") == viewport["width"]
        title = desk.locator("#result_list .field-title", has_text="推論チップ").bounding_box()
        assert title["width"] > 180


def test_what_may_only_be_read_keeps_its_lines_and_its_blanks(open_browser):
    writer = make_writer()
    body = "- 一\n    - 二\n\n      ```\n        code\n      ```"
    post = make_draft(created_by=writer, status=Post.Status.IN_REVIEW, body=body)
    desk = open_browser(writer)
    desk.goto(post_page(post))
    assert desk.locator(".field-body .readonly").inner_text() == body
