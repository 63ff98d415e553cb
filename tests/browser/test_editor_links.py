"""Links to other posts, and what is pasted into a text, in Chromium."""

import pytest
from playwright.sync_api import expect

from tests.admin_pages import post_page
from tests.factories import make_draft, make_post, make_scheduled, make_staff, tokyo

pytestmark = pytest.mark.django_db(transaction=True)

PASTE = """(area, [html, text]) => {
    const data = new DataTransfer();
    if (html) data.setData("text/html", html);
    data.setData("text/plain", text);
    const options = {bubbles: true, cancelable: true, clipboardData: data};
    return area.dispatchEvent(new ClipboardEvent("paste", options));
}"""


@pytest.fixture
def desk(open_browser):
    def open_desk(body=""):
        page = open_browser(make_staff("chief", is_superuser=True))
        page.goto(post_page(make_post("いまの記事", body=body)))
        expect(page.locator(".editor-bar")).to_be_visible()
        page.locator("#id_body").evaluate("a => { a.focus(); a.setSelectionRange(0, a.value.length); }")
        return page

    return open_desk


def value(page) -> str:
    return page.locator("#id_body").input_value()


def paste(page, html="", text="") -> bool:
    """Whether the browser is left to paste it as it is."""
    return page.locator("#id_body").evaluate(PASTE, [html, text])


# The dialog


def test_a_post_is_linked_by_a_part_of_its_title_with_the_keyboard_alone(desk):
    make_post("電力と[半導体]", slug="chips", published_at=tokyo(2025, 10, 21, 9))
    make_scheduled("半導体の来年")
    page = desk()
    page.keyboard.press("Control+Shift+k")
    box = page.get_by_role("combobox", name="題名の一部")
    expect(box).to_be_focused()
    box.press_sequentially("半導体")
    options = page.get_by_role("dialog").get_by_role("option")
    expect(options).to_have_count(2)
    expect(options.first).to_contain_text("予約公開")
    box.press("ArrowDown")
    chosen = page.get_by_role("dialog").get_by_role("option", selected=True)
    expect(chosen).to_contain_text("2025/10/21")
    expect(box).to_have_attribute("aria-activedescendant", chosen.get_attribute("id"))
    box.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#id_body")).to_be_focused()
    assert value(page) == r"[電力と\[半導体\]](/2025/10/21/chips/)"
    page.keyboard.press("Control+z")
    assert value(page) == ""


def test_the_selection_is_looked_for_and_becomes_the_words_of_the_link(desk):
    make_post("半導体の話", slug="日本語の道", published_at=tokyo(2025, 10, 21, 9))
    page = desk("半導体")
    page.get_by_role("button", name="記事へのリンク").click()
    expect(page.get_by_role("dialog").get_by_role("option", selected=True)).to_contain_text("半導体の話")
    page.keyboard.press("Enter")
    assert value(page) == "[半導体](/2025/10/21/日本語の道/)"


def test_a_draft_is_shown_and_marked_but_cannot_be_linked_to_without_a_date(desk):
    make_draft("日付のない下書き")
    page = desk()
    page.keyboard.press("Control+Shift+k")
    page.get_by_role("combobox", name="題名の一部").fill("下書き")
    expect(page.locator(".editor-posts-status")).to_have_text("1 件")
    option = page.get_by_role("dialog").get_by_role("option", name="日付のない")
    expect(option).to_contain_text("まだリンクできません 下書き")
    expect(option).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#id_body")).to_be_focused()
    assert value(page) == ""


def test_enter_that_ends_a_composition_chooses_nothing(desk):
    make_post("半導体")
    page = desk()
    page.keyboard.press("Control+Shift+k")
    expect(page.get_by_role("dialog").get_by_role("option", selected=True)).to_be_visible()
    method = page.context.new_cdp_session(page)
    method.send("Input.imeSetComposition", {"text": "はん", "selectionStart": 2, "selectionEnd": 2})
    page.get_by_role("combobox", name="題名の一部").dispatch_event(
        "keydown", {"key": "Enter", "isComposing": True, "bubbles": True, "cancelable": True}
    )
    expect(page.get_by_role("dialog")).to_be_visible()
    method.send("Input.insertText", {"text": "半導体"})
    expect(page.locator(".editor-posts-status")).to_have_text("1 件")


