"""Markdown as the newsroom writes it."""

import pytest

from blog.rendering import render


def html(markdown, **options):
    return render(markdown, **options).html


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("**「重要」**です", "<strong>「重要」</strong>です"),
        ("これは**「重要」**です", "これは<strong>「重要」</strong>です"),
        ("価格は**50%**増", "価格は<strong>50%</strong>増"),
        ("**A社（本社）**は", "<strong>A社（本社）</strong>は"),
        ("市場は**$100**です", "市場は<strong>$100</strong>です"),
        ("これは*「斜体」*です", "これは<em>「斜体」</em>です"),
        ("これは~~「取消」~~です", "これは<s>「取消」</s>です"),
        ("**[見出し](/a/)**です", '<strong><a href="/a/">見出し</a></strong>です'),
        ("**「API」**Gateway", "<strong>「API」</strong>Gateway"),
        ("API**「鍵」**", "API<strong>「鍵」</strong>"),
        ("**ｶﾅ｡**です", "<strong>ｶﾅ｡</strong>です"),
        ("**a.**b", "**a.**b"),
        ("a * b * c", "a * b * c"),
        ("** 空白 **です", "** 空白 **です"),
        ("snake_case_name", "snake_case_name"),
        ("これは_下線_です", "これは_下線_です"),
        ("これは_下線_", "これは_下線_"),
        ("_下線_です", "_下線_です"),
        ("「_下線_」です", "「<em>下線</em>」です"),
    ],
)
def test_emphasis_works_beside_japanese_punctuation(markdown, expected):
    assert html(markdown) == f"<p>{expected}</p>"


def test_a_line_break_between_japanese_characters_is_no_space():
    assert html("一行目です。\n二行目\nthird line\n**三行目**\n四") == (
        "<p>一行目です。二行目\nthird line\n<strong>三行目</strong>四</p>"
    )


def test_a_line_break_between_korean_words_stays():
    assert html("한국어\n단어") == "<p>한국어\n단어</p>"


def test_a_hard_line_break_stays():
    assert html("一行目  \n二行目") == "<p>一行目<br>\n二行目</p>"


def test_typography_is_curly_but_not_in_code_addresses_and_enumerations():
    assert html("\"AI\" and 'ML' -- 3--5 --- wait...") == "<p>“AI” and ‘ML’ – 3–5 — wait…</p>"
    assert html('(c) --save `a -- "b"...`') == '<p>(c) --save <code>a -- "b"...</code></p>'
    assert ">https://example.jp/a--b...<" in html("<https://example.jp/a--b...>")


def test_quotation_marks_of_an_enormous_paragraph_stay_straight():
    assert "“" in html('"a" ' * 2_000)
    assert "“" not in html('"a" ' * 3_000)


def test_a_bare_address_is_no_link():
    assert html("www.example.jp と https://example.jp/") == "<p>www.example.jp と https://example.jp/</p>"


def test_one_line_above_dashes_is_a_heading_as_on_the_old_site():
    assert html("本文です。\n\nどう考えますか？\n---\n次") == (
        '<p>本文です。</p>\n<h2 id="どう考えますか">どう考えますか？</h2>\n<p>次</p>'
    )


@pytest.mark.parametrize("before", ["一行目\n二行目", "# 見出し\n本文", "---\n注記"])
def test_dashes_below_a_paragraph_of_more_than_one_line_are_a_rule(before):
    rendered = render(f"{before}\n---\n次")
    assert rendered.html.endswith("</p>\n<hr>\n<p>次</p>")
    assert len(rendered.headings) == before.count("#")


def test_equals_signs_below_a_longer_paragraph_are_text():
    assert html("一行目\nsecond\n===") == "<p>一行目\nsecond\n===</p>"


def test_a_table_aligns_by_class_and_fills_ragged_rows():
    rendered = html("| 左 | 右 |\n|:---|---:|\n| a |\n| b | c | d |")
    assert "style" not in rendered
    assert '<th scope="col" class="align-left">左</th>' in rendered
    assert rendered.count('<td class="align-right">') == 2
    assert ">d<" not in rendered


def test_task_lists_show_symbols_that_need_no_label():
    rendered = html("- [ ] 未完\n- [x] **完了**\n- [X] 済\n- [y] 違う\n- [ ]空きなし")
    assert "<input" not in rendered
    assert '<li class="task-list-item">☐ 未完</li>' in rendered
    assert '<li class="task-list-item">☑ <strong>完了</strong></li>' in rendered
    assert rendered.count("☑") == 2
    assert "<li>[y] 違う</li>\n<li>[ ]空きなし</li>" in rendered


def test_footnotes_are_numbered_in_the_order_of_their_references():
    rendered = html("本文[^後]と[^前]、再び[^後]。\n\n[^前]: 前の注。\n[^後]: 後の注。\n")
    assert rendered.index('<li id="fn:1"><p>後の注。') < rendered.index('<li id="fn:2"><p>前の注。')
    assert '<a href="#fn:1" id="fnref:1:1" role="doc-noteref">[1]</a>' in rendered
    assert rendered.count('class="footnote-backref"') == 3


def test_a_reference_without_footnote_and_a_caret_in_brackets_are_text():
    assert html("本文[^なし] ^[中]") == "<p>本文[^なし] ^[中]</p>"


def test_a_footnote_id_cannot_be_that_of_a_heading():
    rendered = html("## fn:1\n\n本文[^a]\n\n[^a]: 注\n")
    assert rendered.count('id="fn:1"') == 1
    assert 'id="fn1"' in rendered


def test_code_keeps_its_language_and_its_characters():
    assert html('```c++ {linenos}\na < "b" && {% x %}\n```') == (
        '<pre tabindex="0"><code class="language-c++">a &lt; "b" &amp;&amp; {% x %}\n</code></pre>'
    )
