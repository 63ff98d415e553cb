import hashlib

import pytest
from django.utils import translation

from blog.media.pictures import UnusablePicture
from blog.media.querysets import ImageManager
from blog.models import Image
from tests.factories import make_image, make_superuser, picture_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def files_in(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def bytes_of(image: Image) -> bytes:
    with image.file.open("rb") as file:
        return file.read()


def test_an_uploaded_picture_is_stored_with_its_size_and_who_brought_it():
    user = make_superuser()
    image = Image.objects.upload(picture_bytes((64, 36)), "Cover 写真.PNG", alt="青い図", uploaded_by=user)
    image.refresh_from_db()
    assert (image.width, image.height, image.alt, image.uploaded_by) == (64, 36, "青い図", user)
    assert image.file.name.endswith("/cover-写真.png")
    assert image.size == len(bytes_of(image))
    assert image.sha256 == hashlib.sha256(bytes_of(image)).hexdigest()


def test_the_address_of_a_picture_cannot_be_guessed():
    image = make_image(filename="cover.png")
    assert image.sha256[2:34] in image.file.url


@pytest.mark.parametrize(
    "filename", ["../../etc/passwd", "C:\\x\\..\\y.exe", "", "a/b/c.png", "長" * 300 + ".png"]
)
def test_no_file_name_leads_out_of_the_folder_or_past_its_limits(media_root, filename):
    image = Image.objects.upload(picture_bytes(), filename)
    assert image.file.name.startswith("images/")
    assert image.file.name.endswith(".png")
    assert len(image.file.name) <= Image._meta.get_field("file").max_length
    assert (media_root / image.file.name).is_file()


def test_the_extension_follows_the_content_and_not_the_name():
    assert Image.objects.upload(picture_bytes(format="JPEG"), "photo.html").file.name.endswith("/photo.jpg")


def test_an_import_keeps_every_byte():
    content = picture_bytes(format="JPEG")
    assert bytes_of(Image.objects.keep(content, "a.jpg")) == content


def test_the_same_picture_is_stored_once(media_root):
    content = picture_bytes(format="JPEG")
    first = Image.objects.upload(content, "a.jpg", alt="最初")
    again = Image.objects.upload(content, "b.jpg", alt="二度目")
    assert again == first
    assert again.alt == "最初"
    assert len(files_in(media_root / "images")) == 1


def test_a_picture_downloaded_from_the_site_and_uploaded_again_is_the_same_picture():
    stored = Image.objects.upload(picture_bytes(format="JPEG"), "a.jpg")
    imported = Image.objects.keep(picture_bytes(format="JPEG"), "b.jpg")
    assert Image.objects.upload(bytes_of(stored), "c.jpg") == stored
    assert Image.objects.upload(bytes_of(imported), "d.jpg") == imported


def test_two_uploads_of_one_picture_at_the_same_moment_store_it_once(monkeypatch, media_root):
    content = picture_bytes()
    first = Image.objects.keep(content, "a.png")
    seen = iter([None, None, first])  # the second upload looks twice before the first is there
    monkeypatch.setattr(ImageManager, "with_content", lambda self, content: next(seen))
    assert Image.objects.keep(content, "a.png") == first
    assert Image.objects.count() == 1
    assert files_in(media_root) == ["a.png"]


def test_a_refused_picture_leaves_nothing_behind(media_root):
    with pytest.raises(UnusablePicture), translation.override("en"):
        Image.objects.upload(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "x.png")
    assert Image.objects.count() == 0
    assert files_in(media_root) == []


def test_the_renderer_finds_a_picture_by_its_address_and_by_its_old_path():
    image = make_image(size=(40, 30), filename="図.png", alt="説明", old_path="/assets/images/図.png")
    assert "%" in image.file.url
    for url in (
        image.file.url,
        "/media/" + image.file.name,
        "/assets/images/図.png",
        "/assets/images/%E5%9B%B3.png",
    ):
        found = Image.objects.find(url)
        assert (found.url, found.width, found.height, found.alt) == (image.file.url, 40, 30, "説明")


@pytest.mark.parametrize(
    "url", ["", "/media/", "/media/nothing.png", "assets/a.png", "https://a.example/b.png", "/%00"]
)
def test_the_renderer_finds_nothing_where_there_is_nothing(url):
    make_image(old_path=None)
    assert Image.objects.find(url) is None


def test_a_deleted_picture_takes_its_file_along(media_root, django_capture_on_commit_callbacks):
    image = make_image()
    with django_capture_on_commit_callbacks(execute=True):
        image.delete()
    assert files_in(media_root) == []


def test_a_deletion_that_is_taken_back_keeps_the_file(media_root, django_capture_on_commit_callbacks):
    image = make_image()
    with django_capture_on_commit_callbacks(execute=False):
        image.delete()
    assert len(files_in(media_root)) == 1


def test_a_picture_is_named_by_what_it_shows_or_else_by_its_file():
    assert str(make_image(alt="青い図")) == "青い図"
    assert str(make_image(alt="", filename="cover.png")) == "cover.png"
