from contextlib import closing
from urllib.parse import quote

import pytest

from tests.factories import make_image

pytestmark = pytest.mark.django_db


def test_a_picture_may_be_kept_for_ever_and_is_taken_for_nothing_else(client, media_root):
    image = make_image()
    response = client.get(image.file.url)
    assert b"".join(response.streaming_content) == image.file.read()
    assert response["Content-Type"] == "image/png"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["X-Content-Type-Options"] == "nosniff"
    image.file.close()


def test_a_picture_that_a_program_has_already_is_not_sent_again(client, media_root):
    address = make_image().file.url
    with closing(client.get(address)) as response:
        etag = response["ETag"]
    response = client.get(address, headers={"If-None-Match": etag})
    assert (response.status_code, response.content, response["ETag"]) == (304, b"", etag)
    with closing(client.get(address, headers={"If-None-Match": '"other"'})) as response:
        assert response.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "none.png",
        "",
        "images/",
        "../secret.txt",
        "%2e%2e/secret.txt",
        "..%2fsecret.txt",
        "images/../../secret.txt",
        "/etc/passwd",
        "a%00b",
        "a" * 5000,
        "あ/" * 2000,
    ],
)
def test_nothing_outside_the_media_folder_is_served(client, media_root, path):
    (media_root.parent / "secret.txt").write_text("secret")
    (media_root / "images").mkdir()
    assert client.get(f"/media/{path}").status_code == 404


def test_a_picture_of_the_old_site_redirects_to_where_it_is_now(client, media_root):
    image = make_image(old_path="/assets/images/posts/図 1.png")
    response = client.get(quote("/assets/images/posts/図 1.png"))
    assert (response.status_code, response["Location"]) == (301, image.file.url)


@pytest.mark.parametrize(
    "path", ["/assets/css/main.css", "/assets/", "/assets/a%00.png", "/assets/" + "a" * 4000]
)
def test_other_files_of_the_old_site_are_gone(client, path):
    assert client.get(path).status_code == 404
