import pytest
from django.utils import translation

from tests.admin_pages import staff_with
from tests.factories import (
    make_draft,
    make_expired,
    make_image,
    make_post,
    make_scheduled,
    make_staff,
    make_withdrawn,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]
UNSEEN = [make_draft, make_scheduled, make_expired, make_withdrawn]


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def view_on_site(browser, post) -> str:
    return browser.get(f"/admin/blog/post/{post.pk}/change/").context["absolute_url"]


@pytest.mark.parametrize("make", UNSEEN)
def test_what_readers_do_not_see_is_previewed_as_the_real_page(admin_client, make):
    post = make("未公開の見出し", body="**強い**本文", tags=["甲"], cover=make_image())
    response = admin_client.get(view_on_site(admin_client, post))
    content = response.content.decode().replace("<wbr>", "")
    assert response.status_code == 200
    assert "blog/post_detail.html" in [template.name for template in response.templates]
    for text in ("<h1>未公開の見出し</h1>", "<strong>強い</strong>本文", "甲", post.cover.file.url):
        assert text in content
    assert "preview-banner" in content


@pytest.mark.parametrize("make", [*UNSEEN, make_post])
def test_a_preview_is_neither_cached_nor_indexed(admin_client, make):
    response = admin_client.get(make().get_preview_url())
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
    assert response["X-Robots-Tag"] == "noindex"
    if make is not make_post:
        assert 'name="robots" content="noindex' in response.content.decode()


def test_a_public_post_is_seen_at_its_own_address(admin_client):
    post = make_post()
    assert view_on_site(admin_client, post) == post.get_absolute_url()
    assert "preview-banner" not in admin_client.get(post.get_absolute_url()).content.decode()


def test_a_post_without_a_date_has_its_preview_for_an_address():
    post = make_draft()
    assert post.get_absolute_url() == f"/admin/blog/post/{post.pk}/preview/"


def test_readers_are_sent_to_the_login(client):
    response = client.get(make_draft().get_preview_url())
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


def test_staff_need_the_permission_to_see_posts(client):
    client.force_login(make_staff())
    assert client.get(make_draft().get_preview_url()).status_code == 403
    client.force_login(staff_with("view_post"))
    assert client.get(make_draft().get_preview_url()).status_code == 403
    assert client.get(make_post().get_preview_url()).status_code == 200
    client.force_login(staff_with("view_post", "review_post"))
    assert client.get(make_draft().get_preview_url()).status_code == 200


def test_the_preview_of_no_post_is_not_found(admin_client):
    assert admin_client.get("/admin/blog/post/999/preview/").status_code == 404
