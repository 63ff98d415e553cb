"""Pictures in a real S3 interface, which checks every signature."""

import http.client
import io
import time
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from django.core import signing
from PIL import Image as Pillow

from blog.media.bucket import SECONDS_TO_CONFIRM
from blog.models import Image
from tests.admin_pages import staff_with
from tests.factories import make_image, make_superuser

pytestmark = [pytest.mark.s3, pytest.mark.django_db]
UPLOAD, OFFER = "/admin/blog/image/upload/", "/admin/blog/image/upload/offer/"


def picture(colour: str = "#2266aa", size=(64, 48)) -> bytes:
    output = io.BytesIO()
    Pillow.new("RGB", size, colour).save(output, "PNG")
    return output.getvalue()


def send(address: str, method: str, body: bytes | None = None) -> int:
    """What a browser without credentials gets from the bucket itself."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.request(method, f"{parts.path}?{parts.query}", body)
    status = connection.getresponse().status
    connection.close()
    return status


def keys(bucket) -> list[str]:
    return [row["Key"] for row in bucket.client.list_objects_v2(Bucket="pictures").get("Contents", [])]


@pytest.fixture
def editor(db):
    return staff_with("add_image", "view_image")


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return client


def offer(desk, content: bytes, name: str = "図.png") -> dict:
    return desk.post(OFFER, {"name": name, "size": len(content)}).json()


def test_a_picture_keeps_its_address_on_this_site_and_is_served_from_the_bucket(bucket, client):
    image = make_image()
    assert image.file.url.startswith("/media/images/")
    assert f"media/{image.file.name}" in keys(bucket)
    response = client.get(image.file.url)
    with image.file.open() as file:
        assert b"".join(response.streaming_content) == file.read()
    assert response["Content-Type"] == "image/png"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert int(response["Content-Length"]) == image.size
    with closing(client.head(image.file.url)) as response:
        assert response.status_code == 200


def test_the_bucket_itself_shows_nothing_to_who_has_no_key(bucket):
    image = make_image()
    address = f"http://{bucket.endpoint}/pictures/media/{image.file.name}"
    for method, body in (("GET", None), ("PUT", b"x"), ("DELETE", None)):
        assert send(address, method, body) >= 400
    assert send(f"http://{bucket.endpoint}/pictures", "GET") >= 400
    with image.file.open() as file:
        assert len(file.read()) == image.size


def test_the_address_of_a_replaced_picture_leads_to_the_new_one(
    bucket, client, django_capture_on_commit_callbacks
):
    from blog.media.pictures import prepare

    image = make_image()
    old = image.file.url
    with django_capture_on_commit_callbacks(execute=True):
        image.replace(*prepare(picture("#aa2222")), "neu.png")
    response = client.get(old)
    assert (response.status_code, response["Location"]) == (301, image.file.url)
    assert f"media/{old.removeprefix('/media/')}" not in keys(bucket)
    with closing(client.get(image.file.url)) as response:
        assert response.status_code == 200


@pytest.mark.parametrize(
    "path", ["none.png", "", "images/", "../incoming/x", "%2e%2e/incoming/x", "a%00b", "a" * 2000]
)
def test_nothing_but_pictures_is_served(bucket, client, path):
    bucket.client.put_object(Bucket="pictures", Key="incoming/x", Body=b"not for readers")
    assert client.get(f"/media/{path}").status_code == 404


def test_a_file_that_went_straight_to_the_bucket_is_checked_and_made_anew_as_any_other(bucket, desk):
    content = picture() + b"<script>hidden behind the picture</script>"
    offered = offer(desk, content)
    assert send(offered["address"], "PUT", content) == 200
    answer = desk.post(UPLOAD, {"token": offered["token"], "alt": "青い図"})
    assert answer.status_code == 200
    image = Image.objects.get(pk=answer.json()["id"])
    assert (image.alt, image.width, image.height) == ("青い図", 64, 48)
    with image.file.open() as file:
        assert b"script" not in file.read()
    assert not [key for key in keys(bucket) if key.startswith("incoming/") and key != "incoming/x"]


def test_what_is_no_picture_is_refused_and_leaves_nothing(bucket, desk):
    content = b"<html><script>alert(1)</script>"
    offered = offer(desk, content, "picture.png")
    assert send(offered["address"], "PUT", content) == 200
    answer = desk.post(UPLOAD, {"token": offered["token"], "alt": ""})
    assert answer.status_code == 400
    assert "画像でもありません" in answer.json()["file"][0]
    assert not Image.objects.exists()
    assert desk.post(UPLOAD, {"token": offered["token"], "alt": ""}).status_code == 400


def test_an_address_takes_exactly_what_was_signed(bucket, desk):
    content = picture()
    address = offer(desk, content)["address"]
    other = "0" if address[-1] != "0" else "1"
    assert send(address, "PUT", content + b"x") == 403
    assert send(address[:-1] + other, "PUT", content) == 403
    assert send(address.replace("/incoming/", "/media/"), "PUT", content) == 403
    assert send(address, "GET") == 403
    assert send(address, "PUT", content) == 200


def test_a_token_is_its_owners_for_an_hour(bucket, desk, editor, monkeypatch):
    content = picture()
    offered = offer(desk, content)
    send(offered["address"], "PUT", content)
    fields = {"token": offered["token"], "alt": ""}
    desk.force_login(make_superuser())
    assert desk.post(UPLOAD, fields).status_code == 400
    desk.force_login(editor)
    assert desk.post(UPLOAD, fields | {"token": offered["token"] + "x"}).status_code == 400
    with monkeypatch.context() as late:
        then = time.time() + SECONDS_TO_CONFIRM + 1
        late.setattr(signing.time, "time", lambda: then)
        assert desk.post(UPLOAD, fields).status_code == 400
    assert not Image.objects.exists()
    assert desk.post(UPLOAD, fields).status_code == 200


def test_a_file_that_never_arrived_is_said_so(bucket, desk):
    offered = offer(desk, picture())
    answer = desk.post(UPLOAD, {"token": offered["token"], "alt": ""})
    assert answer.status_code == 400
    assert "届いていません" in answer.json()["file"][0]


@pytest.mark.parametrize("size", ["0", "-1", "x", str(21 << 20), "9" * 5000, ""])
def test_no_address_is_given_for_what_is_too_large_or_nothing(bucket, desk, size):
    assert desk.post(OFFER, {"name": "a.png", "size": size}).status_code == 400


def test_only_who_may_add_pictures_gets_an_address(bucket, client):
    client.force_login(staff_with("view_image"))
    assert client.post(OFFER, {"name": "a.png", "size": "10"}).status_code == 403


def test_the_page_may_talk_to_the_bucket_and_no_other_page_may(bucket, desk):
    page = desk.get(UPLOAD)
    assert f'data-offer="{OFFER}"' in page.content.decode()
    assert f"connect-src 'self' http://{bucket.endpoint}" in page["Content-Security-Policy"]
    assert bucket.endpoint not in desk.get("/admin/blog/image/")["Content-Security-Policy"]
