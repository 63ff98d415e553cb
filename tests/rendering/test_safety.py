"""What no body can bring onto a page."""

import re
from html.parser import HTMLParser

import pytest

from blog.rendering import render


class _Elements(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def elements(markdown, **options):
    return _Elements(render(markdown, **options).html).found


SCRIPTS = [
    "<script>alert(1)</script>",
    "<SCRIPT\n>alert(1)</SCRIPT\n>",
    "<scr<script>ipt>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)>",
    "<p onclick='alert(1)' onmouseover=alert(1)>a</p>",
    "<details open ontoggle=alert(1)>a</details>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<math><mi xlink:href='javascript:alert(1)'>a</mi></math>",
    "<p style='position:fixed;background:url(//evil.example)'>a</p>",
    "<style>*{display:none}</style>",
    "<link rel=stylesheet href=//evil.example/a.css>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<base href=//evil.example/>",
    "<iframe src=https://evil.example></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=//evil.example></object><embed src=//evil.example>",
    "<form action=//evil.example><input name=a autofocus onfocus=alert(1)><button>a</button></form>",
    "<textarea></textarea><select><option>a</select>",
    "<video src=//evil.example onerror=alert(1)><source src=//evil.example></video>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<p title='--><img src=x onerror=alert(1)>'>a</p>",
    "<abbr title='<table><script>'>a</abbr>",
    '[a](/x "<img src=x onerror=alert(1)>")',
    '![a" onerror="alert(1)](/x)',
    "![<img src=x onerror=alert(1)>](https://evil.example/x)",
    '```x" onclick=alert(1)\na\n```',
    '## a {#x"onclick=alert(1)}',
    '[^"><script>]\n\n[^"><script>]: <script>alert(1)</script>',
    "{% raw %}<script>{% endraw %}alert(1){{ '</script>' }}",
    "{{ '<script>' }}alert(1)</script>",
]
SAFE_TAGS = re.compile(
    "a|abbr|b|blockquote|br|code|details|div|h2|hr|img|li|ol|p|pre|sup|table|tbody|td|th|thead|tr|ul"
)


@pytest.mark.parametrize("payload", SCRIPTS)
@pytest.mark.parametrize(
    "place", ["{}", "文中の{}です", "- {}", "> {}", "| a |\n|---|\n| {} |", "<div>\n{}\n</div>"]
)
def test_nothing_that_runs_or_loads_survives(payload, place):
    for tag, attributes in elements(place.replace("{}", payload)):
        assert SAFE_TAGS.fullmatch(tag)
        assert not any(name.startswith("on") or name in {"style", "srcdoc", "action"} for name in attributes)
        for name in ("href", "src"):
            assert attributes.get(name, "/").startswith(("/x", "x", "/", "#fn", "https://evil.example/x"))


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "java&#115;cript:alert(1)",
        "&#x6A;avascript&colon;alert(1)",
        "javascript&#x3a;alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "data:image/svg+xml;base64,AAAA",
        "vbscript:msgbox(1)",
        "file:///etc/passwd",
        "blob:https://example.jp/a",
        "about:blank",
        "ftp://example.jp/",
        "x-custom:a",
    ],
)
@pytest.mark.parametrize(
    "form", ["[a](<{}>)", '<a href="{}">a</a>', '<img src="{}">', "![a](<{}>)", "[a]\n\n[a]: <{}>"]
)
def test_only_web_mail_and_telephone_addresses_pass(address, form):
    for tag, attributes in elements(form.replace("{}", address)):
        assert tag in {"a", "p", "img"}
        for kept in (attributes.get("href", ""), attributes.get("src", "")):
            assert not re.match(r"[a-zA-Z][\w+.-]*:", "".join(kept.split()))


def test_a_full_width_scheme_is_only_a_relative_address():
    ((_, _), (_, link)) = elements("[a](ｊａｖａｓｃｒｉｐｔ：alert)")
    assert link["href"].startswith("%EF%BD%8A")


@pytest.mark.parametrize(
    "address", ["mailto:desk@example.jp", "tel:+81300000000", "#概要", "?q=a:b", "a:b/../c"[1:]]
)
def test_ordinary_addresses_pass(address):
    assert any(
        "href" in attributes and "rel" not in attributes for _, attributes in elements(f"[a]({address})")
    )


def test_raw_html_brings_no_id_name_or_class_of_its_own():
    found = elements('<p id="main" name="a" class="site-header">a</p>\n\n<a id="location" name="x">b</a>')
    assert [attributes for _, attributes in found] == [{}, {}, {}]
    assert render('<div class="site-header"><sup class="a footnote-ref">a</sup></div>').html == (
        "<div><sup>a</sup></div>"
    )


def test_raw_html_cannot_repeat_a_footnotes_id():
    rendered = render('本文[^a]\n\n[^a]: 注\n\n<ul><li id="fn:1">偽</li></ul>\n\n<a id="fnref:1">偽</a>').html
    assert rendered.count('id="fn:1"') == rendered.count('id="fnref:1"') == 1


def test_useful_raw_html_works():
    for markup in (
        "<ruby>漢字<rp>(</rp><rt>かんじ</rt><rp>)</rp></ruby>",
        "H<sub>2</sub>O と x<sup>2</sup>",
        '<kbd>Ctrl</kbd> <abbr title="人工知能">AI</abbr> <mark>印</mark> <small>小</small>',
        'これ<br>は<q lang="en">quote</q>',
    ):
        assert render(markup).html == f"<p>{markup}</p>"
    assert render("<details open>\n<summary>詳しく</summary>\n\n**中身**\n\n</details>").html == (
        '<details open="">\n<summary>詳しく</summary>\n<p><strong>中身</strong></p>\n</details>'
    )
    figure = '<figure><img src="/a.png" alt="図"><figcaption>説明</figcaption></figure>'
    assert "<figcaption>説明</figcaption></figure>" in render(figure).html


def test_values_that_html_would_not_accept_are_dropped():
    markup = (
        '<table><tr><td colspan="0" rowspan="2" width="9" align="right" bgcolor="red">a</td></tr></table>'
    )
    assert '<td rowspan="2">a</td>' in render(markup).html
    assert "<td>" in render('<table><tr><td colspan="２">a</td></tr></table>').html
    assert '<ol start="3">' in render('<ol start="3"><li>a</li></ol>').html
    assert "<ol>" in render('<ol start="x" type="a"><li>a</li></ol>').html


def test_an_image_whose_address_may_not_pass_leaves_its_text():
    assert render('<p><img src="data:image/png;base64,AAAA" alt="図"></p>').html == "<p>図</p>"


def test_what_is_left_open_is_closed():
    assert render("<div><b>a").html == "<div><b>a</b></div>"
    assert render("</div></main></body>\n\nb").html == "<p>b</p>"
