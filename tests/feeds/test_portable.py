import json
from xml.etree import ElementTree

import pytest

from blog.feeds.documents import refusal_document
from blog.feeds.formats import FORMATS
from blog.feeds.portable import portable_html
from blog.models import Author, Category, Post, Tag
from tests.factories import make_post
from tests.feeds.rules import CONTENT, CREATOR, EVERY_FEED, SITE, Addresses, items

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ('<a href="/tags/生成ai/">a</a>', f'<a href="{SITE}/tags/%E7%94%9F%E6%88%90ai/">a</a>'),
        ('<a href="#概要">a</a>', f'<a href="{SITE}/2025/10/21/x/#%E6%A6%82%E8%A6%81">a</a>'),
        ('<a href="../y/">a</a>', f'<a href="{SITE}/2025/10/21/y/">a</a>'),
        ('<a href="?page=2">a</a>', f'<a href="{SITE}/2025/10/21/x/?page=2">a</a>'),
        ('<a href="//other.example/">a</a>', '<a href="https://other.example/">a</a>'),
        ('<a href="https://other.example/?a=1&amp;b=2" rel="nofollow" target="_blank">a</a>',
         '<a href="https://other.example/?a=1&amp;b=2">a</a>'),
        ('<a href="mailto:desk@example.jp">a</a>', '<a href="mailto:desk@example.jp">a</a>'),
        ('<a href="http://[broken/">a</a>', "<a>a</a>"),
        ('<a href="javascript:alert(1)" onclick="x()">a</a>', "<a>a</a>"),
        ('<img src="/media/a.png" alt="図" width="8" height="4" loading="lazy" srcset="/b 2x">',
         f'<img src="{SITE}/media/a.png" alt="図" width="8" height="4">'),
        ('<div class="a" tabindex="0" role="region" aria-label="表"><table><td colspan="2">1</table></div>',
         '<div><table><tbody><tr><td colspan="2">1</td></tr></tbody></table></div>'),
        ('<h2 id="概要" style="color:red">概要</h2>', "<h2>概要</h2>"),
        ('<blockquote cite="/a/">引用</blockquote>', "<blockquote>引用</blockquote>"),
        ("<script>alert(1)</script><style>p{}</style>本文<iframe src=/x></iframe>", "本文"),
        ("<ruby>規制<rt>きせい</rt></ruby>", "<ruby>規制<rt>きせい</rt></ruby>"),
        ("a ]]> b &lt;/script&gt; &amp;amp;", "a ]]&gt; b &lt;/script&gt; &amp;amp;"),
    ],
)  # fmt: skip
def test_html_survives_outside_the_site(inside, outside):
    assert portable_html(inside, f"{SITE}/2025/10/21/x/") == outside


def test_an_article_with_everything_keeps_its_text_links_and_structure(client):
    body = """## 概要

段落と[相対リンク](/tags/ai/)、[目次へ](#概要)、<https://example.com/>、注[^1]。

| 左 | 右 |
|:---|---:|
| 一 | 二 |

- [x] 済み
1. 番号

```python
print("a" < "b")
```

> 引用

![図](/media/none.png)

[^1]: 脚注の文。
"""
    post = make_post(body=body)
    content = items(client)[0].findtext(CONTENT)
    before, after = Addresses(post.body_html), Addresses(content)
    assert {"h2", "p", "table", "thead", "tbody", "th", "td", "li", "pre", "code", "blockquote"} <= after.tags
    assert before.tags == after.tags
    assert len(after.addresses) == len(before.addresses)
    for text in ("段落と", "済み", "番号", "引用", "脚注の文。", '"a" &lt; "b"'):
        assert text in content


HOSTILE = [
    "]]>",
    "<![CDATA[",
    "</script><script>alert(1)</script>",
    "</item></channel></rss>",
    "<!-- -->",
    "&amp; & &nbsp; &#0; &#x1F600;",
    "😀👨‍👩‍👧🇯🇵",
    "\u202e右から左\u202c\u200f",
    "\u0001\u0008\u000b\u000c\u001f",
    "\ufffe\uffff\ufeff",
    "\u0085\u2028\u2029",
    "\x7f\x9f",
    "\r\n\t",
    "𠮷野家",
    "<?xml version='1.0'?>",
    "\"'",
]


@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_nothing_that_an_article_contains_breaks_the_feed(client, hostile):
    post = make_post(tags=["AI"])
    Post.objects.filter(pk=post.pk).update(
        title=f"始{hostile}終",
        excerpt=f"始{hostile}終",
        guid=f"始{hostile}終",
        body_html=f"<p>始{hostile}終</p>",
    )
    Category.objects.update(name=f"始{hostile}終", description=f"始{hostile}終", slug="tech")
    Author.objects.update(name=f"始{hostile}終", slug="yama")
    Tag.objects.update(name=f"始{hostile}終", slug="ai")
    for path in EVERY_FEED:
        (item,) = items(client, path)
        for text in (item.findtext("title"), item.findtext("guid"), item.findtext(CREATOR)):
            assert text.startswith("始")
            assert text.endswith("終")


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS.keys())
@pytest.mark.parametrize("hostile", [*HOSTILE, "\0", "\ud800"], ids=ascii)
def test_no_string_in_any_place_breaks_a_format(hostile, form):
    text = refusal_document(form, hostile, f"{SITE}/").decode()
    if form.extension == "json":
        assert json.loads(text)["items"] == []
    else:
        assert ElementTree.fromstring(text) is not None  # noqa: S314  our own
