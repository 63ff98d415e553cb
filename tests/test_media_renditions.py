import io
import threading
from types import SimpleNamespace

import pytest
from django.contrib.admin import site
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from PIL import Image as Pillow
from PIL import ImageCms, ImageDraw

from blog.admin.media import ImageAdmin
from blog.media import pictures, renditions
from blog.media.pictures import inspect, prepare
from blog.media.uses import ImageUseManager
from blog.models import Image, Post, Purge, Task
from blog.outbox.work import Worker
from blog.tasks import HANDLERS
from tests.factories import make_image, make_page, make_post, picture_bytes
from tests.markup import Markup

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
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


def test_a_width_that_weighs_more_than_a_wider_one_is_left_out():
    grid = Pillow.new("RGB", (1440, 900), "white")
    pen = ImageDraw.Draw(grid)
    for place in range(0, 1440, 8):
        pen.line((place, 0, place, 900), fill="black"), pen.line((0, place, 1440, place), fill="black")
    output = io.BytesIO()
    grid.save(output, "PNG")
    weights = {width: len(content) for width, content in pictures.renditions(output.getvalue()).items()}
    assert max(weights) == 1440 and 960 not in weights
    assert sorted(weights.values()) == [weights[width] for width in sorted(weights)]
    assert max(weights.values()) < output.tell() * 1.25


def test_a_profile_that_no_browser_takes_in_an_avif_is_left_out():
    grey = b"\0" * 16 + b"GRAY" + b"\0" * 108
    content = io.BytesIO()
    Pillow.open(io.BytesIO(photo())).convert("L").save(content, "JPEG", icc_profile=grey)
    for made in pictures.renditions(content.getvalue()).values():
        assert "icc_profile" not in Pillow.open(io.BytesIO(made)).info
    content = io.BytesIO()
    Pillow.open(io.BytesIO(photo())).save(content, "JPEG", icc_profile=PROFILE)
    for made in pictures.renditions(content.getvalue()).values():
        assert Pillow.open(io.BytesIO(made)).info["icc_profile"] == PROFILE


def test_what_is_too_tall_for_a_column_of_text_stays_as_it_is():
    assert pictures.renditions(photo((400, 8000), "PNG")) == {}
    assert pictures.renditions(photo((400, 800), "PNG"))


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


def before_they_are_stored(monkeypatch, happens) -> None:
    """Let something happen once, after a worker has made them."""

    def slow(content: bytes):
        monkeypatch.undo()
        made = pictures.renditions(content)
        happens()
        return made

    monkeypatch.setattr("blog.media.renditions.renditions", slow)


def test_what_one_worker_has_stored_is_not_touched_by_another_who_made_the_same(
    image, media_root, monkeypatch
):
    stored_by_the_other = {}

    def files() -> dict:
        return {path: path.stat().st_mtime_ns for path in media_root.rglob("*.avif")}

    def other():
        renditions.make({"images": [image.pk]})
        stored_by_the_other.update(files())

    before_they_are_stored(monkeypatch, other)
    renditions.make({"images": [image.pk]})
    assert len(stored_by_the_other) == 4
    assert files() == stored_by_the_other


def test_a_file_is_in_its_place_whole_or_not_at_all(image, media_root, monkeypatch):
    def killed(_from, to):
        assert not list(media_root.rglob("*.avif"))
        raise KeyboardInterrupt

    monkeypatch.setattr("pathlib.Path.replace", killed)
    with pytest.raises(KeyboardInterrupt):
        renditions.make({"images": [image.pk]})
    monkeypatch.undo()
    renditions.make({"images": [image.pk]})
    image.refresh_from_db()
    assert len(stored(image)) == 4


def test_a_picture_that_was_deleted_and_uploaded_again_keeps_those_that_were_made_since(
    media_root, monkeypatch, django_capture_on_commit_callbacks
):
    content = photo()
    image = Image.objects.upload(content, "photo.jpg")

    def again():
        with django_capture_on_commit_callbacks(execute=True):
            Image.objects.get().delete()
        renditions.make({"images": [Image.objects.upload(content, "photo.jpg").pk]})

    before_they_are_stored(monkeypatch, again)
    renditions.make({"images": [image.pk]})
    assert len(stored(Image.objects.get())) == 4


def test_a_deletion_that_comes_to_the_files_late_leaves_what_is_of_the_same_picture_again(
    image, django_capture_on_commit_callbacks
):
    work()
    with image.file.open("rb") as file:
        content = file.read()
    with django_capture_on_commit_callbacks() as late:
        image.delete()
    Image.objects.keep(content, "photo.jpg")
    work()
    for callback in late:
        callback()
    assert len(stored(Image.objects.get())) == 4


