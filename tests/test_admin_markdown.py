import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation
from PIL import Image as Pillow

from blog.models import Image
from blog.models.markdown import render_body
from tests.admin_pages import staff_with
from tests.factories import make_image, make_post, make_staff, make_superuser, picture_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
PREVIEW, UPLOAD = "/admin/markdown/preview/", "/admin/markdown/upload/"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def picture(content: bytes | None = None, name="写真.png", kind="image/png"):
    return SimpleUploadedFile(name, picture_bytes() if content is None else content, kind)


def upload(browser, *arguments, **keywords):
    return browser.post(UPLOAD, {"image": picture(*arguments, **keywords)})


def without_lines(response) -> str:
    return re.sub(r' data-line="\d+"', "", response.content.decode())


def reasons(response) -> list[str]:
    assert response.headers["Content-Type"] == "application/json"
    return [reason for reasons in response.json().values() for reason in reasons]


def test_the_addresses_are_those_that_the_editor_calls(settings):
    assert reverse("admin:markdown_preview") == settings.MARKDOWNX_URLS_PATH == PREVIEW
    assert reverse("admin:markdown_upload") == settings.MARKDOWNX_UPLOAD_URLS_PATH == UPLOAD


@pytest.mark.parametrize("form", ["/admin/blog/post/add/", "/admin/blog/page/add/"])
def test_the_editor_knows_its_addresses_and_uses_its_own_script_alone(admin_client, form):
    content = admin_client.get(form).content.decode()
    for attribute in (f'data-markdownx-urls-path="{PREVIEW}"', f'data-markdownx-upload-urls-path="{UPLOAD}"'):
        assert attribute in content
    assert re.search(r'<script src="[^"]*js/admin-editor.js" type="module">', content)
    assert "markdownx/js" not in content


@pytest.mark.parametrize(
    "form", ["/admin/blog/post/add/", "/admin/blog/page/add/", "/admin/blog/post/", "/admin/"]
)
def test_no_page_of_the_desk_breaks_its_own_security_policy(admin_client, form):
    response = admin_client.get(form)
    content = response.content.decode()
    assert "unsafe-inline" not in response["Content-Security-Policy"]
    assert "<style" not in content
    assert " style=" not in content
    assert " onclick=" not in content
    for script in content.split("<script")[1:]:
        assert "src=" in script.split(">")[0]


# Preview


@pytest.mark.parametrize(
    "source", ["**「重要」**です\n\n- 一\n- 二\n\n| a |\n|---|\n| b |", "", "　", "\n\n```\ncode\n```"]
)
def test_the_preview_is_exactly_what_the_site_shows(admin_client, source):
    response = admin_client.post(PREVIEW, {"content": source})
    assert response.status_code == 200
    assert without_lines(response) == render_body(source).html


def test_the_line_breaks_of_a_browser_change_nothing(admin_client):
    response = admin_client.post(PREVIEW, {"content": "一行目\r\n\r\n```\r\ncode\r\n```"})
    assert without_lines(response) == render_body("一行目\n\n```\ncode\n```").html


def test_the_blocks_of_a_preview_say_in_which_line_they_begin(admin_client):
    source = (
        "## 見出し\r\n\r\n段落。\r\n\r\n- 一\r\n- 二\r\n\r\n| a |\r\n|---|\r\n| b |\r\n\r\n```\r\ncode\r\n```"
    )
    html = admin_client.post(PREVIEW, {"content": source}).content.decode()
    for block in ('<h2 data-line="0"', '<p data-line="2">段落', '<li data-line="5">二', '<tr data-line="9">'):
        assert block in html
    assert '<code data-line="11">' in html


def test_the_site_itself_shows_no_line_numbers_not_even_typed_ones():
    html = render_body("## 見出し\n\n<p data-line=3>x</p>").html
    assert "data-line" not in html
    assert "data-line" not in make_post(body="段落。\n\n- 一").body_html


def test_a_preview_tells_the_reading_time_that_the_site_will_show(admin_client):
    body = "字" * 1200
    response = admin_client.post(PREVIEW, {"content": body})
    assert response["X-Reading-Minutes"] == str(make_post(body=body).reading_minutes) == "3"


def test_the_preview_shows_the_pictures_of_the_site(admin_client):
    image = make_image(size=(40, 30), alt="図の説明")
    html = admin_client.post(PREVIEW, {"content": f"![]({image.file.url})"}).content.decode()
    assert 'width="40"' in html
    assert "図の説明" in html


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "<p style='color:red'>x</p>",
    ],
)
def test_the_preview_is_sanitised(admin_client, source):
    html = admin_client.post(PREVIEW, {"content": source}).content.decode()
    for danger in ("<script", '<img src="x" onerror', 'href="javascript', "<p style"):
        assert danger not in html


