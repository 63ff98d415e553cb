import unicodedata

import pytest

from blog.importer import import_site
from blog.models import Image, Post
from tests.factories import make_image, picture_bytes
from tests.jekyll_site import write, write_article, write_picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]

COVER = "/assets/images/cover.png"


def stored_bytes(image: Image) -> bytes:
    with image.file.open("rb") as file:
        return file.read()


def test_a_cover_is_stored_byte_for_byte_under_its_old_path(tmp_path):
    content = picture_bytes((1200, 630))
    write_picture(tmp_path, content=content)
    report = import_site(write_article(tmp_path, image=COVER, image_alt="図", image_credit="撮影：編集部"))
    assert report.pictures == [COVER]
    image = Post.objects.get().cover
    assert stored_bytes(image) == content
    assert (image.old_path, image.alt, image.credit) == (COVER, "図", "撮影：編集部")
    assert (image.width, image.height) == (1200, 630)


def test_a_missing_cover_is_named_and_supplied_by_a_later_run(tmp_path):
    report = import_site(write_article(tmp_path, image=COVER))
    assert [(p.path, p.line) for p in report.problems] == [("_posts/2025-10-21-first.md", 4)]
    assert COVER in report.problems[0].message
    assert report.posts.created
    assert Post.objects.get().cover is None
    assert import_site(tmp_path).posts.unchanged
    write_picture(tmp_path)
    report = import_site(tmp_path)
    assert report.posts.updated and not report.problems
    assert Post.objects.get().cover


@pytest.mark.parametrize(
    "content",
    [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b"", picture_bytes()[:60]],
    ids=range(4),
)
def test_a_cover_that_is_no_picture_is_named(tmp_path, content):
    write(tmp_path, COVER[1:], content)
    for _run in range(2):
        report = import_site(write_article(tmp_path, image=COVER))
        assert [(p.path, p.line) for p in report.problems] == [("_posts/2025-10-21-first.md", 4)]
    assert Post.objects.get().cover is None
    assert not Image.objects.exists()


@pytest.mark.parametrize(
    "path", ["../secret.png", "/assets/%2e%2e/%2e%2e/secret.png", "C:\\secret.png", "file:///x"]
)
def test_a_cover_outside_of_the_folder_is_refused(tmp_path, path):
    write_picture(tmp_path, "secret.png")
    report = import_site(write_article(tmp_path / "site", image=path))
    assert [p.line for p in report.problems] == [4]
    assert not Image.objects.exists()


def test_a_linked_cover_is_refused(tmp_path):
    write_picture(tmp_path, "secret.png")
    site = write_article(tmp_path / "site", image="/cover.png")
    (site / "cover.png").symlink_to(tmp_path / "secret.png")
    assert [p.line for p in import_site(site).problems] == [4]
    assert not Image.objects.exists()


def test_a_cover_on_another_site_is_left_there_with_a_note(tmp_path):
    report = import_site(write_article(tmp_path, image="https://elsewhere.example/a.png"))
    assert [note.line for note in report.notes] == [4]
    assert not report.problems


def test_a_cover_may_be_named_by_the_url_of_the_site(tmp_path):
    write(tmp_path, "_config.yml", "url: https://old.example\n")
    write_picture(tmp_path)
    import_site(write_article(tmp_path, image=f"https://old.example{COVER}"))
    assert Post.objects.get().cover.old_path == COVER


@pytest.mark.parametrize("named", ["/assets/ガ イド.png", "/assets/%E3%82%AC%20%E3%82%A4%E3%83%89.png"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_path_is_found_in_any_spelling(tmp_path, named, form):
    write_picture(tmp_path, unicodedata.normalize(form, "assets/ガ イド.png"))
    import_site(write_article(tmp_path, image=unicodedata.normalize(form, named)))
    assert Post.objects.get().cover.old_path == unicodedata.normalize("NFC", "/assets/ガ イド.png")


def test_pictures_in_a_body_are_stored_and_shown_from_media(tmp_path):
    write_picture(tmp_path, "assets/a.png")
    write_picture(tmp_path, "assets/b 2.png")
    body = '![図](/assets/a.png)\n\n<img src="/assets/b%202.png" alt="図">\n\n![無い](/assets/none.png)\n'
    report = import_site(write_article(tmp_path, body=body))
    assert set(Image.objects.values_list("old_path", flat=True)) == {"/assets/a.png", "/assets/b 2.png"}
    assert Post.objects.get().body == body
    for image in Image.objects.all():
        assert image.file.url in Post.objects.get().body_html
    assert not report.problems
    assert [note.line for note in report.notes] == [9]


def test_a_body_cannot_reach_out_of_the_folder(tmp_path):
    write_picture(tmp_path, "secret.png")
    import_site(write_article(tmp_path / "site", body="![x](/../secret.png) ![y](/a/..%2f..%2fsecret.png)"))
    assert not Image.objects.exists()


def test_pictures_in_a_page_are_stored_too_and_those_that_are_missing_noted(tmp_path):
    write_picture(tmp_path, "assets/a.png")
    write(tmp_path, "pages/about.md", "---\ntitle: 概要\n---\n![](/assets/a.png)\n\n![](/assets/none.png)\n")
    report = import_site(write_article(tmp_path))
    assert Image.objects.get().old_path == "/assets/a.png"
    assert [(note.path, note.line) for note in report.notes] == [("pages/about.md", 6)]


def test_a_path_too_long_to_be_stored_is_named(tmp_path):
    path = "/".join(["a" * 100] * 6) + "/cover.png"
    write_picture(tmp_path, path)
    report = import_site(write_article(tmp_path, image=path, body=f"![](/{path})"))
    assert [problem.line for problem in report.problems] == [4]
    assert not Image.objects.exists()


def test_a_text_full_of_openings_costs_no_more_than_its_length(tmp_path):
    import_site(write_article(tmp_path, body="![" * 5000 + "<img " * 5000))


def test_what_staff_have_written_about_a_picture_stays(tmp_path):
    write_picture(tmp_path)
    import_site(write_article(tmp_path, image=COVER))
    Image.objects.update(alt="編集部の説明")
    import_site(write_article(tmp_path, image=COVER, image_alt="ファイルの説明", image_credit="撮影"))
    image = Image.objects.get()
    assert (image.alt, image.credit) == ("編集部の説明", "撮影")


def test_a_picture_that_staff_uploaded_before_gets_its_old_path(tmp_path):
    image = make_image()
    write_picture(tmp_path, content=stored_bytes(image))
    report = import_site(write_article(tmp_path, image=COVER))
    image.refresh_from_db()
    assert image.old_path == COVER
    assert Post.objects.get().cover == image
    assert report.pictures == []


def test_another_picture_at_the_same_path_replaces_the_first(tmp_path):
    write_picture(tmp_path)
    write_article(tmp_path, image=COVER)
    import_site(tmp_path)
    write_picture(tmp_path, content=picture_bytes())
    assert import_site(tmp_path).posts.updated
    assert Post.objects.get().cover == Image.objects.get(old_path=COVER)
    assert Image.objects.count() == 2


def test_the_data_file_describes_pictures(tmp_path):
    write(tmp_path, "_data/pictures.yml", f"{COVER}: {{alt: 詳しい説明, credit: 撮影}}\n")
    write_picture(tmp_path)
    import_site(write_article(tmp_path, image=COVER, image_alt="短い説明"))
    assert Image.objects.get().alt == "詳しい説明"
