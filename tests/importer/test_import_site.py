"""What an import makes of a site, run once and again."""

import datetime
import os

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from blog.importer import import_site
from blog.models import Author, Category, Image, Page, Post, Redirect, RelatedPost, Tag, TaggedPost
from tests.factories import make_post, picture_bytes, tokyo
from tests.jekyll_site import BODY, article, write, write_article, write_picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]

FULL = {
    "title": "  ＡＩ規制の　行方 ",
    "date": "2025-10-20 22:03:23 +0000",
    "layout": "post",
    "categories": ["規制・政策", "投資"],
    "tags": ["ＡＩ", "EU AI Act", "ai"],
    "author": "編集部",
    "excerpt": "要点。",
    "description": "説明。",
    "reading_time": 8,
    "canonical_url": "https://other.example/x/",
    "robots": "noindex",
    "sitemap": False,
    "featured": True,
    "pillar": True,
    "last_modified_at": "2026-04-10 12:00:00 +0900",
    "expires_at": "2030-01-01 00:00:00 +0900",
    "pseo_type": "comparison",
}


def rows() -> dict:
    """Everything an import could change, to see whether it did."""
    models = (Post, Category, Author, Tag, TaggedPost, Image, Page, Redirect, RelatedPost)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def test_an_article_becomes_a_post_with_every_field(tmp_path):
    report = import_site(write_article(tmp_path, "2025-10-20-eu-ai-act.md", **FULL))
    assert report.posts.created == ["_posts/2025-10-20-eu-ai-act.md"]
    assert not report.problems
    post = Post.objects.get()
    assert post.title == "ＡＩ規制の 行方"
    assert post.published_at == tokyo(2025, 10, 21, 7, 3, 23)
    assert (post.published_on, post.slug) == (datetime.date(2025, 10, 21), "eu-ai-act")
    assert post.guid == "https://news.example.jp/2025/10/21/eu-ai-act/"
    assert post.body == BODY
    assert 'id="要点"' in post.body_html
    assert post.toc == [{"level": 2, "id": "要点", "text": "要点"}]
    assert (post.category.name, post.author.name) == ("規制・政策", "編集部")
    assert [tag.name for tag in post.tags.order_by("tagged_posts__pk")] == ["AI", "EU AI Act"]
    assert (post.excerpt, post.description) == ("要点。", "説明。")
    assert (post.given_reading_minutes, post.reading_minutes) == (8, 8)
    assert post.canonical_url == "https://other.example/x/"
    assert (post.noindex, post.in_sitemap, post.featured, post.is_pillar) == (True, False, True, True)
    assert post.last_modified_at == tokyo(2026, 4, 10, 12)
    assert post.expires_at == tokyo(2030, 1, 1)
    assert post.status == Post.Status.PUBLISHED
    assert "pseo_type: comparison" in post.front_matter
    assert post.created_at == post.published_at
    assert not post.edited_since_import


def test_the_head_of_the_file_is_kept_to_the_byte(tmp_path):
    head = "\ufeff---\r\ntitle: 見出し   # 注\r\ndate: 2025-10-21\r\n---  \r\n"
    import_site(write(tmp_path, "_posts/2025-10-21-x.md", f"{head}\r\n本文"))
    post = Post.objects.get()
    assert post.front_matter == head
    assert post.body == "\r\n本文"


def test_the_posts_folder_is_as_good_as_its_site(tmp_path, monkeypatch):
    write_article(tmp_path)
    import_site(tmp_path / "_posts")
    monkeypatch.chdir(tmp_path / "_posts")
    assert import_site(".").posts.unchanged == ["_posts/2025-10-21-first.md"]
    assert Post.objects.get().source_name == "_posts/2025-10-21-first.md"


@pytest.mark.parametrize("name", ["missing", "empty", "file"])
def test_a_folder_without_articles_is_refused(tmp_path, name):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotADirectoryError):
        import_site(tmp_path / name)


def test_drafts_and_unpublished_articles_are_not_public(tmp_path):
    write_article(tmp_path, "_drafts/idea.md", date=None)
    write_article(tmp_path, "2025-10-21-hidden.md", published=False)
    write_article(tmp_path, "2025-10-21-gone.md", status="withdrawn")
    write_article(tmp_path, "_drafts/asked.md", date=None, status="in_review")
    write_article(tmp_path, "2999-10-21-later.md", date="2999-10-21 09:00:00 +0900")
    import_site(tmp_path)
    status = dict(Post.objects.values_list("slug", "status"))
    assert status == {
        "idea": "draft",
        "hidden": "draft",
        "gone": "withdrawn",
        "asked": "in_review",
        "later": "published",
    }
    assert not Post.objects.public().exists()
    assert Post.objects.get(slug="hidden").published_at == tokyo(2025, 10, 21, 9)
    assert Post.objects.get(slug="idea").published_at is None
    assert Post.objects.scheduled().get().slug == "later"


def test_an_empty_title_is_a_problem_but_the_article_gets_its_first_heading(tmp_path):
    report = import_site(write_article(tmp_path, title=""))
    assert [(p.path, p.line) for p in report.problems] == [("_posts/2025-10-21-first.md", 2)]
    assert Post.objects.get().title == "要点"


