"""Headings, links, pictures and tables of the finished HTML."""

import re

import pytest

from blog.rendering import Heading, Picture, render

ELSEWHERE = 'rel="external noopener noreferrer"'


def html(markdown, **options):
    return render(markdown, **options).html


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("画像生成AIの現状", "画像生成aiの現状"),
        ("1. Purpose（目的）：何を？", "1-purpose目的何を"),
        ("ＡＩ　活用 snake_case", "ａｉ活用-snake_case"),
        ("a - b -- c", "a---b--c"),
        ("が（濁点つき）", "が濁点つき"),
        ("**強調**と`code`と[リンク](/a/)", "強調とcodeとリンク"),
        ("AI & ML <br> 2", "ai--ml--2"),
        ("½ と ① と ²", "-と--と-"),
        ("！？", "section"),
        ("注[^1]\n\n[^1]: 注", "注"),
    ],
)
def test_heading_ids_are_those_of_the_old_site(text, expected):
    rendered = render(f"## {text}")
    assert rendered.headings[0].id == expected
    assert f'<h2 id="{expected}">' in rendered.html


def test_repeated_headings_get_a_number_and_never_the_id_of_another():
    ids = [heading.id for heading in render("## 概要\n## 概要\n## 概要-1\n## 概要\n## ！\n## ？").headings]
    assert ids == ["概要", "概要-1", "概要-1-1", "概要-2", "section", "section-1"]


def test_a_heading_may_name_its_own_id():
    assert render("## 料金 {#Price}\n\n## `x` {#y}").headings == (
        Heading(2, "price", "料金"),
        Heading(2, "y", "x"),
    )
    assert "{#" not in html("## 料金 {#price}")
    assert "{#a}" in html("本文 {#a}")


def test_headings_are_listed_in_order_with_their_visible_text():
    rendered = render("## A & “B”\n\n> ### 中\n\n<h4>生の<b>見出し</b></h4>\n\n## {{ x }}終")
    assert rendered.headings == (
        Heading(2, "a--b", "A & “B”"),
        Heading(3, "中", "中"),
        Heading(4, "生の見出し", "生の見出し"),
        Heading(2, "終", "終"),
    )


@pytest.mark.parametrize(
    ("written", "published"),
    [
        ([1, 2, 3, 2], [2, 2, 3, 2]),
        ([2, 3, 4, 5, 6, 2], [2, 3, 4, 5, 6, 2]),
        ([3, 3, 2, 3], [2, 2, 2, 3]),
        ([3, 4, 4, 3, 2], [2, 3, 3, 2, 2]),
        ([2, 4, 4, 3, 6], [2, 3, 3, 3, 4]),
        ([6, 1], [2, 2]),
    ],
)
def test_no_level_is_skipped_and_none_is_the_pages_own(written, published):
    rendered = render("\n\n".join(f"{'#' * level} 見出し" for level in written))
    assert [heading.level for heading in rendered.headings] == published
    assert [int(level) for level in re.findall(r"<h(\d)", rendered.html)] == published
    assert [int(level) for level in re.findall(r"</h(\d)", rendered.html)] == published


def test_a_heading_inside_a_heading_is_closed_by_its_own_tag():
    assert re.sub(r' id="\w+"', "", html("<h2>a<div><h4>b</h4></div>c</h2>")) == (
        "<h2>a<div><h3>b</h3></div>c</h2>"
    )


@pytest.mark.parametrize(
    "address",
    [
        "https://other.example/",
        "HTTPS://OTHER.EXAMPLE/a",
        "http:other.example",
        "https:/other.example",
        "//other.example/a",
        "///other.example/a",
        "https://allforces.example@other.example/",
        "https://allforces.example.other.example/",
        "https://other.example?@allforces.example/",
        "https://other.example#@allforces.example/",
    ],
)
def test_a_link_to_another_site_says_so_and_opens_no_window(address):
    for markup in (f"[a](<{address}>)", f'<a href="{address}" target="_blank" rel="opener">a</a>'):
        rendered = html(markup, site_hosts={"allforces.example"})
        assert ELSEWHERE in rendered
        assert "target" not in rendered


