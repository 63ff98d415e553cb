"""`import_posts` and `export_posts`: what they print, and when they fail."""

import io
import sys

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from blog.models import Post
from tests.jekyll_site import write, write_article, write_picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def run(command: str, *arguments, fails: bool = False) -> tuple[str, str]:
    """Standard output and standard error, in English."""
    out, err = io.StringIO(), io.StringIO()
    with translation.override("en"):
        if fails:
            with pytest.raises(CommandError) as error:
                call_command(command, *map(str, arguments), stdout=out, stderr=err)
            return out.getvalue(), err.getvalue() + str(error.value)
        call_command(command, *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_an_import_counts_what_it_did(tmp_path):
    write_picture(tmp_path)
    write_article(tmp_path, "2025-10-20-a.md", image="/assets/images/cover.png")
    write(tmp_path, "pages/about.md", "---\ntitle: 概要\n---\n")
    out, err = run("import_posts", tmp_path)
    assert "Posts: created 1, updated 0, unchanged 0, kept as edited here 0, failed 0." in out
    assert "Static pages: created 1," in out
    assert "New pictures: 1, new redirects: 1." in out
    assert err == ""
    out, _err = run("import_posts", tmp_path)
    assert "Posts: created 0, updated 0, unchanged 1," in out


def test_problems_go_to_standard_error_with_path_and_line_and_the_command_fails(tmp_path):
    write_article(tmp_path)
    write(tmp_path, "_posts/2025-10-21-bad.md", "---\ntitle: x\ndate: never\n---\n")
    out, err = run("import_posts", tmp_path / "_posts", fails=True)
    assert f"{tmp_path}/_posts/2025-10-21-bad.md:3: “never” is no date." in err
    assert "Problems: 1. The rest was imported." in err
    assert "created 1," in out and "failed 1." in out
    assert Post.objects.count() == 1


def test_a_file_cannot_steer_the_terminal(tmp_path):
    write_article(tmp_path, date="\x1b[2Jnever")
    _out, err = run("import_posts", tmp_path, fails=True)
    assert "\x1b" not in err.splitlines()[0]


def test_notes_go_to_standard_output_and_the_command_succeeds(tmp_path):
    write_article(tmp_path, "2025-10-20-x.md", date="2025-10-21 01:00:00 +0900")
    write_article(tmp_path, "2025-10-21-x.md")
    out, err = run("import_posts", tmp_path)
    assert "2025-10-20-x.md: /2025/10/21/x/ belongs to _posts/2025-10-21-x.md" in out
    assert err == ""


def test_strict_and_dry_run_say_that_nothing_was_written(tmp_path):
    write_article(tmp_path)
    out, _err = run("import_posts", tmp_path, "--dry-run")
    assert "Nothing was written." in out and "created 1," in out
    write(tmp_path, "_posts/2025-10-21-bad.md", "")
    for option in ("--strict", "--dry-run"):
        out, err = run("import_posts", tmp_path, option, fails=True)
        assert "Problems: 1. Nothing was imported." in err
    assert not Post.objects.exists()


def test_a_post_edited_here_is_named_and_force_overwrites_it(tmp_path):
    run("import_posts", write_article(tmp_path))
    post = Post.objects.get()
    post.title = "直した"
    post.save()
    out, _err = run("import_posts", tmp_path)
    assert "2025-10-21-first.md: The post was edited here" in out
    assert "kept as edited here 1," in out
    out, _err = run("import_posts", tmp_path, "--force")
    assert "updated 1," in out
    assert Post.objects.get().title == "見出し"


def test_a_folder_that_is_no_site_is_refused(tmp_path):
    _out, err = run("import_posts", tmp_path, fails=True)
    assert "holds no _posts folder" in err
    _out, err = run("import_posts", tmp_path / "missing", fails=True)
    assert "is no folder" in err


def test_an_unusable_configuration_is_named(tmp_path):
    write(tmp_path, "_config.yml", "timezone: Mars\n")
    _out, err = run("import_posts", write_article(tmp_path), fails=True)
    assert f"{tmp_path}/_config.yml:1: The time zone “Mars” is not known." in err
    assert "Nothing was imported" in err


def test_a_terminal_gets_a_progress_bar_and_a_file_plain_lines(tmp_path, monkeypatch):
    from django.core.management.base import OutputWrapper

    from blog.management.progress import track

    plain = io.StringIO()
    assert list(track(OutputWrapper(plain))([1, 2], 2, "Reading")) == [1, 2]
    assert plain.getvalue() == "Reading …\n"
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stdout", terminal)
    assert list(track(OutputWrapper(terminal))([1, 2], 2, "Reading")) == [1, 2]
    assert "100%" in terminal.getvalue()


def test_an_export_counts_and_the_way_back_is_open(tmp_path):
    run("import_posts", write_article(tmp_path / "site"))
    out, err = run("export_posts", tmp_path / "out")
    assert "Posts: 1, pages: 0, pictures: 0; files written: 2" in out
    assert err == ""
    Post.objects.all().delete()
    run("import_posts", tmp_path / "out")
    assert Post.objects.count() == 1


def test_an_export_names_files_that_are_no_posts_and_what_went_wrong(tmp_path):
    run("import_posts", write_article(tmp_path / "site"))
    target = tmp_path / "out"
    write(target, "_posts/2020-01-01-old.md", "x")
    (target / "_posts/2025-10-21-first.md").symlink_to(tmp_path / "elsewhere")
    out, err = run("export_posts", target, fails=True)
    assert f"{target}/_posts/2020-01-01-old.md: no post or page has this file" in out
    assert f"{target}/_posts/2025-10-21-first.md: Symbolic links are not followed." in err
    assert not (tmp_path / "elsewhere").exists()
    (tmp_path / "file").write_text("x")
    _out, err = run("export_posts", tmp_path / "file", fails=True)
    assert "is no folder" in err