def test_a_second_run_changes_nothing(tmp_path):
    write_picture(tmp_path)
    write_article(
        tmp_path, **FULL, image="/assets/images/cover.png", related_articles=[{"slug": "2025-10-21-b"}]
    )
    write_article(tmp_path, "2025-10-21-b.md", pillar_article="2025-10-21-first", redirect_from="/old/")
    write(tmp_path, "pages/about.md", "---\ntitle: 概要\n---\n本文\n")
    write(tmp_path, "_config.yml", "content_categories:\n- {name: 投資, slug: money}\n")
    import_site(tmp_path)
    before = rows()
    report = import_site(tmp_path)
    assert rows() == before
    assert len(report.posts.unchanged) == 2
    assert len(report.pages.unchanged) == 1
    assert not (report.posts.created or report.posts.updated or report.pages.updated or report.pictures)
    assert report.redirects == 0


def test_a_changed_file_updates_its_post_and_nothing_else(tmp_path):
    write_article(tmp_path, "2025-10-21-a.md", tags=["甲"], related_articles=["2025-10-21-b"], featured=True)
    write_article(tmp_path, "2025-10-21-b.md")
    import_site(tmp_path)
    first, other = Post.objects.get(slug="a"), Post.objects.get(slug="b")
    write_article(tmp_path, "2025-10-21-a.md", title="新しい見出し", tags=["乙", "甲"], body="新しい本文")
    report = import_site(tmp_path)
    assert report.posts.updated == ["_posts/2025-10-21-a.md"]
    post = Post.objects.get(pk=first.pk)
    assert (post.title, post.guid, post.created_at) == ("新しい見出し", first.guid, first.created_at)
    assert "新しい本文" in post.body_html
    assert list(post.tagged_posts.order_by("pk").values_list("tag__name", flat=True)) == ["乙", "甲"]
    assert not post.related_entries.exists()
    assert post.featured is False
    assert not post.edited_since_import
    assert Post.objects.get(slug="b").updated_at == other.updated_at


def test_a_post_edited_here_is_kept_and_named_unless_forced(tmp_path):
    import_site(write_article(tmp_path))
    post = Post.objects.get()
    post.title = "編集部が直した見出し"
    post.slug = "better"
    post.save()
    for title in ("見出し", "ファイルでも直した見出し"):
        write_article(tmp_path, title=title)
        report = import_site(tmp_path)
        assert report.posts.kept == ["_posts/2025-10-21-first.md"]
        assert [note.path for note in report.notes] == report.posts.kept
        assert Post.objects.get().title == "編集部が直した見出し"
    report = import_site(tmp_path, force=True)
    assert report.posts.updated == ["_posts/2025-10-21-first.md"]
    post.refresh_from_db()
    assert (post.title, post.slug) == ("ファイルでも直した見出し", "first")
    assert Redirect.objects.get(old_path="/2025/10/21/better/").post == post
    assert import_site(tmp_path, force=True).posts.unchanged


def test_a_post_saved_by_an_editor_while_the_import_runs_is_kept(tmp_path, monkeypatch):
    import_site(write_article(tmp_path))
    write_article(tmp_path, title="ファイルで直した見出し")
    render = Post.render

    def render_while_an_editor_saves(self):
        Post.objects.update(title="編集部が直した見出し", updated_at=timezone.now())
        return render(self)

    monkeypatch.setattr(Post, "render", render_while_an_editor_saves)
    report = import_site(tmp_path)
    assert report.posts.kept and not report.posts.updated
    assert Post.objects.get().title == "編集部が直した見出し"


def test_a_file_that_is_gone_leaves_its_post_alone(tmp_path):
    write_article(tmp_path, "2025-10-21-b.md")
    import_site(write_article(tmp_path))
    os.remove(tmp_path / "_posts/2025-10-21-b.md")  # noqa: PTH107
    import_site(tmp_path)
    assert Post.objects.count() == 2


def test_an_article_with_the_guid_of_a_post_written_here_is_that_post(tmp_path):
    post = make_post("ここで書いた")
    write_article(tmp_path, title="書き出して直した", guid=post.guid)
    assert import_site(tmp_path).posts.kept
    import_site(tmp_path, force=True)
    post.refresh_from_db()
    assert (post.title, post.source_name) == ("書き出して直した", "_posts/2025-10-21-first.md")
    assert import_site(tmp_path).posts.unchanged


def test_two_files_cannot_have_one_guid(tmp_path):
    write_article(tmp_path, "2025-10-21-a.md", guid="urn:x")
    report = import_site(write_article(tmp_path, "2025-10-21-b.md", guid="urn:x"))
    assert (report.posts.created, report.posts.failed) == (
        ["_posts/2025-10-21-a.md"],
        ["_posts/2025-10-21-b.md"],
    )


