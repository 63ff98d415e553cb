"""The editor of a post, in Chromium: toolbar, keys, undo, input methods."""

import pytest
from playwright.sync_api import expect

from tests.admin_pages import post_page
from tests.factories import make_post, make_staff

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(open_browser):
    """`desk(body)` → the page of a post with that text."""

    def open_desk(body="", **options):
        page = open_browser(make_staff("chief", is_superuser=True), **options)
        page.goto(post_page(make_post(body=body)))
        expect(page.locator(".editor-bar")).to_be_visible()
        return page

    return open_desk


def select(page, start, end=None):
    """Puts the selection there; by a part of the text, or by places."""
    page.locator("#id_body").evaluate(
        """(area, [start, end]) => {
            area.focus();
            const from = typeof start === "string" ? area.value.indexOf(start) : start;
            area.setSelectionRange(from, end ?? (typeof start === "string" ? from + start.length : from));
        }""",
        [start, end],
    )


def value(page) -> str:
    return page.locator("#id_body").input_value()


def selected(page) -> str:
    return page.locator("#id_body").evaluate("a => a.value.slice(a.selectionStart, a.selectionEnd)")


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def button(page, name):
    return page.get_by_role("toolbar", name="書式").get_by_role("button", name=name, exact=True)


def test_the_preview_follows_what_is_typed(desk):
    page = desk("最初の文。")
    page.get_by_label("本文").fill("## 新しい見出し\n\n書き直した文。")
    assert page.get_by_label("見出し").count() == 1, "the editor's buttons are not taken for fields"
    preview = page.frame_locator(".markdownx-preview")
    expect(preview.get_by_role("heading", name="新しい見出し")).to_be_visible()
    expect(preview.get_by_text("書き直した文。")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "part", "marked"),
    [
        ("太字", "「重要」", "これは**「重要」**です。"),
        ("太字", "「重要」です。", "これは**「重要」です。**"),
        ("斜体", "重要", "これは「*重要*」です。"),
        ("取り消し線", "これは", "~~これは~~「重要」です。"),
        ("コード", "重要", "これは「`重要`」です。"),
    ],
)
def test_a_mark_is_put_around_a_part_of_a_line_and_taken_away_again(desk, name, part, marked):
    page = desk("これは「重要」です。")
    select(page, part)
    button(page, name).click()
    assert value(page) == marked
    assert selected(page) == part
    button(page, name).click()
    assert value(page) == "これは「重要」です。"


BOLD = [
    ("前　重要　後", 1, 5, "前　**重要**　後"),  # wide spaces stay outside
    ("**重要**です", 0, 6, "重要です"),  # the marks were selected, too
    ("**重要な話**です", 3, 4, "重要な話です"),  # a part of what is bold
    ("*斜体*", 1, 3, "***斜体***"),  # bold and italic
    ("これは**重要", 3, 3, "これは******重要"),
    ("use GPT now", 5, 5, "use **GPT** now"),  # a word has ends
    ("一行目\n\n- 二行目\n> 三行目", 0, 16, "**一行目**\n\n- **二行目**\n> **三行目**"),
    ("**一**\n**二**", 0, 11, "一\n二"),
    ("**一**\n二", 0, 7, "**一**\n**二**"),
]


def test_bold_knows_lines_spaces_words_and_what_is_bold_already(desk):
    page = desk()
    for body, start, end, result in BOLD:
        page.locator("#id_body").fill(body)
        select(page, start, end)
        press(page, "Control+b")
        assert value(page) == result


def test_bold_without_a_selection_is_typed_into_and_left_with_the_same_key(desk):
    page = desk("")
    select(page, 0)
    press(page, "Control+b")
    page.keyboard.type("重要")
    press(page, "Control+b")
    page.keyboard.type("です")
    assert value(page) == "**重要**です"


def test_every_change_is_undone_step_by_step(desk):
    page = desk("一\n二")
    select(page, "一")
    press(page, "Control+b")
    select(page, 0, len(value(page)))
    button(page, "番号付きリスト").click()
    assert value(page) == "1. **一**\n2. 二"
    press(page, "Control+z")
    assert value(page) == "**一**\n二"
    press(page, "Control+z")
    assert value(page) == "一\n二"
    press(page, "Control+Shift+z")
    assert value(page) == "**一**\n二"
    button(page, "元に戻す").click()
    assert value(page) == "一\n二"
    button(page, "やり直す").click()
    assert value(page) == "**一**\n二"


