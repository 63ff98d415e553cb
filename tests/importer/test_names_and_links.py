"""Categories, authors, tags, pages, and what leads from one post to another."""

import pytest

from blog.importer import import_site
from blog.models import Author, Category, Page, Post, Tag
from tests.factories import make_category, make_tag
from tests.jekyll_site import write, write_article

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]

CONFIG = """\
content_categories:
  - {name: 投資分析, slug: money, description: お金の流れ, icon_type: x}
  - {name: 技術解説}
"""


def related(slug: str) -> list:
    entries = Post.objects.get(slug=slug).related_entries.all()
    return [entry.target.slug if entry.target else entry.reference for entry in entries]


def test_the_configuration_names_the_categories_and_their_order(tmp_path):
    write(tmp_path, "_config.yml", CONFIG)
    assert not import_site(write_article(tmp_path, categories=["技術解説"])).problems
    assert [(c.name, c.slug, c.description) for c in Category.objects.all()] == [
        ("投資分析", "money", "お金の流れ"),
        ("技術解説", "技術解説", ""),
    ]


def test_a_category_that_is_here_keeps_its_slug_unless_forced(tmp_path):
    make_category("投資分析", slug="kept")
    write(tmp_path, "_config.yml", CONFIG)
    import_site(write_article(tmp_path))
    assert Category.objects.get(name="投資分析").slug == "kept"
    import_site(tmp_path, force=True)
    assert Category.objects.get(name="投資分析").slug == "money"


def test_a_slug_that_two_categories_claim_is_a_problem(tmp_path):
    write(tmp_path, "_config.yml", "content_categories:\n- {name: 甲, slug: x}\n- {name: 乙, slug: x}\n")
    report = import_site(write_article(tmp_path))
    assert [problem.path for problem in report.problems] == ["_config.yml"]
    assert report.posts.created


def test_names_are_found_in_any_width_and_case_and_made_once(tmp_path):
    tag = make_tag("生成AI")
    write_article(
        tmp_path, "2025-10-21-a.md", tags=["生成ＡＩ", "C++", "C#", "C", "!?", "\u200b"], author="ＡＩ班"
    )
    write_article(tmp_path, "2025-10-21-b.md", tags=["生成ai", "c＋＋"], author="AI班")
    import_site(tmp_path)
    assert Author.objects.get().name == "AI班"
    assert set(Tag.objects.values_list("name", flat=True)) == {"生成AI", "C++", "C#", "C", "!?"}
    assert len(set(Tag.objects.values_list("slug", flat=True))) == 5
    assert tag.tagged_posts.count() == 2


def test_names_with_one_slug_get_two(tmp_path):
    write_article(tmp_path, tags=["a-b", "a b"])
    make_tag("A・B")
    import_site(tmp_path)
    assert sorted(Tag.objects.values_list("slug", flat=True)) == ["a-b", "a-b-2", "a-b-3"]


def test_data_files_describe_authors_and_tags(tmp_path):
    write(tmp_path, "_data/authors.yml", "編集部:\n  slug: desk\n  role: 記者\n  bio: 経歴\n")
    write(tmp_path, "_data/tags.yml", "生成AI:\n  slug: genai\n未使用: {}\n")
    assert not import_site(write_article(tmp_path, author="編集部", tags=["生成ai"])).problems
    author = Author.objects.get()
    assert (author.name, author.slug, author.role, author.bio) == ("編集部", "desk", "記者", "経歴")
    assert {tag.name: tag.slug for tag in Tag.objects.all()} == {"生成AI": "genai", "未使用": "未使用"}


def test_related_posts_keep_their_order_whichever_import_brings_them(tmp_path):
    entry = {"slug": "2025-10-21-b-", "title": "乙", "reason": "関連"}
    write_article(
        tmp_path / "1", "2025-10-21-a.md", related_articles=["2025-10-21-c", entry, "2025-10-21-none"]
    )
    import_site(tmp_path / "1")
    assert related("a") == ["2025-10-21-c", entry, "2025-10-21-none"]
    import_site(write_article(tmp_path / "2", "2025-10-21-b-.md"))
    import_site(write_article(tmp_path / "2", "2025-10-21-c.md"))
    assert related("a") == ["c", "b", "2025-10-21-none"]
    assert Post.objects.get(slug="a").related_entries.all()[1].reference == entry