def test_a_bad_file_does_not_stop_the_others(tmp_path):
    write_article(tmp_path, "2025-10-21-good.md")
    write(tmp_path, "_posts/2025-10-21-bad.md", "no front matter")
    report = import_site(tmp_path)
    assert report.posts.created == ["_posts/2025-10-21-good.md"]
    assert report.posts.failed == ["_posts/2025-10-21-bad.md"]
    assert [(p.path, p.line) for p in report.problems] == [("_posts/2025-10-21-bad.md", 1)]


def test_strict_imports_nothing_if_anything_is_wrong(tmp_path, media_root):
    write_picture(tmp_path)
    write_article(tmp_path, "2025-10-21-good.md", image="/assets/images/cover.png", tags=["AI"])
    write(tmp_path, "_posts/2025-10-21-bad.md", "no front matter")
    before = rows()
    report = import_site(tmp_path, strict=True)
    assert report.nothing_written and report.problems
    assert rows() == before
    assert list(media_root.iterdir()) == []
    os.remove(tmp_path / "_posts/2025-10-21-bad.md")  # noqa: PTH107
    report = import_site(tmp_path, strict=True)
    assert not report.nothing_written
    assert Post.objects.get().cover


def test_a_dry_run_says_what_would_happen_and_changes_nothing(tmp_path, media_root):
    write_picture(tmp_path)
    write_article(tmp_path, image="/assets/images/cover.png", tags=["AI"])
    write(tmp_path, "pages/about.md", "---\ntitle: 概要\n---\n")
    before = rows()
    report = import_site(tmp_path, dry_run=True)
    assert report.posts.created and report.pages.created and report.pictures == ["/assets/images/cover.png"]
    assert report.nothing_written
    assert rows() == before
    assert list(media_root.iterdir()) == []


@pytest.mark.django_db(transaction=True)
def test_an_article_that_the_database_refuses_is_named_and_the_others_stored(tmp_path, monkeypatch):
    from blog.importer import survey

    write_picture(tmp_path)
    write_article(tmp_path, "2025-10-21-a.md", tags=["新しいタグ"])
    write_article(tmp_path, "2025-10-21-b.md", expires_at="2025-10-01", image="/assets/images/cover.png")
    monkeypatch.setattr(survey, "_refuse_unstorable", lambda *args: None)
    report = import_site(tmp_path)
    assert report.posts.created == ["_posts/2025-10-21-a.md"]
    assert report.posts.failed == ["_posts/2025-10-21-b.md"]
    assert [tag.name for tag in Post.objects.get().tags.all()] == ["新しいタグ"]
    assert not Image.objects.exists()


def test_a_crash_takes_the_pictures_of_its_batch_away_again(tmp_path, media_root, monkeypatch):
    write_picture(tmp_path)
    write_article(tmp_path, image="/assets/images/cover.png")

    def crash(self):
        raise RuntimeError("the renderer fell over")

    monkeypatch.setattr(Post, "render", crash)
    with pytest.raises(RuntimeError):
        import_site(tmp_path)
    assert not [path for path in media_root.rglob("*") if path.is_file()]
    assert not Post.objects.exists()


def test_queries_do_not_grow_with_the_number_of_articles(tmp_path):
    def queries(count: int) -> int:
        site = tmp_path / str(count)
        for number in range(count):
            write_article(
                site, f"2025-10-21-{count}-{number}.md", tags=["AI", f"話題{count}"], author="編集部"
            )
        with CaptureQueriesContext(connection) as captured:
            import_site(site)
        return len(captured)

    queries(1)  # the author and one of the tags are there from now on
    assert queries(20) == queries(4)


def test_batches_are_as_good_as_one(tmp_path, monkeypatch):
    from blog import importer

    monkeypatch.setattr(importer, "BATCH", 2)
    for number in range(5):
        write_article(
            tmp_path, f"2025-10-21-{number}.md", related_articles=[f"2025-10-21-{(number + 1) % 5}"]
        )
    assert len(import_site(tmp_path).posts.created) == 5
    assert RelatedPost.objects.filter(target__isnull=False).count() == 5


def test_the_article_text_is_read_as_it_is_on_disk(tmp_path):
    text = article(body="改行なしの最後")
    import_site(write(tmp_path, "_posts/2025-10-21-x.md", text))
    post = Post.objects.get()
    assert post.front_matter + post.body == text


def test_the_same_picture_in_two_places_is_stored_once_and_said(tmp_path):
    content = picture_bytes()
    write_picture(tmp_path, "assets/a.png", content)
    write_picture(tmp_path, "assets/b.png", content)
    write_article(tmp_path, "2025-10-21-a.md", image="/assets/a.png")
    report = import_site(write_article(tmp_path, "2025-10-21-b.md", image="/assets/b.png"))
    assert Image.objects.get().posts.count() == 2
    assert [note.path for note in report.notes] == ["/assets/b.png"]


def test_a_changed_text_is_news_to_who_polls_the_feed(tmp_path, client):
    import_site(write_article(tmp_path, body="前の本文。"))
    etag = client.get("/feed.xml")["ETag"]
    import_site(write_article(tmp_path, body="後の本文。"))
    response = client.get("/feed.xml", HTTP_IF_NONE_MATCH=etag)
    assert response.status_code == 200
    assert "後の本文。" in response.content.decode()
