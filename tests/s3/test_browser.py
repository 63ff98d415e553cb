"""A picture goes from a browser straight to the bucket, past the server."""

import pytest
from playwright.sync_api import expect

from blog.models import Image
from tests.browser.conftest import chromium, open_browser  # noqa: F401  fixtures
from tests.factories import make_superuser, picture_bytes

pytestmark = [pytest.mark.s3, pytest.mark.django_db(transaction=True)]


def test_a_picture_goes_straight_to_the_bucket_and_is_then_in_the_library(bucket, open_browser):  # noqa: F811
    desk = open_browser(make_superuser())
    sent = []
    desk.on("request", lambda request: sent.append((request.method, request.url.partition("?")[0])))
    desk.goto("/admin/blog/image/upload/")
    picture = {"name": "図.png", "mimeType": "image/png", "buffer": picture_bytes()}
    nothing = {
        "name": "罠.png",
        "mimeType": "image/png",
        "buffer": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    }
    desk.locator("input[type=file]").set_input_files([picture, nothing])
    desk.locator(".upload", has_text="図.png").get_by_label("代替テキスト").fill("青い図")
    desk.get_by_role("button", name="アップロード").click()
    expect(desk.get_by_role("status")).to_have_text("保存しました: 1/2")
    expect(desk.locator(".upload", has_text="罠.png").get_by_role("alert")).to_contain_text("SVG")
    assert Image.objects.get().alt == "青い図"
    puts = [address for method, address in sent if method == "PUT"]
    assert len(puts) == 2
    assert all(address.startswith(f"http://{bucket.endpoint}/pictures/incoming/") for address in puts)
    desk.complaints.clear()  # Chromium reports the refusal itself in the console
