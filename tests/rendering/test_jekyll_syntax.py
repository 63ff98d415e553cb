"""Liquid tags and kramdown attribute lists."""

import pytest

from blog.rendering import render


def html(markdown):
    return render(markdown).html


def test_a_liquid_tag_on_its_own_line_leaves_nothing():
    assert html('前。\n\n{% include ads.html a="b" %}\n\n後。') == "<p>前。</p>\n<p>後。</p>"
    assert html("{%- include\n  ads.html -%}\n後。") == "<p>後。</p>"


def test_liquid_in_a_sentence_is_taken_out():
    assert html("名は{{ site.title }}です{% if a %}。{% endif %}") == "<p>名はです。</p>"


def test_a_literal_in_liquid_is_its_output():
    assert html('[紹介]({{ "/about/" | relative_url }})') == '<p><a href="/about/">紹介</a></p>'
    assert html("[記事]({{ site.baseurl }}/a/)") == '<p><a href="/a/">記事</a></p>'


def test_a_link_whose_address_only_liquid_knew_keeps_its_text():
    assert html("[記事]({% post_url 2025-01-01-a %})") == "<p><a>記事</a></p>"


@pytest.mark.parametrize(
    "code",
    [
        "`{{ page.title }}`",
        "``a ` {% include x %}``",
        "```liquid\n{% include x %}\n{{ y }}\n{: .z}\n```",
        "~~~\n{{ y }}\n\n{{ z }}\n~~~",
        "- 項目\n\n  ```\n  {{ y }}\n  ```",
        "本文\n\n    {{ indented }}",
        ">     {{ indented }}",
        "本文\n\n\t{{ indented }}",
    ],
)
def test_code_shows_its_liquid(code):
    shown = html(code)
    for tag in ("{{ page.title }}", "{% include x %}", "{{ y }}", "{{ z }}", "{: .z}", "{{ indented }}"):
        assert (tag in shown) == (tag in code)


def test_code_ends_where_its_backticks_end():
    assert html("`a` {{ b }} `c`") == "<p><code>a</code>  <code>c</code></p>"
    assert html("`a {{ b }}\n\nc` {{ d }}") == "<p>`a</p>\n<p>c`</p>"


def test_raw_shows_liquid_in_prose_and_vanishes_itself():
    assert html("{% raw %}{{ a }} と {% b %}{% endraw %}、{{ c }}") == "<p>{{ a }} と {% b %}、</p>"
    assert html("{% raw %}\n\n{{ a }}\n\n{% endraw %}\n\n{{ b }}") == "<p>{{ a }}</p>"
    assert html("`{% raw %}{{ a }}{% endraw %}`") == "<p><code>{{ a }}</code></p>"
    assert html("{% raw %}\n```\n{{ a }}\n```\n{% endraw %}").endswith("<code>{{ a }}\n</code></pre>")


def test_a_comment_is_not_published():
    assert (
        html("前\n\n{% comment %}\n\n秘密\n\n```\n秘密\n```\n\n{% endcomment %}\n\n後")
        == "<p>前</p>\n<p>後</p>"
    )


def test_a_comment_that_never_ends_takes_nothing_with_it():
    assert html("前\n\n{% comment %}\n\n後") == "<p>前</p>\n<p>後</p>"


@pytest.mark.parametrize(
    "text", ["{% 閉じない", "{{ 閉じない", "{{ a\nb }}", "{% 段落\n\nまたぐ %}", "{ {a} }"]
)
def test_what_is_not_closed_stays_visible(text):
    assert render(text).text == " ".join(text.split())


def test_attribute_lists_are_taken_out():
    assert html("[相談](/contact/)\n{: .cta #x}\n\n---") == '<p><a href="/contact/">相談</a></p>\n<hr>'
    assert html("**強調**{: .a}と[リンク](/a/){:.b}") == (
        '<p><strong>強調</strong>と<a href="/a/">リンク</a></p>'
    )
    assert html("> 引用\n> {: .q}\n> 続き") == "<blockquote>\n<p>引用</p>\n<p>続き</p>\n</blockquote>"
    assert html("{::comment}\n本文") == "<p>本文</p>"


def test_braces_in_a_sentence_are_not_an_attribute_list():
    assert html("辞書は {: 鍵} と書く") == "<p>辞書は {: 鍵} と書く</p>"
