from contextlib import closing
from urllib.parse import quote

import pytest

from tests.factories import make_draft, make_image, make_page, make_post, make_scheduled, make_withdrawn

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
    make_post(cover=image)
    response = client.get(quote("/assets/images/posts/図 1.png"))
    assert (response.status_code, response["Location"]) == (301, image.file.url)


def of_a_draft(image):
    make_draft(cover=image, body=f"![]({image.old_path})")


def of_a_withdrawn_post(image):
    make_withdrawn(cover=image)


def of_a_post_to_come(image):
    make_scheduled(body=f"![]({image.old_path})")


def of_a_page_that_is_not_published(image):
    make_page(body=f"![]({image.old_path})", is_published=False)


def in_a_post(image):
    make_post(body=f"![]({image.old_path})")


def in_a_page(image):
    make_page(body=f"![]({image.old_path})")


HIDDEN = [of_a_draft, of_a_withdrawn_post, of_a_post_to_come, of_a_page_that_is_not_published]


@pytest.mark.parametrize("place", [*HIDDEN, in_a_post, in_a_page])
def test_a_picture_of_the_old_site_is_not_found_by_guessing_before_readers_see_it(client, media_root, place):
    image = make_image(old_path="/assets/images/deal.png")
    assert client.get("/assets/images/deal.png").status_code == 404
    place(image)
    assert client.get("/assets/images/deal.png").status_code == (404 if place in HIDDEN else 301)
    if place in HIDDEN:
        make_post(cover=image)
        assert client.get("/assets/images/deal.png").status_code == 301


@pytest.mark.parametrize(
    "path", ["/assets/css/main.css", "/assets/", "/assets/a%00.png", "/assets/" + "a" * 4000]
)
def test_other_files_of_the_old_site_are_gone(client, path):
    assert client.get(path).status_code == 404
