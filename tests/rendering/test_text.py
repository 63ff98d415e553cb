"""The visible text and the reading time."""

import pytest

from blog.rendering import reading_minutes, render


def test_text_is_what_a_reader_sees():
    markdown = (
        "## 見出し\n\n**強調**です。\n次の`code`。\n\n| a | b |\n|---|---|\n| c | d |\n\n"
        "- 項目 &amp; &lt;b&gt;\n\n<ruby>漢字<rt>かんじ</rt></ruby><div>一</div><div>二</div>\n\n"
        '![図](/a.png) "引用" x<br>y\n\n<!-- 秘密 -->'
    )
    assert render(markdown).text == (
        "見出し 強調です。次のcode。 a b c d 項目 & <b> 漢字かんじ 一 二 “引用” x y"
    )


def test_footnote_numbers_and_arrows_are_not_text_but_the_notes_are():
    assert render("本文[^1]です。\n\n[^1]: 注記。").text == "本文です。 注記。"


def test_white_space_is_collapsed_full_width_included():
    assert render("一　二&nbsp;三 \n four\n\n\n五").text == "一 二 三 four 五"


def test_an_empty_body_has_no_text_and_takes_a_minute():
    rendered = render(" \n\n")
    assert (rendered.html, rendered.headings, rendered.text, rendered.reading_minutes) == ("", (), "", 1)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("", 1),
        ("あ" * 500, 1),
        ("あ" * 501, 2),
        ("ア、。「」" * 100 + "ｱ", 2),
        ("𠮷" * 501, 2),
        ("한" * 501, 2),
        ("word " * 200, 1),
        ("word " * 201, 2),
        ("GPT-5.1 " * 200, 1),
        ("あ" * 250 + " word" * 100, 1),
        ("あ" * 250 + "word、" * 100, 2),
        ("　 \n" * 5_000 + "— | *" * 5_000, 1),
    ],
)
def test_reading_time_is_500_japanese_characters_or_200_words_a_minute(text, minutes):
    assert reading_minutes(text) == minutes


def test_reading_time_is_that_of_the_visible_text():
    body = "[あ](https://other.example/very/long/address/that/nobody/reads)" * 500
    assert render(body).reading_minutes == 1
    assert render(body + "い").reading_minutes == 2
