"""Bodies that no editor writes. The sizes would take minutes if the work grew with their square."""

import re
import time
from io import StringIO

import pytest
from django.utils.xmlutils import SimplerXMLGenerator

from blog.rendering import render

CASES = {
    "open brackets": "[" * 40_000,
    "nested brackets": "[" * 20_000 + "a" + "]" * 20_000,
    "open links": "[a](b" * 40_000,
    "nested quotes": ">" * 200_000 + "a",
    "nested list": "- " * 200_000 + "a",
    "indented list": "\n".join(" " * (2 * depth) + "- a" for depth in range(300)),
    "stars": "*" * 200_000,
    "opening stars": "**a " * 30_000,
    "closing stars": "a** " * 30_000,
    "stars beside Japanese": "**「あ" * 30_000,
    "backticks of every length": "".join("a" + "`" * length for length in range(600)),
    "quotation marks": "\"a 'b " * 60_000,
    "quotation pairs": '"a" ' * 150_000,
    "angles": "<" * 200_000,
    "comments": "<!-- " * 50_000,
    "nested elements": "<div>" * 100_000,
    "nested formatting": "".join(f"<b title={n}>" for n in range(20_000)),
    "formatting left open": "<div>" + "<b>" * 900 + "</div>\n\n" + "<div>a</div>\n\n" * 9_000,
    "attributes": "<p " + " ".join(f"a{n}" for n in range(100_000)) + ">",
    "wide table": "|a" * 5_000 + "|\n" + "|-" * 5_000 + "|\n" + "|b|\n" * 50,
    "ragged table": "|a" * 300 + "|\n" + "|-" * 300 + "|\n" + "|a|b\n" * 300,
    "pipes": "|" * 100_000 + "\n" + "|" * 100_000,
    "footnote references": "[^a]: x\n\n" + "[^" * 20_000,
    "unclosed labels": "[^a\n" * 3_000,
    "one heading": "# a\n" * 40_000,
    "headings with the suffixes of others": "".join(f"# a\n# a-{n}\n" for n in range(2_000)),
    "heading with spaces": "# a" + " " * 200_000 + "b {#" + "c" * 200_000,
    "open Liquid": "{{" * 100_000 + "{%" * 100_000,
    "spaces in Liquid": "{%" + " " * 100_000 + "a" * 100_000,
    "raw and comment": "{% raw %}" * 20_000 + "{% comment %}" * 20_000,
    "Liquid and backticks": "{{a}}" + "".join("a" + "`" * length for length in range(600)),
    "attribute lists": "*a*{:" * 10_000 + "\n{:" * 10_000 + "}" + " " * 100_000 + "a",
    "references": "".join(f"[{n}]: /u\n" for n in range(5_000)) + "[1]" * 5_000,
    "short Japanese lines": "あ\n" * 30_000,
    "blank lines": "\n \n" * 100_000,
}


@pytest.mark.parametrize("name", CASES)
def test_work_grows_with_the_size_and_not_with_its_square(name):
    start = time.process_time()
    render(CASES[name])
    assert time.process_time() - start < 20, "most of these take less than a second"


def test_a_body_of_ten_megabytes_is_rendered():
    paragraph = "人工知能への投資が増えている。" * 200 + "\n\n"
    body = paragraph * (10_000_000 // len(paragraph.encode()))
    rendered = render(body)
    assert rendered.html.count("<p>") == body.count("\n\n")
    assert rendered.reading_minutes > 6_000


def test_controls_and_lone_surrogates_do_no_harm():
    rendered = render("a\0b\ud800c\x01d\x0be\x7ff\x85g\ufffeh\ufeffi `\0` [\0](/\0)\r\n\r\nj\rk")
    assert rendered.html.encode().startswith("<p>a\ufffdb\ufffdcdefghi".encode())
    assert rendered.text.endswith("j k")


@pytest.mark.parametrize("reference", ["&#1;", "&#0;", "&#xFFFE;", "&#xD800;", "&#x85;", "&#11;"])
@pytest.mark.parametrize("form", ["{}", "<p>{}</p>", "<p title='{}'>a</p>", "[a](/{})", "`{}`"])
def test_no_character_reference_brings_one_back_that_xml_forbids(reference, form):
    rendered = render(form.replace("{}", f"a{reference}b")).html
    SimplerXMLGenerator(StringIO()).characters(rendered)  # as the feeds do; it raises where XML forbids


def test_raw_html_in_excess_is_shown_as_text():
    assert "&lt;div&gt;" in render("<div>" * 20_000).html
    assert "&lt;b&gt;" in render("<b>a" * 3_000).html
    large = "<table>" + "<tr><td>a</td><td>b</td></tr>" * 1_500 + "</table>"
    assert render(large).html.count("<td>") == 3_000


def test_the_same_text_gives_the_same_html():
    body = '# a\n\n[b](//other.example "c"){: .d}[^e]\n\n<img alt="f" src="/g" width=1 height=2>\n\n[^e]: h'
    assert len({render(body).html for _ in range(20)}) == 1


def test_no_id_is_given_twice():
    body = "## a\n## a\n## a-1\n\nb[^1][^1][^2]\n\n[^1]: c\n[^2]: d[^1]\n\n<h2>a</h2>\n\n## fn1\n## fnref1"
    ids = re.findall(r' id="([^"]*)"', render(body).html)
    assert len(ids) == len(set(ids)) == 12
