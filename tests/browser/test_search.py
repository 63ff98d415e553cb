"""Suggestions below a search field, in Chromium, by keyboard and with an input method."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.factories import make_post

pytestmark = pytest.mark.django_db(transaction=True)


def field(page):
    return page.get_by_role("combobox", name="検索する言葉")


def test_a_suggestion_is_chosen_by_keyboard(open_browser):
    post = make_post("規制の行方", tags=["規制"])
    page = open_browser(viewport=PHONE)
    page.goto("/search/")
    field(page).press_sequentially("規制")
    options = page.get_by_role("option")
    expect(options).to_have_count(2)
    expect(field(page)).to_have_attribute("aria-expanded", "true")
    field(page).press("ArrowDown")
    field(page).press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(field(page)).to_have_attribute("aria-activedescendant", options.nth(1).get_attribute("id"))
    field(page).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(post.title)


def test_escape_closes_the_list_and_enter_searches(open_browser):
    make_post("規制の行方")
    page = open_browser()
    page.goto("/search/")
    field(page).press_sequentially("規制")
    expect(page.get_by_role("option")).to_have_count(1)
    field(page).press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    field(page).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("「規制」の検索結果")


def test_an_answer_that_comes_after_the_next_key_keeps_nothing_from_being_suggested(open_browser):
    make_post("規制の行方")
    page = open_browser()
    page.goto("/search/")
    held = []
    page.route(re.compile(r"suggestions/\?q=[^&]{9}$"), lambda route: held.append(route))  # of one character
    with page.expect_request(re.compile("suggestions")):
        field(page).press_sequentially("規")
    field(page).press_sequentially("制")
    held[0].continue_()
    expect(page.get_by_role("option")).to_have_count(1)


def test_keys_belong_to_the_input_method_while_a_word_is_composed(open_browser):
    make_post("規制の行方", tags=["規制"])
    page = open_browser()
    page.goto("/search/")
    field(page).press_sequentially("規制")
    expect(page.get_by_role("option")).to_have_count(2)
    field(page).evaluate(
        """input => {
            for (const key of ["ArrowDown", "Enter", "Escape"])
                input.dispatchEvent(new KeyboardEvent("keydown", {key, isComposing: true, bubbles: true}));
        }"""
    )
    expect(page.get_by_role("option")).to_have_count(2)
    expect(field(page)).not_to_have_attribute("aria-activedescendant", "searchQuerySuggestions0")
    assert page.url.endswith("/search/")


def test_nothing_is_asked_for_before_a_word_is_composed(open_browser):
    make_post("規制の行方")
    page = open_browser()
    page.goto("/search/")
    asked = []
    page.on("request", lambda request: "suggestions" in request.url and asked.append(request.url))
    keyboard = page.context.new_cdp_session(page)
    field(page).focus()
    keyboard.send("Input.imeSetComposition", {"text": "きせ", "selectionStart": 2, "selectionEnd": 2})
    page.wait_for_timeout(400)
    assert asked == []
    keyboard.send("Input.insertText", {"text": "規制"})
    expect(page.get_by_role("option")).to_have_count(1)


def test_without_javascript_it_is_a_plain_form(open_browser):
    make_post("規制の行方")
    page = open_browser(java_script_enabled=False)
    page.goto("/search/")
    page.get_by_label("検索する言葉").fill("規制")
    page.get_by_label("検索する言葉").press("Enter")
    expect(page.get_by_role("link", name="規制の行方")).to_be_visible()