def test_a_picture_that_cannot_be_read_keeps_no_other_from_its_own(image):
    lost, broken = (Image.objects.upload(photo(seed=seed), "a.jpg") for seed in (3, 5))
    for bad in (lost, broken):
        default_storage.delete(bad.file.name)
    default_storage.save(broken.file.name, ContentFile(b"nothing to see"))
    Task.objects.all().delete()
    renditions.make_later(lost.pk, broken.pk, image.pk)
    work()
    image.refresh_from_db()
    assert image.rendition_widths
    assert lost.file.name in Task.objects.open().get().last_error
    assert broken.file.name in Task.objects.given_up().get().last_error


def test_however_many_pictures_are_told_at_once_none_is_forgotten():
    many = range(100_000, 100_200)
    renditions.make_later(*many, 200_001)
    renditions.make_later(*many, 200_002)
    told = Task.objects.filter(kind=renditions.KIND).values_list("payload", flat=True)
    assert {key for payload in told for key in payload["images"]} == {*many, 200_001, 200_002}


def test_a_picture_that_is_replaced_gets_new_ones_and_keeps_none_of_the_old(
    image, media_root, django_capture_on_commit_callbacks
):
    work()
    image.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        image.replace(*prepare(photo((700, 700), seed=9)), "other.jpg")
    assert list(media_root.rglob("*.avif")) == []
    assert Image.objects.get().rendition_widths is None
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
    assert Image.objects.get().rendition_widths is None
    assert list(media_root.rglob("*.avif")) == []
    work()
    assert Image.objects.get().rendition_widths == [320, 640, 700]


def test_the_addresses_of_former_smaller_versions_lead_to_the_file_of_now(
    image, client, django_capture_on_commit_callbacks
):
    work()
    image.refresh_from_db()
    former = image.srcset.split()[0]
    with django_capture_on_commit_callbacks(execute=True):
        image.replace(*prepare(photo((700, 700), seed=9)), "other.jpg")
    answer = client.get(former)
    assert (answer.status_code, answer["Location"]) == (302, image.file.url)
    assert answer["Cache-Control"] == "no-store"  # the same bytes may come back, and with them the address
    assert client.get(former.replace(".avif", ".webp")).status_code == 404


def test_a_form_that_was_opened_before_they_were_made_does_not_forget_them(image, admin_client):
    stale = Image.objects.get(pk=image.pk)
    work()
    form = SimpleNamespace(changed_data=["alt"])
    stale.alt = "夜の駅前"
    ImageAdmin(Image, site).save_model(None, stale, form, change=True)
    image.refresh_from_db()
    assert image.rendition_widths and image.alt == "夜の駅前"
    admin_client.post(f"/admin/blog/image/{image.pk}/change/", {"alt": "朝の駅前", "credit": "撮影部"})
    image.refresh_from_db()
    assert (image.alt, image.credit, "朝の駅前" in image.search_text) == ("朝の駅前", "撮影部", True)


def test_the_files_go_with_the_picture(image, media_root, django_capture_on_commit_callbacks):
    work()  # `image` is as it was before
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


def in_another_thread(function) -> None:
    failures = []

    def run():
        try:
            function()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert not thread.is_alive() and not failures, failures


on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer")


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_text_that_is_saved_while_sources_come_into_it_is_the_one_that_is_shown(image, monkeypatch):
    post = make_post(body=f"古い本文。![駅]({image.file.url})")
    lock = Image.render_bodies

    def edited_first(self):
        in_another_thread(edit)
        lock(self)

    def edit():
        edited = Post.objects.get(pk=post.pk)
        edited.body = f"新しい本文。![駅]({image.file.url})"
        edited.save()

    monkeypatch.setattr(Image, "render_bodies", edited_first)
    renditions.make({"images": [image.pk]})
    post.refresh_from_db()
    assert post.body.startswith("新しい") and "新しい" in post.body_html and "<source" in post.body_html


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_two_workers_lose_none_of_each_others_sources(image, monkeypatch):
    other = Image.objects.upload(photo((700, 500), seed=5), "b.jpg")
    post = make_post(body=f"![駅]({image.file.url})\n\n![駅]({other.file.url})")
    render_bodies = Image.render_bodies

    def after_the_other(self):
        if self.pk == image.pk:
            in_another_thread(lambda: renditions.make({"images": [other.pk]}))
        render_bodies(self)

    monkeypatch.setattr(Image, "render_bodies", after_the_other)
    renditions.make({"images": [image.pk]})
    post.refresh_from_db()
    assert post.body_html.count("<source") == 2


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_post_that_is_saved_while_its_picture_is_worked_on_gets_its_sources_later(image, monkeypatch):
    follow = ImageUseManager.follow

    def meanwhile(self, owners):
        follow(self, owners)
        in_another_thread(lambda: renditions.make({"images": [image.pk]}))

    Task.objects.all().delete()
    monkeypatch.setattr(ImageUseManager, "follow", meanwhile)
    post = make_post(body=f"![駅]({image.file.url})")
    monkeypatch.undo()
    work()
    post.refresh_from_db()
    assert "<source" in post.body_html