def test_an_article_is_related_to_another_once_and_never_to_itself(tmp_path):
    write_article(
        tmp_path, "2025-10-21-a.md", related_articles=["2025-10-21-b", "2025-10-21-a", "2025-10-21-b.md"]
    )
    write_article(tmp_path, "2025-10-21-b.md")
    import_site(tmp_path)
    assert related("a") == ["b", "2025-10-21-a", "2025-10-21-b.md"]
    assert import_site(tmp_path).posts.unchanged


@pytest.mark.parametrize("entry", ["2025-10-21-b", {"slug": "2025-10-21-b", "title": "乙"}])
def test_the_pillar_post_is_found_whichever_import_brings_it(tmp_path, entry):
    import_site(write_article(tmp_path / "1", "2025-10-21-a.md", pillar_article=entry))
    assert Post.objects.get().pillar is None
    import_site(write_article(tmp_path / "2", "2025-10-21-b.md", pillar_article="2025-10-21-b"))
    assert Post.objects.get(slug="a").pillar.slug == "b"
    assert Post.objects.get(slug="b").pillar is None
    assert not Post.objects.get(slug="a").edited_since_import


def test_a_pillar_post_that_an_editor_took_away_stays_away(tmp_path):
    write_article(tmp_path, "2025-10-21-a.md", pillar_article="2025-10-21-b")
    import_site(write_article(tmp_path, "2025-10-21-b.md"))
    post = Post.objects.get(slug="a")
    post.pillar = None
    post.save()
    import_site(tmp_path)
    post.refresh_from_db()
    assert post.pillar is None


def test_pages_are_imported_and_named_after_their_files(tmp_path):
    write_article(tmp_path)
    write(tmp_path, "pages/about.md", "---\ntitle: 概要\ndescription: 説明\nposition: 2\n---\n## 連絡先\n")
    write(
        tmp_path, "pages/x.md", "---\ntitle: 規約\nslug: terms\npublished: false\nlayout: page\n---\n本文\n"
    )
    report = import_site(tmp_path)
    assert report.pages.created == ["pages/about.md", "pages/x.md"]
    about, terms = Page.objects.get(slug="about"), Page.objects.get(slug="terms")
    assert (about.title, about.description, about.position, about.body) == ("概要", "説明", 2, "## 連絡先\n")
    assert 'id="連絡先"' in about.body_html
    assert (about.is_published, terms.is_published) == (True, False)
    assert [note.path for note in report.notes] == ["pages/x.md"]


def test_a_page_that_differs_here_is_kept_and_named_unless_forced(tmp_path):
    write_article(tmp_path)
    write(tmp_path, "pages/about.md", "---\ntitle: 概要\n---\n本文\n")
    import_site(tmp_path)
    Page.objects.update(body="編集部が直した")
    report = import_site(tmp_path)
    assert report.pages.kept == [note.path for note in report.notes] == ["pages/about.md"]
    assert import_site(tmp_path, force=True).pages.updated == ["pages/about.md"]
    assert Page.objects.get().body == "本文\n"


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("about.md", "本文だけ", 1),
        ("about.md", "---\ndescription: x\n---\n", 1),
        ("about.md", "---\ntitle: x\nslug: Über uns\n---\n", 3),
        ("tags.md", "---\ntitle: x\n---\n", 1),
        ("about.md", "---\ntitle: x\nposition: first\n---\n", 3),
        ("about.txt", "---\ntitle: x\n---\n", None),
    ],
)
def test_a_bad_page_is_named_with_its_line(tmp_path, name, content, line):
    write_article(tmp_path)
    report = import_site(write(tmp_path, f"pages/{name}", content))
    assert [(problem.path, problem.line) for problem in report.problems] == [(f"pages/{name}", line)]
    assert report.pages.failed == [f"pages/{name}"]
    assert not report.pages.created
    assert not Page.objects.exists()
