import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from PIL import Image as Pillow

from blog.models import Image
from tests.admin_pages import form_fields, staff_with, texts
from tests.factories import make_draft, make_image, make_page, make_post, make_staff, picture_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
LIST, ADD = "/admin/blog/image/", "/admin/blog/image/add/"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def add(browser, content: bytes, name="写真.jpg", address=ADD, **fields):
    file = SimpleUploadedFile(name, content, "image/jpeg")
    return browser.post(address, {"alt": "", "credit": "", "file": file, "_save": "1"} | fields, follow=True)


def page(image) -> str:
    return f"/admin/blog/image/{image.pk}/change/"


def test_a_picture_is_added_with_its_texts_and_who_brought_it(admin_client, admin_user):
    response = add(admin_client, picture_bytes((60, 40), "JPEG"), alt="青い図", credit="編集部")
    image = Image.objects.get()
    assert (image.alt, image.credit, image.uploaded_by) == ("青い図", "編集部", admin_user)
    assert (image.width, image.height) == (60, 40)
    assert "was added" in response.content.decode()


def test_a_picture_added_by_form_is_treated_like_any_upload(admin_client):
    exif = Pillow.Exif()
    exif[0x0112] = 6
    output = io.BytesIO()
    Pillow.new("RGB", (3000, 1500), "teal").save(output, "JPEG", exif=exif, comment=b"SECRET")
    add(admin_client, output.getvalue())
    image = Image.objects.get()
    assert (image.width, image.height) == (1200, 2400)
    with image.file.open("rb") as file:
        assert b"SECRET" not in file.read()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"<html></html>", "not a JPEG"),
        (b"", "empty"),
        (picture_bytes(format="PNG")[:60], "damaged"),
    ],
)
def test_what_is_no_picture_is_refused_beside_the_field_and_the_texts_stay(admin_client, content, reason):
    response = add(admin_client, content, alt="打った説明")
    assert reason in texts(response, "errorlist")[0]
    assert "打った説明" in response.content.decode()
    assert not Image.objects.exists()


def test_a_form_without_a_file_is_an_error(admin_client):
    response = admin_client.post(ADD, {"alt": "x", "credit": "", "_save": "1"})
    assert texts(response, "errorlist")


def test_the_same_picture_again_is_told_and_completes_what_was_missing(admin_client):
    content = picture_bytes()
    image = Image.objects.upload(content, "a.png", credit="撮影：甲")
    response = add(admin_client, content, alt="後から書いた説明", credit="別の名")
    stored = Image.objects.get()
    assert (stored.pk, stored.alt, stored.credit) == (image.pk, "後から書いた説明", "撮影：甲")
    assert "is here already" in response.content.decode()


def test_a_cover_is_uploaded_from_the_window_beside_the_post(admin_client):
    content = picture_bytes()
    existing = Image.objects.upload(content, "a.png", alt="図")
    response = add(admin_client, content, address=f"{ADD}?_to_field=id&_popup=1", _popup="1", _to_field="id")
    assert f'"value": "{existing.pk}"'.replace('"', "&quot;") in response.content.decode()
    response = add(
        admin_client, picture_bytes(), address=f"{ADD}?_to_field=id&_popup=1", _popup="1", _to_field="id"
    )
    new = Image.objects.exclude(pk=existing.pk).get()
    assert f'"value": "{new.pk}"'.replace('"', "&quot;") in response.content.decode()


def test_the_file_of_a_picture_cannot_be_changed_afterwards(admin_client):
    image = make_image(alt="前")
    before = image.file.name
    fields = form_fields(admin_client.get(page(image)), alt="後")
    assert "file" not in fields
    admin_client.post(
        page(image), fields | {"file": SimpleUploadedFile("b.png", picture_bytes()), "_save": "1"}
    )
    image.refresh_from_db()
    assert (image.alt, image.file.name) == ("後", before)


def test_the_list_shows_pictures_and_is_searched_by_what_they_show(admin_client):
    image = make_image(alt="青い棒グラフ")
    make_image(alt="赤い円", filename="enn.png")
    content = admin_client.get(LIST, {"q": "棒グラフ"}).content.decode()
    assert f"/admin/blog/image/{image.pk}/thumbnail/" in content
    assert "赤い円" not in content
    assert "赤い円" in admin_client.get(LIST, {"q": "enn"}).content.decode()


