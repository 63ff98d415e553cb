"""Files that cannot be imported, or only in part: each is named with its line, and does no harm."""

import errno
import os
import unicodedata
from pathlib import Path

import pytest

from blog.importer import import_site
from blog.models import Post
from tests.jekyll_site import article, write, write_article

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]

GOOD = "_posts/2025-10-21-good.md"
BAD = "_posts/2025-10-21-bad.md"


def the_problem(report) -> tuple[str, int | None]:
    (problem,) = report.problems
    assert problem.message
    return problem.path, problem.line


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("本文だけ\n", 1),
        ("---\ntitle: x\n\n本文\n", 1),
        ("---\ntitle: [x\n---\n", 3),
        ("---\n- x\n---\n", 2),
        ("---\ntitle: x\nb: !!python/object/apply:os.system [id]\n---\n", 3),
        ("---\na: &a [x]\ntitle: *a\n---\n", 3),
        ("---\ntitle: 規制\n---\n".encode("shift_jis"), 2),
        ("---\ntitle: x\n---\n本文\n".encode("utf-16"), 1),
        (b"---\ntitle: x\n---\n\n\0", 5),
        (article(title=None), 1),
        (article(date="2025-02-30"), 3),
        (article(date="昨日"), 3),
        (article(title="長" * 301), 2),
        (article(tags=["あ" * 101]), 4),
        (article(author="㍿" * 26), 4),
        (article(canonical_url="https://example.jp/" + "a" * 500), 4),
        (article(guid="a" * 501), 4),
        (article(slug="../../etc/x"), 4),
        (article(expires_at="2025-10-21 08:00:00 +0900"), 4),
        (article(body="a" * 10_000_000), 5),
        (b"", 1),
        ('---\ntitle: "a\\0b"\n---\n', 2),
        ('---\ntitle: a\nrelated_articles: ["\\uD800"]\n---\n', 3),
    ],
    ids=range(23),
)
def test_a_bad_article_is_named_with_its_line_and_the_others_imported(tmp_path, content, line):
    write(tmp_path, BAD, content)
    report = import_site(write(tmp_path, GOOD, article()))
    assert the_problem(report) == (BAD, line)
    assert (report.posts.created, report.posts.failed) == ([GOOD], [BAD])
    assert Post.objects.count() == 1


@pytest.mark.parametrize(
    "name", ["notes.txt", "2025-10-21-x.html", "no-date.md", "2025-10-21.md", "x" * 240 + ".md"]
)
def test_a_file_that_is_no_article_is_named(tmp_path, name):
    report = import_site(write(tmp_path, f"_posts/{name}", article()))
    assert the_problem(report) == (f"_posts/{name}", None)


def test_hidden_files_are_left_alone(tmp_path):
    write(tmp_path, "_posts/.DS_Store", b"\0\1")
    assert not import_site(write_article(tmp_path)).problems


def test_an_undated_draft_cannot_claim_to_be_published(tmp_path):
    report = import_site(write_article(tmp_path, "_drafts/x.md", date=None, status="published"))
    assert the_problem(report) == ("_drafts/x.md", 3)


def test_a_symbolic_link_is_refused(tmp_path):
    secret = tmp_path / "secret.md"
    secret.write_text(article())
    site = write_article(tmp_path / "site", "2025-10-21-good.md")
    (site / BAD).symlink_to(secret)
    assert the_problem(import_site(site)) == (BAD, None)


def test_a_linked_folder_is_refused(tmp_path):
    elsewhere = write_article(tmp_path / "elsewhere")
    site = write_article(tmp_path / "site", "2025-10-21-good.md")
    (site / "_posts/more").symlink_to(elsewhere / "_posts")
    (site / "_drafts").symlink_to(elsewhere / "_posts")
    report = import_site(site)
    assert [problem.path for problem in report.problems] == ["_posts/more", "_drafts"]
    assert report.posts.created == [GOOD]


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    write_article(tmp_path, "2025-10-21-good.md")
    os.mkfifo(tmp_path / BAD)
    assert the_problem(import_site(tmp_path)) == (BAD, None)


def test_a_file_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    """The system's answer is given here, since root, as which tests may run, may read everything."""
    write_article(tmp_path, "2025-10-21-bad.md")

    def refuse(path):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert the_problem(import_site(tmp_path)) == (BAD, None)


def test_a_name_that_is_not_utf8_is_refused(tmp_path):
    write_article(tmp_path, "2025-10-21-good.md")
    try:
        (tmp_path / os.fsdecode(b"_posts/2025-10-21-\xff.md")).write_text(article())
    except OSError:
        pytest.skip("this file system has only UTF-8 names")
    assert the_problem(import_site(tmp_path)) == ("_posts/2025-10-21-\ufffd.md", None)


def test_two_spellings_of_one_name_are_not_two_posts(tmp_path):
    for form in ("NFC", "NFD"):
        write_article(tmp_path, unicodedata.normalize(form, "2025-10-21-ガイド.md"))
    if len(list((tmp_path / "_posts").iterdir())) < 2:
        pytest.skip("this file system knows only one of the names")
    report = import_site(tmp_path)
    assert len(report.problems) == len(report.posts.failed) == len(report.posts.created) == 1


def test_the_same_name_in_two_folders_makes_two_posts(tmp_path):
    write_article(tmp_path, "_posts/a/2025-10-21-x.md")
    report = import_site(write_article(tmp_path, "_posts/b/2025-10-21-x.md"))
    assert len(report.posts.created) == 2
    assert sorted(Post.objects.values_list("slug", flat=True)) == ["x", "x-2"]


def test_a_key_that_stands_twice_is_said(tmp_path):
    report = import_site(write(tmp_path, GOOD, "---\ntitle: a\ndate: 2025-10-21\ntitle: b\n---\n"))
    assert [(note.path, note.line) for note in report.notes] == [(GOOD, 4)]
    assert Post.objects.get().title == "b"


@pytest.mark.parametrize(
    ("config", "line"),
    [
        ("title: x\ntimezone: Mars/Olympus\n", 2),
        ("url: ftp://example.jp\n", 1),
        ("url: https://example.jp/blog\n", 1),
        ("title: [x\n", 2),
        ("content_categories: 技術\n", 1),
        ("content_categories:\n- slug: x\n", 1),
        (b"title: \xff\n", 1),
    ],
    ids=range(7),
)
def test_nothing_is_imported_from_a_site_whose_configuration_is_unusable(tmp_path, config, line):
    write(tmp_path, "_config.yml", config)
    report = import_site(write_article(tmp_path))
    assert the_problem(report) == ("_config.yml", line)
    assert report.nothing_written
    assert not Post.objects.exists()


def test_a_broken_data_file_is_named_and_does_not_stop_the_import(tmp_path):
    write(tmp_path, "_data/authors.yml", "x: [\n")
    report = import_site(write_article(tmp_path))
    assert the_problem(report) == ("_data/authors.yml", 2)
    assert report.posts.created
