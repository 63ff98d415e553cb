"""The way back out: untouched articles to the byte, edited ones key by key, and in again the same posts."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from blog import jekyll
from blog.exporter import export_site
from blog.importer import import_site
from blog.models import Author, Category, Image, Page, Post, Redirect, RelatedPost, Tag
from tests.factories import (
    make_author,
    make_category,
    make_draft,
    make_image,
    make_page,
    make_post,
    make_tag,
    publish,
    tokyo,
)
from tests.jekyll_site import article, write, write_article, write_picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]

COVER = "/assets/images/cover.png"
NAME = "_posts/2025-10-21-first.md"
BOOKKEEPING = {"id", "version", "updated_at", "imported_at", "imported_digest", "front_matter", "source_name"}


def files(folder) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def texts(folder) -> dict[str, bytes]:
    """Without pictures: one that nothing names any more is written, and not imported again."""
    return {name: content for name, content in files(folder).items() if name.endswith((".md", ".yml"))}


def front(folder, name: str = NAME) -> dict:
    return jekyll.load_yaml(jekyll.split((folder / name).read_text()).yaml).values


def snapshot() -> dict:
    """All that a reader or an editor can see, with names in place of keys."""
    posts = {}
    for post in Post.objects.select_related("category", "author", "cover", "pillar"):
        fields = {f.attname: getattr(post, f.attname) for f in Post._meta.concrete_fields}
        posts[post.guid] = {key: value for key, value in fields.items() if key not in BOOKKEEPING} | {
            "cover_id": post.cover
            and (post.cover.sha256, post.cover.alt, post.cover.credit, post.cover.file.name),
            "category_id": post.category and post.category.name,
            "author_id": post.author and post.author.name,
            "pillar_id": post.pillar and post.pillar.guid,
            "tags": list(post.tagged_posts.order_by("pk").values_list("tag__name", flat=True)),
            "related": [
                entry.target.guid if entry.target else entry.reference for entry in post.related_entries.all()
            ],
            "redirects": sorted(post.redirects.values_list("old_path", flat=True)),
        }
    return {
        "posts": posts,
        "categories": list(Category.objects.values_list("name", "slug", "description")),
        "authors": list(Author.objects.values_list("name", "slug", "role", "bio")),
        "tags": sorted(Tag.objects.values_list("name", "slug")),
        "pages": list(
            Page.objects.values_list("title", "slug", "description", "position", "is_published", "body")
        ),
    }


def empty_the_site() -> None:
    for image in Image.objects.all():
        image.file.delete(save=False)
    for model in (Redirect, RelatedPost, Post, Page, Image, Category, Author, Tag):
        model.objects.all().delete()


def there_and_back(folder) -> None:
    """Export, import into an empty database, export again: the same rows, the same texts."""
    before = snapshot()
    report = export_site(folder / "1")
    assert not report.problems and not report.others
    empty_the_site()
    report = import_site(folder / "1")
    assert not report.posts.failed
    assert snapshot() == before
    export_site(folder / "2")
    assert texts(folder / "2") == texts(folder / "1")


ODD_ARTICLES = {
    "_posts/2025-10-21-a.md": """\
---
# 注
layout: post
title:  "甲 "
date: 2025-10-20 22:03:00 +0000
tags: 生成AI、EU AI Act
author: {name: 編集部}
reading_time: 8分
custom: {when: 2025-10-21, list: [1, 1.10]}
robots: "noindex, nofollow"
sitemap: false
image: /assets/none.png
image_alt: 図
---

{% include x %}

本文の終わりに改行がない""",
    "_posts/2025-10-21-b-.md": "\ufeff---\r\ntitle: b\r\ncategory: 投資 甲\r\ntags: [規制]\r\n---\r\n文\r\n",
    "_posts/deep/2025-10-20-c.md": """\