LINES = [
    ("大見出し", "一\n\n二", "## 一\n\n## 二"),
    ("大見出し", "### 一", "## 一"),
    ("小見出し", "### 一", "一"),
    ("引用", "一\n\n二", "> 一\n>\n> 二"),
    ("引用", "> 一\n>\n> 二", "一\n\n二"),
    ("箇条書き", "一\n二", "- 一\n- 二"),
    ("箇条書き", "1. 一\n    2. 二", "- 一\n    - 二"),
    ("番号付きリスト", "- 一\n\n- 二", "1. 一\n\n2. 二"),
    ("番号付きリスト", "1. 一\n2. 二", "一\n二"),
    ("チェックリスト", "- 一\n- [x] 二", "- [ ] 一\n- [ ] 二"),
    ("表", "国\t人口\n日本\t1億", "| 国 | 人口 |\n| --- | --- |\n| 日本 | 1億 |"),
    ("コード", "a\nb", "```\na\nb\n```"),
]


def test_whole_lines_take_their_sign(desk):
    page = desk()
    for name, body, result in LINES:
        page.locator("#id_body").fill(body)
        select(page, 0, len(body))
        button(page, name).click()
        assert value(page) == result


def test_a_link_asks_for_the_address_next_or_for_the_words(desk):
    page = desk("公式サイトを見る")
    select(page, "公式サイト")
    press(page, "Control+k")
    assert (value(page), selected(page)) == ("[公式サイト](https://)を見る", "https://")
    page.locator("#id_body").fill("https://example.com/")
    select(page, "https://example.com/")
    press(page, "Control+k")
    page.keyboard.type("公式")
    assert value(page) == "[公式](https://example.com/)"
    press(page, "Control+k")
    assert selected(page) == "https://example.com/"


def test_a_footnote_gets_the_next_number_and_its_place_at_the_end(desk):
    page = desk("本文[^1]の続き。\n\n[^1]: 一つ目")
    select(page, value(page).index("の続き") + 3)
    button(page, "脚注").click()
    page.keyboard.type("二つ目")
    assert value(page) == "本文[^1]の続き[^2]。\n\n[^1]: 一つ目\n[^2]: 二つ目"


def test_a_table_and_a_rule_stand_on_lines_of_their_own(desk):
    page = desk("前の段落。\n次の段落。")
    select(page, 5)
    button(page, "区切り線").click()
    page.keyboard.type("間")
    assert value(page) == "前の段落。\n\n---\n\n間次の段落。"
    button(page, "表").click()
    assert selected(page) == "見出し1"


def test_enter_goes_on_with_the_list_and_an_empty_item_ends_it(desk):
    page = desk("")
    select(page, 0)
    for line in ("1. 一", "二", "", "段落", "- [x] 済み", "次", "", "> 引用", "続き", ""):
        page.keyboard.type(line)
        press(page, "Enter")
    assert value(page) == "1. 一\n2. 二\n\n段落\n- [x] 済み\n- [ ] 次\n\n> 引用\n> 続き\n\n"


def test_enter_splits_an_item_steps_back_from_a_nested_one_and_leaves_code_alone(desk):
    page = desk("- 前半後半")
    select(page, 4)
    press(page, "Enter")
    assert value(page) == "- 前半\n- 後半"
    page.locator("#id_body").fill("- 一\n    - 二\n    - ")
    select(page, len(value(page)))
    press(page, "Enter")
    assert value(page) == "- 一\n    - 二\n- "
    page.locator("#id_body").fill("```\n- code")
    select(page, len(value(page)))
    press(page, "Enter")
    assert value(page) == "```\n- code\n"
    page.locator("#id_body").fill("- 一")
    select(page, 3)
    press(page, "Shift+Enter")
    assert value(page) == "- 一\n"


def test_brackets_indent_list_items_and_tab_leaves_the_text(desk):
    page = desk("- 一\n- 二")
    select(page, len(value(page)))
    press(page, "Control+]")
    assert value(page) == "- 一\n    - 二"
    press(page, "Control+[")
    assert value(page) == "- 一\n- 二"
    press(page, "Tab")
    assert value(page) == "- 一\n- 二"
    assert page.evaluate("document.activeElement.id") != "id_body"
    select(page, 0)
    press(page, "Shift+Tab")
    assert value(page) == "- 一\n- 二"
    assert page.evaluate("document.activeElement.id") != "id_body"