def test_a_cover_is_chosen_by_what_it_shows_the_newest_first(admin_client):
    first, second = make_image(alt="青い棒グラフ"), make_image(alt="赤い棒グラフ")
    make_image(alt="円")
    asked = {"app_label": "blog", "model_name": "post", "field_name": "cover", "term": "棒グラフ"}
    choices = admin_client.get("/admin/autocomplete/", asked).json()["results"]
    assert [choice["id"] for choice in choices] == [str(second.pk), str(first.pk)]


def test_pictures_without_alternative_text_are_found(admin_client):
    missing, present = make_image(alt="", filename="no-text.png"), make_image(alt="ある")
    found = admin_client.get(LIST, {"alt": "missing"}).context["cl"].result_list
    assert list(found) == [missing]
    assert present not in found


def test_thirty_pictures_cost_as_many_queries_as_three(admin_client, admin_user):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert admin_client.get(LIST).status_code == 200
        return len(captured)

    for _ in range(3):
        make_post(cover=make_image(uploaded_by=admin_user))
    queries()
    few = queries()
    for _ in range(27):
        make_post(cover=make_image(uploaded_by=admin_user))
    assert queries() == few


@pytest.mark.parametrize("use", ["cover", "text", "page"])
def test_a_picture_in_use_is_not_deleted_and_the_page_says_where_it_is(admin_client, media_root, use):
    image = make_image(filename="図.png")
    if use == "cover":
        make_draft("使う記事", cover=image)
    elif use == "text":
        make_draft("使う記事", body=f"![]({image.file.url})")
    else:
        make_page("使う記事", body=f"![](/media/{image.file.name})")
    delete = f"/admin/blog/image/{image.pk}/delete/"
    assert "使う記事" in admin_client.get(delete).content.decode()
    admin_client.post(delete, {"post": "yes"})
    admin_client.post(LIST, {"action": "delete_selected", "_selected_action": [image.pk], "post": "yes"})
    assert Image.objects.get() == image
    assert (media_root / image.file.name).is_file()


@pytest.mark.parametrize("way", ["page", "list"])
def test_a_picture_that_nothing_uses_is_deleted_with_its_file(
    admin_client, media_root, django_capture_on_commit_callbacks, way
):
    image = make_image()
    with django_capture_on_commit_callbacks(execute=True):
        if way == "page":
            admin_client.post(f"/admin/blog/image/{image.pk}/delete/", {"post": "yes"})
        else:
            admin_client.post(
                LIST, {"action": "delete_selected", "_selected_action": [image.pk], "post": "yes"}
            )
    assert not Image.objects.exists()
    assert not [path for path in media_root.rglob("*") if path.is_file()]


def test_a_thumbnail_is_small_and_kept_by_the_browser(admin_client):
    image = make_image(size=(1600, 900))
    response = admin_client.get(f"/admin/blog/image/{image.pk}/thumbnail/")
    assert response["Content-Type"] == "image/webp"
    assert response["Cache-Control"] == "private, max-age=86400"
    assert Pillow.open(io.BytesIO(response.content)).size == (320, 180)


def test_thumbnails_are_for_those_who_may_see_pictures(client):
    image = make_image()
    address = f"/admin/blog/image/{image.pk}/thumbnail/"
    assert client.get(address).status_code == 302
    client.force_login(make_staff())
    assert client.get(address).status_code == 403
    client.force_login(staff_with("view_image"))
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("damage", ["gone", "broken"])
def test_a_picture_whose_file_is_lost_spoils_no_page(admin_client, media_root, damage):
    image = make_image()
    file = media_root / image.file.name
    file.unlink() if damage == "gone" else file.write_bytes(b"broken")
    assert admin_client.get(f"/admin/blog/image/{image.pk}/thumbnail/").status_code == 404
    assert admin_client.get(LIST).status_code == 200
    assert admin_client.get(page(image)).status_code == 200


def test_adding_pictures_needs_the_permission(client):
    client.force_login(staff_with("view_image"))
    assert add(client, picture_bytes()).status_code == 403
    assert not Image.objects.exists()
