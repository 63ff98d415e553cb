import email.utils
import io
from html.parser import HTMLParser
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.conf import settings as django_settings

from blog.feeds.portable import portable_html
from blog.feeds.rss import ArticleRss
from blog.models import Author, Category, Image, Post, Tag
from tests.factories import (
    hours_ago,
    make_author,
    make_category,
    make_draft,
    make_expired,
    make_image,
    make_post,
    make_scheduled,
    make_tag,
    make_withdrawn,
    picture_bytes,
    tokyo,
)

pytestmark = pytest.mark.django_db

SITE = "https://news.example.jp"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
ATOM_LINK = "{http://www.w3.org/2005/Atom}link"
EVERY_FEED = ["/feed.xml", "/category/tech/feed.xml", "/tags/ai/feed.xml", "/authors/yama/feed.xml"]


@pytest.fixture
def subjects():
    """The rows that EVERY_FEED is about, as fields of a post."""
    return {
        "category": make_category("技術解説", slug="tech"),
        "author": make_author("山の上", slug="yama"),
        "tags": [make_tag("AI", slug="ai")],
    }


class Addresses(HTMLParser):
    """Every tag, attribute and address of an HTML fragment."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.addresses = set(), set(), []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value for name, value in attrs if name in {"href", "src"}]


def channel_of(response):
    """The channel, after the rules of RSS 2.0 and the RSS profile have been checked."""
    assert response.status_code == 200
    assert response["Content-Type"] == "application/rss+xml; charset=utf-8"
    root = ElementTree.fromstring(response.content)  # noqa: S314  our own
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    (channel,) = root
    for name in ("title", "link", "description", "language", "ttl", "image", ATOM_LINK):
        assert len(channel.findall(name)) == 1, name
    assert channel.findtext("title") and channel.findtext("description")
    assert is_absolute(channel.findtext("link"))
    image = channel.find("image")
    assert image.findtext("title") == channel.findtext("title")
    assert image.findtext("link") == channel.findtext("link")
    assert is_absolute(image.findtext("url"))
    assert int(image.findtext("width")) <= 144 and int(image.findtext("height")) <= 400
    names = [child.tag for child in channel]
    assert names.count("item") <= 20
    assert "item" not in names or names[names.index("item") :] == ["item"] * names.count("item")
    guids = [item.findtext("guid") for item in channel.findall("item")]
    assert all(guids) and len(set(guids)) == len(guids)
    for item in channel.findall("item"):
        check_item(item)
    return channel


def check_item(item):
    for name in ("title", "link", "guid", "pubDate", CONTENT):
        assert len(item.findall(name)) == 1, name
    for name in ("description", "enclosure", CREATOR):
        assert len(item.findall(name)) <= 1, name
    assert is_absolute(item.findtext("link"))
    assert item.findtext("link").isascii()
    assert item.find("guid").get("isPermaLink") == "false"
    assert moment(item.findtext("pubDate")).tzinfo
    content = Addresses(item.findtext(CONTENT))
    assert all(is_absolute(address) for address in content.addresses)
    assert content.attributes <= {
        "href",
        "title",
        "src",
        "alt",
        "width",
        "height",
        "colspan",
        "start",
        "scope",
    }
    assert content.tags.isdisjoint({"script", "style", "iframe", "object", "embed", "form", "input"})


def is_absolute(address):
    parts = urlsplit(address)
    return (parts.scheme in {"http", "https"} and parts.netloc != "") or parts.scheme in {"mailto", "tel"}


def moment(text):
    return email.utils.parsedate_to_datetime(text)


def items(client, path="/feed.xml"):
    return channel_of(client.get(path)).findall("item")


def titles(client, path="/feed.xml"):
    return [item.findtext("title") for item in items(client, path)]


# What is in a feed


@pytest.mark.parametrize("path", EVERY_FEED)
def test_a_feed_has_the_newest_20_public_posts_newest_first(client, subjects, path):
    for day in range(1, 24):
        make_post(f"{day}日", published_at=tokyo(2025, 10, day), **subjects)
    assert titles(client, path) == [f"{day}日" for day in range(23, 3, -1)]


@pytest.mark.parametrize("path", EVERY_FEED)
def test_hidden_posts_are_in_no_feed_and_do_not_take_a_place(client, subjects, path):
    make_post("公開", published_at=hours_ago(100), **subjects)
    for make in (make_draft, make_scheduled, make_withdrawn, make_expired):
        for _ in range(7):
            make("秘密", **subjects)
    make_post("秘密", status=Post.Status.IN_REVIEW, **subjects)
    assert titles(client, path) == ["公開"]
    assert "秘密" not in client.get(path).content.decode()


def test_the_feeds_of_a_category_tag_and_author_hold_only_theirs(client, subjects):
    make_post("両方", **subjects)
    make_post("よそ", category="市場", author="川", tags=["投資", "AI産業"])
    for path in EVERY_FEED[1:]:
        assert titles(client, path) == ["両方"]
    assert len(titles(client)) == 2


def test_posts_that_search_engines_must_not_list_are_still_for_subscribers(client):
    make_post("記事", noindex=True, in_sitemap=False, canonical_url="https://other.example/a/")
    assert titles(client) == ["記事"]


@pytest.mark.parametrize("path", ["/feed.xml", "/category/tech/feed.xml"])
def test_an_empty_feed_is_valid_and_claims_no_date(client, subjects, path):
    channel = channel_of(client.get(path))
    assert channel.findall("item") == []
    assert channel.find("lastBuildDate") is None


@pytest.mark.parametrize("path", ["/tags/ai/feed.xml", "/authors/yama/feed.xml"])
def test_a_tag_or_author_of_hidden_posts_only_is_a_404(client, subjects, path):
    make_draft(**subjects), make_scheduled(**subjects)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/category/{}/feed.xml", "/tags/{}/feed.xml", "/authors/{}/feed.xml"])
@pytest.mark.parametrize("slug", ["nobody", "規制", "AI", "..", "a b", "%00"])
def test_an_unknown_category_tag_or_author_is_a_404(client, subjects, path, slug):
    assert client.get(path.format(slug)).status_code == 404


# The channel


def test_the_channel_says_what_it_is_about(client, subjects, settings):
    make_post(**subjects)
    made = {
        path: (channel.findtext("title"), channel.findtext("link"), channel.find(ATOM_LINK).get("href"))
        for path in EVERY_FEED
        for channel in [channel_of(client.get(path))]
    }
    assert made == {
        "/feed.xml": ("ALLFORCES", f"{SITE}/", f"{SITE}/feed.xml"),
        "/category/tech/feed.xml": (
            "技術解説 | ALLFORCES",
            f"{SITE}/category/tech/",
            f"{SITE}/category/tech/feed.xml",
        ),
        "/tags/ai/feed.xml": ("AI | ALLFORCES", f"{SITE}/tags/ai/", f"{SITE}/tags/ai/feed.xml"),
        "/authors/yama/feed.xml": (
            "山の上 | ALLFORCES",
            f"{SITE}/authors/yama/",
            f"{SITE}/authors/yama/feed.xml",
        ),
    }


def test_the_feed_names_itself_by_its_encoded_address_whatever_was_requested(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    make_post(tags=["生成AI"])
    response = client.get("/tags/生成ai/feed.xml?utm_source=x", HTTP_HOST="evil.example")
    link = channel_of(response).find(ATOM_LINK)
    assert link.attrib == {
        "rel": "self",
        "type": "application/rss+xml",
        "href": f"{SITE}/tags/%E7%94%9F%E6%88%90ai/feed.xml",
    }
    assert "evil.example" not in response.content.decode()


def test_the_category_is_described_in_its_own_words(client):
    make_category("技術", slug="tech", description="仕組みから読み解く。")
    assert channel_of(client.get("/category/tech/feed.xml")).findtext("description") == "仕組みから読み解く。"


def test_the_language_is_that_of_the_articles(client):
    assert channel_of(client.get("/feed.xml", HTTP_ACCEPT_LANGUAGE="en")).findtext("language") == "ja"


def test_the_icon_is_a_file_of_ours(client):
    url = channel_of(client.get("/feed.xml")).findtext("image/url")
    path = urlsplit(url).path.removeprefix(django_settings.STATIC_URL)
    assert (django_settings.BASE_DIR / "static" / path).is_file()


# lastBuildDate


def last_build(client):
    return moment(channel_of(client.get("/feed.xml")).findtext("lastBuildDate"))


def test_the_feed_was_built_when_its_newest_post_was_published(client):
    make_post(published_at=tokyo(2025, 10, 21, 9, 30))
    make_post(published_at=tokyo(2025, 10, 20, 9, 30), last_modified_at=tokyo(2025, 10, 20, 18, 0))
    assert last_build(client) == tokyo(2025, 10, 21, 9, 30)


def test_an_editorial_change_of_an_older_post_rebuilds_the_feed(client):
    make_post(published_at=tokyo(2025, 10, 21))
    make_post(published_at=tokyo(2025, 10, 20), last_modified_at=tokyo(2025, 11, 5, 12))
    assert last_build(client) == tokyo(2025, 11, 5, 12)


def test_a_mended_typo_does_not(client):
    post = make_post(published_at=tokyo(2025, 10, 21))
    post.body = "誤字を直した本文"
    post.save()
    assert last_build(client) == tokyo(2025, 10, 21)


# An item


def test_an_item_tells_all_that_is_known_of_its_post(client, media_root):
    cover = make_image((64, 36), credit="撮影＝山の上")
    post = make_post(
        "規制とR&D、<b>の読み方",
        slug="規制",
        excerpt="A < B & 「C」",
        published_at=tokyo(2025, 10, 21, 9, 30),
        category="技術解説",
        author="山の上",
        tags=["生成AI", "EU AI Act", "技術解説"],
        cover=cover,
    )
    (item,) = items(client)
    assert item.findtext("title") == "規制とR&D、<b>の読み方"
    assert item.findtext("link") == f"{SITE}/2025/10/21/%E8%A6%8F%E5%88%B6/"
    assert item.findtext("description") == "A &lt; B &amp; 「C」"  # read as HTML, it says A < B & 「C」
    assert item.findtext("guid") == post.guid
    assert moment(item.findtext("pubDate")) == tokyo(2025, 10, 21, 9, 30)
    assert item.findtext(CREATOR) == "山の上"
    assert [category.text for category in item.findall("category")] == ["技術解説", "生成AI", "EU AI Act"]
    enclosure = item.find("enclosure")
    assert enclosure.attrib == {
        "url": SITE + cover.file.url,
        "length": str(cover.file.size),
        "type": "image/png",
    }
    assert enclosure.get("length") == str((media_root / cover.file.name).stat().st_size)
    content = item.findtext(CONTENT)
    assert content.startswith(
        f'<figure><img src="{SITE}{cover.file.url}" alt="青い図" width="64" height="36">'
    )
    assert "<figcaption>撮影＝山の上</figcaption>" in content
    assert "二段落目。" in content


def test_an_item_of_a_post_with_next_to_nothing_is_valid(client):
    make_post(excerpt="", body="", category=None, author=None)
    (item,) = items(client)
    assert {child.tag for child in item} == {"title", "link", "guid", "pubDate", CONTENT}


def test_the_description_stands_in_for_a_missing_excerpt(client):
    make_post(excerpt="", description="検索結果のための説明。")
    assert items(client)[0].findtext("description") == "検索結果のための説明。"


def test_the_description_comes_before_the_content(client):
    make_post()
    names = [child.tag for child in items(client)[0]]
    assert names.index("description") < names.index(CONTENT)


def test_tags_come_in_the_order_in_which_they_were_typed(client):
    make_post(category=None, tags=["投資", "AI", "あ"])
    assert [category.text for category in items(client)[0].findall("category")] == ["投資", "AI", "あ"]


@pytest.mark.parametrize("filename", ["cover.png", "表紙 1.png"])
def test_the_type_of_a_cover_follows_its_bytes(client, media_root, filename):
    for format, media_type in {"JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}.items():
        make_post(media_type, cover=Image.objects.keep(picture_bytes(format=format), filename))
    for item in items(client):
        assert item.find("enclosure").get("type") == item.findtext("title")
        assert item.find("enclosure").get("url").isascii()


def test_a_lost_cover_file_costs_its_enclosure_and_not_the_feed(client, media_root, caplog):
    cover = make_image()
    make_post("表紙なし", cover=cover), make_post("表紙あり", cover=make_image())
    (media_root / cover.file.name).unlink()
    assert [item.find("enclosure") is None for item in items(client)] == [False, True]
    assert cover.file.name in caplog.text


def test_the_guid_outlives_every_change_of_address(client):
    post = make_post(guid="https://old.example.jp/2025/10/21/a/", slug="a", published_at=tokyo(2025, 10, 21))
    post.slug, post.published_at = "b", tokyo(2025, 10, 22)
    post.save()
    (item,) = items(client)
    assert item.findtext("guid") == "https://old.example.jp/2025/10/21/a/"
    assert item.findtext("link") == f"{SITE}/2025/10/22/b/"


# The text


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


@pytest.mark.parametrize("hostile", [*HOSTILE, "\0", "\ud800"], ids=ascii)
def test_no_string_in_any_place_breaks_the_format(hostile):
    feed = ArticleRss(hostile, f"{SITE}/", hostile, language="ja", feed_url=f"{SITE}/", ttl=1, icon=hostile)
    feed.add_item(
        hostile,
        f"{SITE}/",
        hostile,
        author_name=hostile,
        unique_id=hostile,
        categories=[hostile],
        content=hostile,
        pubdate=tokyo(2025, 10, 21),
    )
    output = io.BytesIO()
    feed.write(output, "utf-8")
    root = ElementTree.fromstring(output.getvalue().decode())  # noqa: S314  our own
    assert root.find("channel/item/title") is not None


# Polling


def conditional(client, path, etag):
    return client.get(path, HTTP_IF_NONE_MATCH=etag)


@pytest.mark.parametrize("path", EVERY_FEED)
def test_a_poll_when_nothing_changed_is_a_304_without_a_body(client, subjects, path):
    make_post(**subjects)
    first = client.get(path)
    for given in (first["ETag"], f"W/{first['ETag']}", f'"other", {first["ETag"]}', "*"):
        again = conditional(client, path, given)
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])


def edit(post, **fields):
    for name, value in fields.items():
        setattr(post, name, value)
    post.save()


CHANGES = {
    "a post is published": lambda post: make_post(category=post.category, author=post.author, tags=["AI"]),
    "its text is corrected": lambda post: edit(post, body="訂正した本文。"),
    "its address changes": lambda post: edit(post, slug="renamed"),
    "it is withdrawn": lambda post: post.withdraw(),
    "it is deleted": lambda post: post.delete(),
    "it is changed past save()": lambda post: Post.objects.filter(pk=post.pk).update(title="別の見出し"),
    "it expires": lambda post: Post.objects.filter(pk=post.pk).update(expires_at=hours_ago(0)),
    "it gets a tag": lambda post: post.tags.add("投資"),
    "it loses a tag": lambda post: post.tags.remove("政策"),
    "its category is renamed": lambda post: edit(post.category, name="新分類"),
    "its author is renamed": lambda post: edit(post.author, name="新執筆者"),
}


@pytest.mark.parametrize("path", EVERY_FEED)
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_no_change_is_ever_hidden_behind_a_304(client, subjects, path, change):
    make_post(**subjects)
    post = make_post(**subjects)
    post.tags.add("政策")
    first = client.get(path)
    change(post)
    later = email.utils.format_datetime(hours_ago(-1), usegmt=True)
    response = client.get(path, HTTP_IF_NONE_MATCH=first["ETag"], HTTP_IF_MODIFIED_SINCE=later)
    assert response.status_code == 200
    assert response["ETag"] != first["ETag"]
    assert client.get(path, HTTP_IF_MODIFIED_SINCE=later).status_code == 200
    assert not response.has_header("Last-Modified")  # a cache on the way would believe it


def test_a_change_elsewhere_does_not_stir_the_feed(client, subjects):
    post = make_post(**subjects)
    etags = {path: client.get(path)["ETag"] for path in EVERY_FEED[1:]}
    make_post(category="市場", author="川", tags=["投資"]), make_draft(**subjects), make_scheduled(**subjects)
    post.featured = True
    post.save()
    for path, etag in etags.items():
        assert conditional(client, path, etag).status_code == 304


def test_the_same_feed_has_the_same_bytes_at_any_time(client, monkeypatch):
    make_post(published_at=tokyo(2025, 10, 21))
    first = client.get("/feed.xml").content
    monkeypatch.setattr("django.utils.timezone.now", lambda: tokyo(2030, 1, 1))
    assert client.get("/feed.xml").content == first


@pytest.mark.parametrize(
    "given", ["", "nonsense", '"', 'W/"', '"a" "b"', "\\", '"' + "a" * 5000 + '"', "規制"]
)
def test_a_hostile_if_none_match_is_ignored(client, given):
    make_post()
    assert conditional(client, "/feed.xml", given).status_code == 200


@pytest.mark.parametrize("path", EVERY_FEED)
def test_head_says_what_get_says_without_the_body(client, subjects, path):
    make_post(**subjects)
    get, head = client.get(path), client.head(path)
    assert head.status_code == 200
    assert head.content == b""
    for name in ("ETag", "Content-Type", "Content-Length"):
        assert head[name] == get[name]
    assert client.head(path, HTTP_IF_NONE_MATCH=get["ETag"]).status_code == 304


@pytest.mark.parametrize("path", EVERY_FEED)
def test_only_reading_is_allowed(client, subjects, path):
    make_post(**subjects)
    assert client.post(path).status_code == 405


@pytest.mark.parametrize("path", EVERY_FEED)
def test_a_feed_sets_no_cookie_and_differs_for_nobody(client, admin_client, subjects, path):
    make_post(**subjects)
    response = client.get(path)
    assert not response.cookies
    assert not response.has_header("Vary")
    assert admin_client.get(path).content == response.content


# Old addresses


@pytest.mark.parametrize("slug", ["tech", "規制"])
def test_an_old_category_feed_leads_to_the_new_one_for_good(client, slug):
    make_category("分類", slug=slug)
    response = client.get(f"/feeds/{slug}.xml")
    assert response.status_code == 301
    channel_of(client.get(response["Location"]))


@pytest.mark.parametrize("slug", ["nothing", "規制", "%00"])
def test_the_old_feed_of_an_unknown_category_is_a_404(client, slug):
    assert client.get(f"/feeds/{slug}.xml").status_code == 404


# Cost

QUERIES = dict(zip(EVERY_FEED, [2, 3, 4, 4], strict=True))


@pytest.mark.parametrize("path", EVERY_FEED)
def test_twenty_posts_cost_as_many_queries_as_one(
    client, subjects, media_root, path, django_assert_num_queries
):
    make_post(cover=make_image(), **subjects)
    with django_assert_num_queries(QUERIES[path]):
        assert len(items(client, path)) == 1
    for number in range(19):
        post = make_post(cover=make_image(), **subjects)
        post.tags.add(f"タグ{number}", "共通")
    with django_assert_num_queries(QUERIES[path]):
        assert len(items(client, path)) == 20


def test_a_feed_reads_no_markdown(client, django_assert_num_queries):
    make_post()
    with django_assert_num_queries(2) as queries:
        client.get("/feed.xml")
    assert not any('"blog_post"."body",' in query["sql"] for query in queries)
