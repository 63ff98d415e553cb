"""Corrections leave with an export and come back with an import."""

import pytest
from django.utils import timezone

from blog.exporter import export_site
from blog.importer import import_site
from blog.jekyll import load_yaml, split
from blog.models import Correction, Post
from tests.factories import make_post, tokyo
from tests.jekyll_site import write_article

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
NAME = "_posts/2025-10-21-first.md"
NOTE = {"kind": "addition", "date": "2025-10-23 09:00:00 +0900", "text": "資料を加えました。"}


def front(folder) -> dict:
    return load_yaml(split((folder / NAME).read_text()).yaml).values


def test_an_imported_note_is_shown_and_moves_the_date(tmp_path, client):
    report = import_site(write_article(tmp_path, corrections=[NOTE]))
    assert not report.problems
    (note,) = Correction.objects.all()
    assert (note.kind, note.text, note.published_at) == (
        "addition",
        "資料を加えました。",
        tokyo(2025, 10, 23, 9),
    )
    assert Post.objects.get().changed_at == tokyo(2025, 10, 23, 9)
    assert "資料を加えました。" in client.get("/corrections/").content.decode()


def test_what_was_imported_with_notes_is_written_back_byte_for_byte(tmp_path):
    write_article(tmp_path / "in", corrections=[NOTE, NOTE | {"kind": "correction", "text": "直しました。"}])
    import_site(tmp_path / "in")
    export_site(tmp_path / "out")
    assert (tmp_path / "out" / NAME).read_bytes() == (tmp_path / "in" / NAME).read_bytes()


def test_a_note_from_the_desk_is_written_and_read_back(tmp_path):
    import_site(write_article(tmp_path / "in"))
    post = Post.objects.get()
    text = "「1,200台」は誤りで、正しくは**1,350台**です。\n\nお詫びします: #訂正"
    Correction.objects.create(post=post, text=text, published_at=tokyo(2025, 10, 25, 8, 15))
    export_site(tmp_path / "out")
    (written,) = front(tmp_path / "out")["corrections"]
    assert (written["kind"], written["text"]) == ("correction", text)
    Post.objects.all().delete()
    assert not import_site(tmp_path / "out").problems
    (note,) = Correction.objects.all()
    assert (note.kind, note.text, note.published_at) == ("correction", text, tokyo(2025, 10, 25, 8, 15))
    assert Post.objects.get().changed_at == tokyo(2025, 10, 25, 8, 15)
    export_site(tmp_path / "again")
    assert (tmp_path / "again" / NAME).read_bytes() == (tmp_path / "out" / NAME).read_bytes()


def test_the_fraction_of_a_second_survives(tmp_path):
    moment = timezone.now().replace(microsecond=123456)
    Correction.objects.create(post=make_post(slug="a"), text="直しました。", published_at=moment)
    export_site(tmp_path)
    Post.objects.all().delete()
    import_site(tmp_path)
    assert Correction.objects.get().published_at == moment


def test_a_note_that_was_taken_back_goes_from_the_file_and_the_date_of_the_change_stays(tmp_path):
    import_site(write_article(tmp_path / "in", corrections=[NOTE]))
    Correction.objects.get().delete()
    export_site(tmp_path / "out")
    assert "corrections" not in front(tmp_path / "out")
    assert "last_modified_at" in front(tmp_path / "out")


def test_a_post_without_notes_gets_no_key(tmp_path):
    make_post(slug="a", published_at=tokyo(2025, 10, 21, 9))
    export_site(tmp_path)
    (file,) = (tmp_path / "_posts").iterdir()
    assert "corrections" not in file.read_text()


def test_an_import_again_brings_the_notes_of_the_file_and_no_others(tmp_path):
    import_site(write_article(tmp_path, corrections=[NOTE]))
    import_site(write_article(tmp_path, corrections=[NOTE | {"text": "書き直した告知。"}]))
    assert [note.text for note in Correction.objects.all()] == ["書き直した告知。"]
    import_site(tmp_path)
    assert Correction.objects.count() == 1


def test_a_note_from_the_desk_keeps_an_import_from_overwriting_the_post(tmp_path):
    import_site(write_article(tmp_path))
    Correction.objects.create(post=Post.objects.get(), text="直しました。")
    report = import_site(write_article(tmp_path, body="別の本文"))
    assert report.posts.kept
    assert Correction.objects.count() == 1


@pytest.mark.parametrize(
    "value",
    [
        "文だけ",
        [{"text": "日時がない"}],
        [{"date": "2025-10-23", "text": ""}],
        [{"date": "2025-02-30", "text": "ない日"}],
        [{"date": "2025-10-23", "text": "種類", "kind": "apology"}],
        [{"date": "2025-10-23", "text": ["一", "二"]}],
        [{"date": "2025-10-23", "text": "種類", "kind": ["x"]}],
        [None, 3, []],
        {"date": "2025-10-23"},
    ],
    ids=str,
)
def test_what_is_no_correction_is_named_and_left_alone(tmp_path, value):
    report = import_site(write_article(tmp_path / "in", corrections=value))
    assert Post.objects.count() == 1
    assert not Correction.objects.exists()
    assert any("訂正" in finding.message for finding in report.problems + report.notes)
    export_site(tmp_path / "out")
    assert (tmp_path / "out" / NAME).read_bytes() == (tmp_path / "in" / NAME).read_bytes()