---
title: 丙
date: 2025-10-20 22:00:00 +0000
permalink: /old/c.html
redirect_from: [/x/, 'https://old.example/y/?a']
related_articles:
- {slug: 2025-10-21-b-, on: 2025-10-21}
- 2025-10-21-none
- 2025-10-21-b-
pillar_article: 2025-10-21-a
guid: urn:x
...
---
罫線から始まる
""",
    "_posts/2025-10-22-d.markdown": "---\ntitle: 丁\npublished: false\nexpires_at: 2030-01-01\n---\n",
    "_posts/2025-10-21-e.md": '---\ntitle: ""\nslug: e2\ndate: 2025-10-21\n---\n## 見出し\n',
    "_drafts/f.md": "---\ntitle: 己\nstatus: in_review\n---\n書きかけ\n",
    "_drafts/2025-10-21-g.md": "---\n{title: 庚}\n---\n本文\n",
}


@pytest.fixture
def odd_site(tmp_path):
    for name, text in ODD_ARTICLES.items():
        write(tmp_path / "site", name, text)
    import_site(tmp_path / "site")
    return tmp_path


def test_untouched_articles_come_back_to_the_byte(odd_site):
    export_site(odd_site / "out")
    written = files(odd_site / "out")
    assert {name: written[name].decode() for name in ODD_ARTICLES} == ODD_ARTICLES


def test_odd_articles_survive_the_way_there_and_back(odd_site):
    Post.objects.filter(published_at=None).update(
        created_at=tokyo(2025, 10, 1)
    )  # else a moment of the import
    Post.objects.filter(published_at=None).update(imported_at=None)
    there_and_back(odd_site)


def test_covers_come_back_to_their_paths_even_two_of_one_picture(tmp_path):
    write_picture(tmp_path / "site")
    same = (tmp_path / "site" / COVER[1:]).read_bytes()
    write_picture(tmp_path / "site", "assets/again.png", same)
    write_article(tmp_path / "site", image=COVER)
    write_article(
        tmp_path / "site", "2025-10-21-b.md", image="/assets/again.png", body="![](/assets/again.png)"
    )
    import_site(tmp_path / "site")
    export_site(tmp_path / "out")
    written = files(tmp_path / "out")
    for name, content in files(tmp_path / "site").items():
        assert written[name] == content


def test_the_shadowed_article_keeps_the_address_of_its_own(tmp_path):
    write_article(tmp_path / "site", "2025-10-08-x.md", date="2025-10-09 01:00:00 +0900")
    write_article(tmp_path / "site", "2025-10-09-x.md", date="2025-10-09 22:00:00 +0900")
    import_site(tmp_path / "site")
    there_and_back(tmp_path)
    assert set(Post.objects.values_list("slug", flat=True)) == {"x", "x-2"}


def test_only_the_keys_of_an_edit_change(tmp_path):
    text = article(layout="post", title="見出し", tags=["甲", "乙"], author="編集部", custom={"a": 1})
    import_site(write(tmp_path / "site", NAME, text))
    post = Post.objects.get()
    post.title = "直した: 見出し"
    post.save()
    export_site(tmp_path / "out")
    assert (tmp_path / "out" / NAME).read_text() == text.replace("title: 見出し", "title: '直した: 見出し'")


EDITS = {
    "title": ("title", "新しい見出し", {"title": "新しい見出し"}),
    "date": ("published_at", tokyo(2025, 10, 23, 9), {"date": "2025-10-23 09:00:00 +0900"}),
    "slug": ("slug", "新しい番地", {"slug": "新しい番地"}),
    "odd slug": ("slug", "a・b", {"permalink": "/:year/:month/:day/a・b/"}),
    "excerpt": ("excerpt", "一行\n二行", {"excerpt": "一行\n二行"}),
    "no excerpt": ("excerpt", "", {"excerpt": None}),
    "description": ("description", "yes", {"description": "yes"}),
    "canonical": ("canonical_url", "https://other.example/", {"canonical_url": "https://other.example/"}),
    "noindex": ("noindex", True, {"robots": "noindex"}),
    "sitemap": ("in_sitemap", False, {"sitemap": False}),
    "featured": ("featured", True, {"featured": True}),
    "pillar": ("is_pillar", True, {"pillar": True}),
    "reading": ("given_reading_minutes", 1200, {"reading_time": 1200}),
    "modified": (
        "last_modified_at",
        tokyo(2026, 1, 2, 3, 4),
        {"last_modified_at": "2026-01-02 03:04:00 +0900"},
    ),
    "expires": ("expires_at", tokyo(2030, 1, 1), {"expires_at": "2030-01-01 00:00:00 +0900"}),
    "withdrawn": ("status", "withdrawn", {"status": "withdrawn", "published": False}),
    "review": ("status", "in_review", {"status": "in_review", "published": False}),
    "draft": ("status", "draft", {"published": False}),
}


@pytest.mark.parametrize(("field", "value", "keys"), EDITS.values(), ids=EDITS)
def test_every_field_that_an_editor_changes_is_written_and_read_again(tmp_path, field, value, keys):
    import_site(write_article(tmp_path / "site", excerpt="要点", extra="値"))
    post = Post.objects.get()
    setattr(post, field, value)
    post.save()
    there_and_back(tmp_path)
    written = front(tmp_path / "1")
    assert {key: written.get(key) for key in keys} == keys
    assert written["extra"] == "値"


def test_an_edited_body_is_written_as_it_is(tmp_path):
    import_site(write(tmp_path / "site", NAME, "---\ntitle: x\n---"))
    post = Post.objects.get()
    post.body = "---\r\n新しい本文\n\n"
    post.save()
    export_site(tmp_path / "out")
    assert (tmp_path / "out" / NAME).read_bytes() == "---\ntitle: x\n---\n---\r\n新しい本文\n\n".encode()


def test_other_categories_and_names_that_only_look_different_stay(tmp_path):
    import_site(write_article(tmp_path / "site", categories=["ＡＩ", "投資"], tags=["ＡＩ", "ai", "規制"]))
    untouched = files(tmp_path / "site")[NAME]
    export_site(tmp_path / "out")
    assert files(tmp_path / "out")[NAME] == untouched
    post = Post.objects.get()
    post.category = make_category("技術解説")
    post.tags.set(["規制", "新"])
    post.save()
    export_site(tmp_path / "out")
    assert front(tmp_path / "out")["categories"] == ["技術解説", "投資"]
    assert front(tmp_path / "out")["tags"] == ["規制", "新"]


def test_a_renamed_category_is_written_although_no_post_was_edited(tmp_path):
    import_site(write_article(tmp_path / "site", categories=["最新動向"]))
    category = Category.objects.get()
    category.name = "最新ニュース"
    category.save()
    there_and_back(tmp_path)
    assert Post.objects.get().category.name == "最新ニュース"


def test_related_and_pillar_posts_that_an_editor_changed_are_written(tmp_path):
    entry = {"slug": "2025-10-21-b", "title": "乙", "reason": "関連"}
    write_article(
        tmp_path / "site", related_articles=[entry, "2025-10-21-none"], pillar_article="2025-10-21-b"
    )
    write_article(tmp_path / "site", "2025-10-21-b.md")
    import_site(tmp_path / "site")
    post, other = (
        Post.objects.get(slug="first"),
        make_post("ここで書いた", slug="here", published_at=tokyo(2025, 10, 22)),
    )
    RelatedPost.objects.create(post=post, target=other, position=9)
    post.pillar = other
    post.save()
    there_and_back(tmp_path)
    here = {"slug": "2025-10-22-here", "title": "ここで書いた"}
    assert front(tmp_path / "1")["related_articles"] == [entry, "2025-10-21-none", here]
    assert front(tmp_path / "1")["pillar_article"] == here


def test_what_an_editor_takes_away_goes_from_the_file(tmp_path):
    write_picture(tmp_path / "site")
    write_article(
        tmp_path / "site",
        image=COVER,
        tags=["甲"],
        category="技術",
        author="編集部",
        redirect_from=["/old/", "/older/"],
        pillar_article="2025-10-21-b",
    )
    write_article(tmp_path / "site", "2025-10-21-b.md")
    import_site(tmp_path / "site")
    post = Post.objects.get(slug="first")
    post.cover = post.category = post.author = post.pillar = None
    post.tags.clear()
    post.redirects.filter(old_path="/old/").delete()
    post.save()
    there_and_back(tmp_path)
    assert front(tmp_path / "1") == {
        "title": "見出し",
        "date": "2025-10-21 09:00:00 +0900",
        "redirect_from": ["/older/"],
    }


def test_a_moved_post_takes_its_redirects_and_its_guid_along(tmp_path):
    import_site(write_article(tmp_path / "site"))
    post = Post.objects.get()
    post.slug, post.published_at = "moved", tokyo(2025, 11, 1)
    post.save()
    there_and_back(tmp_path)
    written = front(tmp_path / "1")
    assert written["guid"] == "https://news.example.jp/2025/10/21/first/"
    assert written["redirect_from"] == ["/2025/10/21/first/"]
    assert Redirect.objects.get(old_path="/2025/10/21/first/").post.slug == "moved"


def test_a_permalink_that_a_new_date_makes_wrong_is_mended(tmp_path):
    import_site(write_article(tmp_path / "site", permalink="/2025/10/21/given/"))
    post = Post.objects.get()
    post.published_at = tokyo(2025, 11, 1)
    post.save()
    there_and_back(tmp_path)
    assert Post.objects.get().slug == "given"


def test_posts_written_here_come_out_with_all_they_have(tmp_path):
    cover = make_image((640, 360), alt="青い図", credit="撮影：編集部")
    post = make_post(
        "規制: 「案」の#行方",
        slug="規制・案",
        tags=["生成AI", "EU AI Act"],
        cover=cover,
        published_at=tokyo(2025, 10, 21, 9, 0, 0, 250),
        created_at=tokyo(2025, 10, 1),
        body=f"![図]({cover.file.url})\n\n本文",
    )
    make_draft("下書き", slug="2025-10-21-like-a-date", created_at=tokyo(2025, 10, 1))
    make_draft("レビュー待ち", slug="asked", status="in_review", created_at=tokyo(2025, 10, 1))
    make_post("取り下げ", slug="gone", status="withdrawn")
    make_post("予約", slug="later", published_at=tokyo(2999, 1, 1), created_at=tokyo(2025, 10, 1))
    Redirect.objects.create(old_path="/old/", post=post)
    there_and_back(tmp_path)
    assert set(files(tmp_path / "1")) >= {
        "_posts/2025-10-21-規制-案.md",
        "_drafts/draft-2025-10-21-like-a-date.md",
        "_drafts/asked.md",
        f"media/{cover.file.name}",
        "_data/pictures.yml",
    }


def test_a_title_that_is_also_the_first_heading_is_written(tmp_path):
    make_post("要点", slug="x", body="## 要点\n")
    there_and_back(tmp_path)


def test_a_cover_that_was_missing_at_the_import_stays_named(tmp_path):
    import_site(write_article(tmp_path / "site", image=COVER))
    write_picture(tmp_path / "other")
    import_site(write_article(tmp_path / "other", "2025-10-22-other.md", image=COVER))
    export_site(tmp_path / "out")
    assert files(tmp_path / "out")[NAME] == files(tmp_path / "site")[NAME]


def test_long_and_equal_slugs_get_file_names_that_fit(tmp_path):
    moment = tokyo(2025, 10, 21, 9)
    make_post(slug="規" * 150 + "a", published_at=moment)
    make_post(slug="規" * 150 + "b", published_at=moment)
    make_post(slug="x", published_at=moment)
    make_post(slug="X", published_at=moment)
    make_post(slug="…", published_at=moment)
    there_and_back(tmp_path)
    names = [name for name in files(tmp_path / "1") if name.startswith("_posts")]
    assert len({name.casefold() for name in names}) == 5
    assert all(len(name.split("/")[1].encode()) <= 255 for name in names)


def test_a_draft_that_was_published_here_moves_to_the_posts(tmp_path):
    write_article(tmp_path / "site", "_drafts/idea.md", date=None, title="案")
    write_article(tmp_path / "site", related_articles=["idea"])
    import_site(tmp_path / "site")
    publish(Post.objects.get(slug="idea"), at=tokyo(2025, 10, 22))
    there_and_back(tmp_path)
    assert "_posts/2025-10-22-idea.md" in files(tmp_path / "1")
    assert "_drafts/idea.md" not in files(tmp_path / "1")
    assert import_site(tmp_path / "1").posts.unchanged


def test_an_export_can_be_imported_where_it_came_from(tmp_path):
    import_site(write_article(tmp_path / "site"))
    make_post("ここで書いた")
    export_site(tmp_path / "out")
    report = import_site(tmp_path / "out")
    assert not report.posts.created and not report.problems
    assert Post.objects.count() == 2


def test_names_slugs_and_pages_survive(tmp_path):
    make_category("投資", slug="money", description="お金の流れ", position=2)
    make_category("技術", position=1)
    make_author("編集部", slug="desk", role="記者", bio="経歴\n二行目")
    make_author("無名")
    make_tag("ChatGPT", slug="chat")
    make_tag("未使用")
    make_tag("2025")
    make_page("概要", slug="about", description="説明", position=3, body="---\n本文\n")
    make_page("下書き", slug="hidden", is_published=False)
    make_post(tags=["chatgpt"], author="編集部", published_at=tokyo(2025, 10, 21))
    there_and_back(tmp_path)


def test_a_tag_keeps_its_spelling_although_an_article_writes_it_otherwise(tmp_path):
    write_article(tmp_path / "site", "2025-10-21-a.md", tags=["chatgpt"])
    import_site(tmp_path / "site")
    Tag.objects.update(name="ChatGPT")
    there_and_back(tmp_path)
    assert Tag.objects.get().name == "ChatGPT"


def test_guids_of_another_site_need_no_key_in_every_article(tmp_path):
    write(tmp_path / "site", "_config.yml", "url: https://old.example\n")
    write_article(tmp_path / "site", "2025-10-21-規制.md")
    import_site(tmp_path / "site")
    there_and_back(tmp_path)
    assert (
        files(tmp_path / "1")["_posts/2025-10-21-規制.md"]
        == files(tmp_path / "site")["_posts/2025-10-21-規制.md"]
    )
    assert "guid_url: https://old.example" in (tmp_path / "1/_config.yml").read_text()


def test_into_a_site_that_is_there_only_what_differs_is_written(tmp_path):
    config = "# ours\ntitle: 旧サイト\nurl: https://old.example\ntimezone: Asia/Tokyo\nplugins: [x]\n"
    config += "content_categories:\n  - name: 技術\n    icon_type: chip\n"
    site = write(tmp_path, "_config.yml", config)
    write_article(site, categories=["技術"])
    write_article(site, "2025-10-22-other.md")
    import_site(site)
    Post.objects.get(slug="other").delete()
    before = files(site)
    report = export_site(site)
    assert files(site) == before
    assert (report.written, report.others) == (0, ["_posts/2025-10-22-other.md"])


def test_links_in_the_target_are_not_followed(tmp_path):
    import_site(write_article(tmp_path / "site"))
    outside, target = tmp_path / "outside", tmp_path / "out"
    outside.mkdir()
    target.mkdir()
    (target / "_posts").symlink_to(outside)
    report = export_site(target)
    assert list(report.problems) == [NAME]
    assert list(outside.iterdir()) == []


def test_a_file_cannot_be_the_target(tmp_path):
    (tmp_path / "x").write_text("x")
    with pytest.raises(NotADirectoryError):
        export_site(tmp_path / "x")


def test_a_picture_whose_file_is_gone_is_named_and_the_rest_is_written(tmp_path, media_root):
    image = make_image()
    make_post(cover=image, published_at=tokyo(2025, 10, 21), slug="x")
    (media_root / image.file.name).unlink()
    report = export_site(tmp_path / "out")
    assert list(report.problems) == [f"media/{image.file.name}"]
    assert (tmp_path / "out/_posts/2025-10-21-x.md").exists()


def test_queries_do_not_grow_with_the_number_of_posts(tmp_path):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            export_site(tmp_path / "out")
        return len(captured)

    def write_posts(count: int) -> None:
        for _number in range(count):
            post = make_post(tags=["AI", "規制"])
            RelatedPost.objects.create(post=post, target=first)

    first = make_post(slug="pillar", published_at=datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC))
    write_posts(2)
    few = queries()
    write_posts(10)
    assert queries() == few
