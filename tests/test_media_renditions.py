import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image as Pillow

from blog.media import renditions
from blog.media.pictures import inspect, prepare
from blog.models import Image, Purge, Task
from blog.outbox.work import Worker
from blog.tasks import HANDLERS
from tests.factories import make_image, make_page, make_post, picture_bytes
from tests.markup import Markup

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]


def photo(size=(1600, 900), format="JPEG", seed=1, **options) -> bytes:
    """Full of detail, as no flat colour is."""
    noise = Pillow.effect_noise((size[0] // 8, size[1] // 8), 60 + seed).resize(size)
    output = io.BytesIO()
    Pillow.merge("RGB", [noise, noise.rotate(180), noise]).save(output, format, **options)
    return output.getvalue()


def work() -> None:
    while Worker(HANDLERS).work_one():
        pass


@pytest.fixture
def image():
    return Image.objects.upload(photo(), "photo.jpg", alt="駅前")


def stored(image: Image) -> dict[int, tuple[str, tuple[int, int]]]:
    found = {}
    for width in image.rendition_widths:
        with default_storage.open(renditions.path(image.sha256, width)) as file, Pillow.open(file) as picture:
            found[width] = (picture.format, picture.size)
    return found


def test_the_outbox_makes_smaller_versions_of_an_uploaded_picture(image):
    assert image.srcset == ""
    work()
    image.refresh_from_db()
    assert stored(image) == {
        320: ("AVIF", (320, 180)),
        640: ("AVIF", (640, 360)),
        960: ("AVIF", (960, 540)),
        1440: ("AVIF", (1440, 810)),
    }
    first = f"/media/renditions/{image.sha256[:2]}/{image.sha256[2:34]}/320.avif 320w, "
    assert image.srcset.startswith(first)


def test_none_is_wider_than_the_picture():
    image = Image.objects.keep(photo((800, 400), "PNG"), "narrow.png")
    work()
    image.refresh_from_db()
    assert image.rendition_widths == [320, 640, 800]


def test_small_pictures_and_drawings_of_few_colours_stay_as_they_are():
    icon = make_image((300, 200))
    tile = Pillow.effect_noise((48, 48), 200).point(lambda value: 255 * (value > 127)).convert("1")
    pattern = Pillow.new("1", (1200, 600))
    for place in range(25 * 13):
        pattern.paste(tile, (place % 25 * 48, place // 25 * 48))
    output = io.BytesIO()
    pattern.save(output, "PNG")
    drawing = Image.objects.keep(output.getvalue(), "drawing.png")
    work()
    icon.refresh_from_db(), drawing.refresh_from_db()
    assert (icon.rendition_widths, drawing.rendition_widths) == ([], [])


def test_a_picture_that_lies_on_its_side_is_stood_up(tmp_path):
    exif = Pillow.Exif()
    exif[0x0112] = 6
    image = Image.objects.keep(photo((900, 600), exif=exif), "phone.jpg")
    work()
    image.refresh_from_db()
    assert stored(image)[320] == ("AVIF", (320, 480))


def test_an_animation_stays_one():
    frames = [Pillow.open(io.BytesIO(photo((600, 400), "PNG", seed))) for seed in (1, 2)]
    output = io.BytesIO()
    frames[0].save(output, "GIF", save_all=True, append_images=frames[1:], duration=100)
    image = Image.objects.upload(output.getvalue(), "moving.gif")
    work()
    image.refresh_from_db()
    assert (image.rendition_widths, Task.objects.given_up().count()) == ([], 0)


def test_browsers_may_choose_on_every_page_that_shows_the_picture(client, image):
    post = make_post(cover=image, body=f"![駅]({image.file.url})")
    page = make_page(body=f"![駅]({image.file.url})")
    for path in ("/", post.get_absolute_url()):
        assert "<source" not in client.get(path).content.decode()
    work()
    image.refresh_from_db()
    for path, sources in {
        "/": 1,
        post.category.get_absolute_url(): 1,
        post.get_absolute_url(): 2,
        page.get_absolute_url(): 1,
    }.items():
        html = client.get(path).content.decode()
        assert html.count(f'<source type="image/avif" srcset="{image.srcset}" sizes="') == sources, path
        assert html.count(f'src="{image.file.url}"') == sources  # for whoever cannot show AVIF
        assert html.count("<picture>") == html.count("</picture>") == sources
    answer = client.get(image.srcset.split()[0])
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/avif")
    answer.close()


def test_the_front_page_asks_for_its_first_picture_at_once_and_for_the_others_when_they_are_near(client):
    for _ in range(7):
        make_post(cover=Image.objects.keep(picture_bytes(), "a.png"))
    covers = [image["attrs"] for image in Markup(client.get("/")).all("img", class_="cover")]
    asked = [(cover.get("fetchpriority"), cover.get("loading")) for cover in covers]
    assert asked == [("high", None), *[(None, "lazy")] * 3]


def test_smaller_versions_are_no_news_but_pages_show_them(image):
    post = make_post(cover=image, body=f"![駅]({image.file.url})")
    Task.objects.exclude(kind=renditions.KIND).delete()
    Purge.objects.all().delete()
    digest = post.html_digest
    work()
    assert set(Task.objects.values_list("kind", flat=True)) == {renditions.KIND}
    post.refresh_from_db()
    assert "<picture>" in post.body_html and post.html_digest == digest
    keys = set(" ".join(Purge.objects.values_list("keys", flat=True)).split())
    assert {image.surrogate_key, post.surrogate_key} <= keys
    assert "site" not in keys


def test_feeds_hold_the_picture_itself_alone(client, image):
    work()
    image.refresh_from_db()
    post = make_post(cover=image, body=f"![駅]({image.file.url})")
    feed = client.get("/feed.xml").content.decode()
    assert post.title in feed and image.file.url in feed
    assert "renditions" not in feed and "<picture" not in feed and "<source" not in feed


def test_what_a_killed_worker_has_left_behind_is_made_anew(image):
    default_storage.save(renditions.path(image.sha256, 320), ContentFile(b"half"))
    work()
    image.refresh_from_db()
    assert stored(image)[320] == ("AVIF", (320, 180))


def test_a_picture_that_is_replaced_gets_new_ones_and_keeps_none_of_the_old(
    image, media_root, django_capture_on_commit_callbacks
):
    work()
    image.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        image.replace(*prepare(photo((700, 700), seed=9)), "other.jpg")
    assert list(media_root.rglob("*.avif")) == []
    assert Image.objects.get().rendition_widths == []
    work()
    assert Image.objects.get().rendition_widths == [320, 640, 700]
    assert len(list(media_root.rglob("*.avif"))) == 3


def test_a_picture_that_is_replaced_while_they_are_made_gets_none_of_the_former_file(
    image, media_root, monkeypatch
):
    content = photo((700, 700), seed=9)

    def slow(old: bytes):
        monkeypatch.undo()
        Image.objects.get().replace(content, inspect(content), "other.jpg")
        return renditions.renditions(old)

    monkeypatch.setattr("blog.media.renditions.renditions", slow)
    Worker(HANDLERS).work_one()
    assert Image.objects.get().rendition_widths == []
    assert list(media_root.rglob("*.avif")) == []
    work()
    assert Image.objects.get().rendition_widths == [320, 640, 700]


def test_the_files_go_with_the_picture(image, media_root, django_capture_on_commit_callbacks):
    work()
    image.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        image.delete()
    assert [path for path in media_root.rglob("*") if path.is_file()] == []


def test_a_file_that_is_not_there_is_looked_for_again(image, clock):
    with image.file.open("rb") as file:
        content = file.read()
    default_storage.delete(image.file.name)
    work()
    task = Task.objects.open().get()
    assert (task.kind, image.file.name in task.last_error) == (renditions.KIND, True)
    default_storage.save(image.file.name, ContentFile(content))
    clock(minutes=1)
    work()
    image.refresh_from_db()
    assert image.rendition_widths


def test_a_file_that_is_no_picture_any_more_is_told_at_the_desk(image):
    default_storage.delete(image.file.name)
    default_storage.save(image.file.name, ContentFile(b"nothing to see"))
    work()
    assert image.file.name in Task.objects.given_up().get().last_error


def test_a_picture_that_was_deleted_meanwhile_is_nothing_to_do(image):
    image.delete()
    work()
    assert not Task.objects.given_up().exists()