@pytest.mark.parametrize(
    "address",
    [
        r"\\other.example",
        r"/\other.example",
        "/&#9;/other.example",
        r"https:\\other.example",
        r"https://other.example\@allforces.example/",
    ],
)
def test_an_address_in_raw_html_that_only_browsers_read_as_another_sites_is_seen_through(address):
    assert ELSEWHERE in html(f'<a href="{address}">a</a>', site_hosts={"allforces.example"})


@pytest.mark.parametrize(
    "address",
    [
        "/a/",
        "a/",
        "#b",
        "?q=//x",
        "https://allforces.example/a",
        "https://Allforces.Example:443/",
        "//allforces.example./",
        "///allforces.example/",
        "https://desk@allforces.example/",
    ],
)
def test_a_link_within_the_site_has_no_rel(address):
    assert "rel=" not in html(f"[a]({address})", site_hosts=frozenset({"allforces.example"}))


def test_an_affiliate_link_is_marked_as_sponsored():
    assert "noreferrer sponsored" in html("[本](https://www.amazon.co.jp/dp/4000000000/?tag=example-22)")
    assert "sponsored" not in html("[本](https://www.amazon.co.jp/dp/4000000000/)")
    assert "sponsored" in html("[本](//[@amazon.co.jp?tag=example-22)")
    assert "sponsored" not in html("[本](https://notamazon.example/?tag=a)")
    assert "sponsored" not in html("[本](https://amazon.co-jp.example/?tag=a)")
    assert "sponsored" not in html("[本](https://amazon.co.jp.example@other.example/?tag=a)")


def test_a_known_picture_brings_its_size_address_and_text():
    asked = []

    def find(address):
        asked.append(address)
        return Picture("/media/a.webp?x=1&y=2", 1200, 630, 'A "図"')

    rendered = html('![](/assets/画像%201.png "題")', picture=find)
    assert asked == ["/assets/画像 1.png"]
    assert rendered == (
        '<p><img src="/media/a.webp?x=1&amp;y=2" alt="A &quot;図&quot;" title="題" width="1200" height="630"'
        ' loading="lazy" decoding="async"></p>'
    )
    html("![](/%00%FF)", picture=find)
    assert asked[-1] == "/\ufffd\ufffd", "no database takes NUL"
    assert 'alt="著者の説明"' in html("![著者の説明](/a.png)", picture=find)
    assert "width" not in html("![a](/a.png)", picture=lambda _: Picture("/a.png", None, None, ""))


def test_an_unknown_picture_of_ours_has_a_text_even_if_empty():
    assert html("![](/a.png)") == '<p><img src="/a.png" alt="" loading="lazy" decoding="async"></p>'
    assert 'width="10" height="20"' in html('<img src="/a.png" width="10" height="20" style="x">')
    assert 'src="https://allforces.example/a.png"' in html(
        "![a](https://allforces.example/a.png)", site_hosts={"allforces.example"}
    )


def test_a_picture_on_another_site_is_a_link_to_it():
    assert html("![図&](https://other.example/a.png)") == (
        f'<p><a href="https://other.example/a.png" {ELSEWHERE}>図&amp;</a></p>'
    )
    assert ">//other.example/a?b&amp;c</a>" in html("![](//other.example/a?b&c)")
    assert html("[![図](https://other.example/a.png)](/b/)") == '<p><a href="/b/">図</a></p>'


def test_a_table_scrolls_in_a_box_named_after_the_heading_above():
    table = "| a |\n|---|\n| b |"
    assert (
        html(f"## 比較\n\n{table}").count(
            '<div class="table-scroll" tabindex="0" role="group" aria-labelledby="比較"><table>'
        )
        == 1
    )
    assert html(table).startswith('<div class="table-scroll" tabindex="0" role="group"><table>')
    assert html(table).endswith("</table></div>")
    nested = html("<table><tr><td><table><tr><td>a</td></tr></table></td></tr></table>")
    assert nested.count("<div") == nested.count("</div>") == 1


def test_header_cells_of_a_column_say_so_once():
    body = "<tbody><tr><th>b</th><th scope=row>c</th></tr></tbody>"
    markup = f"<table><thead><tr><th>a</th></tr></thead>{body}</table>"
    assert '<th scope="col">a</th>' in html(markup)
    assert '<th>b</th><th scope="row">c</th>' in html(markup)