def test_a_text_over_ten_megabytes_is_refused_with_the_reason(admin_client):
    response = admin_client.post(PREVIEW, {"content": "字" * (10 * 1024 * 1024 // 3 + 1)})
    assert response.status_code == 400
    assert reasons(response) == ["The text is larger than 10 MB."]


def test_a_preview_is_not_kept_by_any_cache(admin_client):
    assert admin_client.post(PREVIEW, {"content": "x"})["Cache-Control"] == "private, no-store"


# Upload


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_an_uploaded_picture_comes_back_as_markdown_that_shows_it(admin_client, admin_user, format):
    response = upload(
        admin_client, picture_bytes(format=format), name="図.dat", kind="application/octet-stream"
    )
    assert response.status_code == 200
    image = Image.objects.get()
    assert image.uploaded_by == admin_user
    code = response.json()["image_code"]
    assert code.startswith("![](/media/images/")
    assert "図" in code, "readable in the text"
    assert f'src="{image.file.url}"' in render_body(code).html


def test_a_picture_that_is_here_already_brings_its_alternative_text(admin_client):
    content = picture_bytes()
    image = Image.objects.upload(content, "a.png", alt="[図] *一*\\二")
    code = upload(admin_client, content).json()["image_code"]
    assert Image.objects.get() == image
    assert 'alt="[図] *一*\\二"' in render_body(code).html


def test_the_place_where_a_photo_was_taken_is_removed(admin_client):
    exif = Pillow.Exif()
    exif.get_ifd(0x8825)[29] = "2026:11:24"
    exif[0x0112] = 6
    output = io.BytesIO()
    Pillow.new("RGB", (60, 40), "teal").save(output, "JPEG", exif=exif)
    upload(admin_client, output.getvalue())
    image = Image.objects.get()
    assert (image.width, image.height) == (40, 60)
    with image.file.open("rb") as file:
        assert b"2026:11:24" not in file.read()


@pytest.mark.parametrize(
    ("content", "name", "kind", "reason"),
    [
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
            "a.svg",
            "image/svg+xml",
            "SVG",
        ),
        (b"<html><script>alert(1)</script></html>", "a.gif", "image/gif", "not a JPEG"),
        (b"GIF89a<script>alert(1)</script>", "a.gif", "image/gif", "damaged"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a.heic", "image/heic", "HEIC"),
    ],
    ids=["svg", "html", "gif-html", "heic"],
)
def test_what_is_no_picture_is_refused_with_the_reason_and_leaves_nothing(
    admin_client, media_root, content, name, kind, reason
):
    response = upload(admin_client, content, name, kind)
    assert response.status_code == 400
    assert reason in reasons(response)[0]
    assert not Image.objects.exists()
    assert not list(media_root.iterdir())


def test_a_file_over_20_megabytes_is_refused_without_reading_it(admin_client, monkeypatch):
    monkeypatch.setattr(Image.objects, "upload", lambda *a, **k: pytest.fail("read"))
    response = upload(admin_client, bytes(20 * 1024 * 1024 + 1))
    assert reasons(response) == ["The picture is larger than 20 MB."]


@pytest.mark.parametrize("data", [{}, {"image": "text"}])
def test_a_request_without_a_file_is_refused(admin_client, data):
    response = admin_client.post(UPLOAD, data)
    assert response.status_code == 400
    assert reasons(response) == ["No file arrived."]


def test_reasons_are_in_the_language_of_the_desk(admin_client):
    with translation.override("ja"):
        assert reasons(admin_client.post(UPLOAD, {})) == [translation.gettext("No file arrived.")]


# Who may


def both(browser) -> list:
    return [browser.post(PREVIEW, {"content": "x"}), upload(browser)]


def test_anonymous_visitors_are_refused_in_a_way_that_a_script_understands(client):
    for response in both(client):
        assert response.status_code == 403
        assert "signed out" in reasons(response)[0]
    assert not Image.objects.exists()


@pytest.mark.parametrize("permissions", [(), ("view_post", "add_image", "change_category")])
def test_staff_who_do_not_write_are_refused(client, permissions):
    client.force_login(staff_with(*permissions))
    for response in both(client):
        assert response.status_code == 403
        assert "may not write" in reasons(response)[0]


@pytest.mark.parametrize("permission", ["add_post", "change_post", "add_page", "change_page"])
def test_staff_who_write_posts_or_pages_are_let_in(client, permission):
    client.force_login(staff_with(permission))
    assert [response.status_code for response in both(client)] == [200, 200]


def test_people_who_are_not_staff_or_have_left_are_refused(client):
    left = make_superuser("left")
    client.force_login(left)
    left.is_active = False
    left.save()
    assert [response.status_code for response in both(client)] == [403, 403]
    outsider = make_superuser("outsider")
    outsider.is_staff = False
    outsider.save()
    client.force_login(outsider)
    assert [response.status_code for response in both(client)] == [403, 403]


@pytest.mark.parametrize("address", [PREVIEW, UPLOAD])
def test_only_posts_with_a_csrf_token_are_answered(address):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(make_superuser())
    assert browser.get(address).status_code == 405
    assert browser.post(address, {"content": "x"}).status_code == 403
    browser.get("/admin/blog/post/add/")
    token = browser.cookies["csrftoken"].value
    assert browser.post(address, {"content": "x"}, headers={"X-CSRFToken": token}).status_code != 403


def test_a_guest_learns_nothing_by_the_wrong_method(client):
    client.force_login(make_staff())
    assert client.get(PREVIEW).status_code == 405