# Pasting


def test_an_address_pasted_over_a_selection_makes_it_a_link(desk):
    page = desk("公式サイト")
    assert not paste(page, text="https://example.com/a?b=c")
    assert value(page) == "[公式サイト](https://example.com/a?b=c)"
    page.keyboard.press("Control+z")
    assert value(page) == "公式サイト"


PASTED = [
    # A web page
    (
        "<h1>題</h1><p>前の <strong>太字 </strong>と<em>斜体</em>。<br>次の行</p><ul><li>一<ul><li>内</li>"
        "</ul></li><li>二</li></ul><ol start=3><li>三</li></ol><blockquote><p>引用</p></blockquote><hr>"
        "<pre>a\n b</pre>",
        "## 題\n\n前の **太字** と*斜体*。  \n次の行\n\n- 一\n    - 内\n- 二\n\n3. 三\n\n> 引用\n\n---\n\n"
        "```\na\n b\n```",
    ),
    (
        '<p><a href="https://example.com/x_(y)">リンク</a>と<a href="javascript:alert(1)">危険</a>'
        '<script>alert(1)</script><img src="x" onerror="alert(1)"></p>',
        "[リンク](https://example.com/x_%28y%29)と危険",
    ),
    (
        "<table><tr><th>国</th><th>人口|千</th></tr><tr><td><p>日本</p></td><td>1</td></tr></table>",
        "| 国 | 人口\\|千 |\n| --- | --- |\n| 日本 | 1 |",
    ),
    # Google Docs
    (
        '<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1"><h2 dir="ltr"><span '
        'style="font-weight:400">見出し</span></h2><p dir="ltr"><span style="font-weight:700">太字</span>'
        '<span style="font-style:italic">斜体</span></p><ul><li dir="ltr"><p><span>一</span></p></li><ul><li>'
        "<p>内</p></li></ul></ul><p>"
        '<a href="https://www.google.com/url?q=https://example.jp/&sa=D">先</a></p></b>',
        "## 見出し\n\n**太字***斜体*\n\n- 一\n    - 内\n\n[先](https://example.jp/)",
    ),
    # Word
    (
        "<html><head><style>p {color: red}</style></head><body><p class=MsoNormal>本文<b>太字</b></p>"
        "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>1."
        "<span>&nbsp; </span></span>一つ目</p>"
        "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span "
        "style='mso-list:Ignore'>2.</span>二つ目</p></body></html>",
        "本文**太字**\n\n1. 一つ目\n2. 二つ目",
    ),
    ("<p><b>2*3*4</b> と [x] と snake_case</p>", "**2\\*3\\*4** と \\[x\\] と snake_case"),
]


def test_text_from_word_google_docs_and_the_web_becomes_markdown(desk):
    page = desk()
    for html, markdown in PASTED:
        page.locator("#id_body").evaluate("a => { a.focus(); a.select(); }")
        assert not paste(page, html, "文字だけ")
        assert value(page) == markdown


def test_plain_text_and_text_pasted_with_shift_are_left_to_the_browser(desk):
    page = desk()
    assert paste(page, text="ただの文字")
    assert paste(page, '<div style="font-weight: normal">ただの<span>文字</span></div>', "ただの文字")
    page.keyboard.down("Control")
    page.keyboard.down("Shift")
    page.locator("#id_body").dispatch_event("keydown", {"key": "V", "ctrlKey": True, "shiftKey": True})
    assert paste(page, "<p><b>太字</b></p>", "太字")
    page.keyboard.up("Shift")
    page.keyboard.up("Control")