def test_the_toolbar_is_one_stop_of_the_keyboard_and_arrows_go_through_it(desk):
    page = desk("重要")
    select(page, "重要")
    button(page, "太字").focus()
    press(page, "ArrowRight")
    expect(button(page, "斜体")).to_be_focused()
    press(page, "End", "ArrowRight")
    expect(button(page, "太字")).to_be_focused()
    press(page, "ArrowRight")
    assert page.locator("[role=toolbar] button[tabindex='0']").count() == 1
    press(page, "Enter")
    assert value(page) == "*重要*"
    expect(page.locator("#id_body")).to_be_focused()


def test_every_button_says_its_name_and_its_keys_and_is_large_enough(desk):
    page = desk()
    for each in page.locator("[role=toolbar] button, .editor-views button").all():
        assert each.inner_text()
        box = each.bounding_box()
        assert min(box["width"], box["height"]) >= 24
    assert button(page, "太字").get_attribute("data-tip") == "太字 (Ctrl+B)"
    press(page, "Tab")
    select(page, 0)
    press(page, "Control+/")
    expect(page.get_by_role("dialog", name="ショートカット")).to_be_visible()
    press(page, "Escape")
    expect(page.locator("#id_body")).to_be_focused()


def test_nothing_is_touched_while_an_input_method_composes(desk):
    page = desk("- 一")
    select(page, 3)
    method = page.context.new_cdp_session(page)
    method.send("Input.imeSetComposition", {"text": "にほん", "selectionStart": 3, "selectionEnd": 3})
    before = value(page)
    assert before == "- 一にほん"
    for command in ("太字", "箇条書き", "大見出し"):
        button(page, command).dispatch_event("click")
    area = page.locator("#id_body")
    for event in ({"key": "Enter", "isComposing": True}, {"key": "b", "ctrlKey": True, "isComposing": True}):
        area.dispatch_event("keydown", event | {"bubbles": True, "cancelable": True})
    area.dispatch_event("keydown", {"key": "Enter", "keyCode": 229, "bubbles": True, "cancelable": True})
    assert value(page) == before
    method.send("Input.insertText", {"text": "日本"})
    assert value(page) == "- 一日本"
    press(page, "Enter")
    assert value(page) == "- 一日本\n- "


def test_characters_are_counted_as_a_japanese_desk_counts(desk):
    page = desk(
        "## 見出し\n\n**重要** な[話](/x/)。\n\n| 列 | 二 |\n|---|---|\n| あ | 𠮷 |\n\n"
        "![図](https://x.jp/y.png)\n\n- 済[^1]"
    )
    expect(page.locator(".editor-count")).to_have_text("13 字")
    expect(page.locator(".editor-minutes")).to_have_text("読了 約1分")
    select(page, "**重要** な")
    expect(page.locator(".editor-selection")).to_have_text("選択 3 字")


def test_a_field_with_a_good_length_says_how_long_it_is(desk):
    page = desk()
    page.get_by_label("抜粋").fill("字" * 121)
    guide = page.locator("#id_excerpt_guide")
    expect(guide).to_have_text("121 字（目安 120 字）")
    expect(guide).to_have_class("length-guide is-over")


def test_find_and_replace_take_full_width_for_half_width_and_are_one_step_of_undo(desk):
    page = desk("ＧＰＵとGPUとgpu")
    select(page, 0)
    press(page, "Control+h")
    page.get_by_role("search").get_by_label("検索", exact=True).fill("gpu")
    press(page, "Enter")
    assert selected(page) == "ＧＰＵ"
    press(page, "Enter")
    assert selected(page) == "GPU"
    expect(page.locator(".editor-find-status")).to_have_text("2／3 件")
    page.get_by_label("置換後の文字").fill("半導体")
    page.get_by_role("button", name="置換", exact=True).click()
    assert value(page) == "ＧＰＵと半導体とgpu"
    page.get_by_role("button", name="すべて置換").click()
    assert value(page) == "半導体と半導体と半導体"
    select(page, 0)
    press(page, "Control+z")
    assert value(page) == "ＧＰＵと半導体とgpu"


def test_without_javascript_the_text_area_is_the_editor(open_browser):
    page = open_browser(make_staff("chief", is_superuser=True), java_script_enabled=False)
    page.goto(post_page(make_post(body="前の本文")))
    assert page.locator(".editor-bar, .editor-reading, .editor-foot, .editor-dialog, .editor-find").all()
    for part in page.locator(
        ".editor-bar, .editor-reading, .editor-foot, .editor-dialog, .editor-find"
    ).all():
        expect(part).to_be_hidden()
    page.locator("#id_body").fill("後の本文")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("#id_body")).to_have_value("後の本文")
