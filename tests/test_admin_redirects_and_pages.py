import re

import pytest
from django.utils import translation

from blog.models import Page, Redirect
from blog.models.pages import RESERVED_SLUGS
from tests.admin_pages import form_fields, texts
from tests.factories import make_page, make_post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def save(browser, address: str, **changes):
    return browser.post(
        address, form_fields(browser.get(address), **changes) | {"_continue": "1"}, follow=True
    )


def test_a_page_is_written_in_markdown(admin_client):
    save(admin_client, "/admin/blog/page/add/", title="編集方針", slug="policy", body="**方針**")
    page = Page.objects.get()
    assert "<strong>方針</strong>" in page.body_html
    assert page.is_published


@pytest.mark.parametrize("slug", sorted(RESERVED_SLUGS))
def test_an_address_of_the_rest_of_the_site_is_refused_beside_the_field(admin_client, slug):
    response = save(admin_client, "/admin/blog/page/add/", title="題", slug=slug)
    assert texts(response, "errorlist") == [f"/{slug}/ belongs to another part of the site."]
    assert not Page.objects.exists()


@pytest.mark.parametrize("slug", ["Über", "日本語", "a/b", "-a", "", "a b"])
def test_a_slug_that_is_no_page_address_is_refused(admin_client, slug):
    assert texts(save(admin_client, "/admin/blog/page/add/", title="題", slug=slug), "errorlist")
    assert not Page.objects.exists()


def test_a_page_keeps_every_blank_of_its_body(admin_client):
    page = make_page(body="\n  一\n\n")
    save(admin_client, f"/admin/blog/page/{page.pk}/change/", title="新しい題")
    page.refresh_from_db()
    assert (page.title, page.body) == ("新しい題", "\n  一\n\n")


def test_the_box_that_publishes_a_page_says_so(admin_client):
    with translation.override("ja"):
        page = admin_client.get("/admin/blog/page/add/").content.decode()
    assert re.search(r'<label[^>]* for="id_is_published">公開する</label>', page)


def test_only_a_published_page_is_viewed_on_the_site(admin_client):
    shown, hidden = make_page(), make_page(is_published=False)
    assert admin_client.get(f"/admin/blog/page/{shown.pk}/change/").context["absolute_url"]
    assert not admin_client.get(f"/admin/blog/page/{hidden.pk}/change/").context["absolute_url"]


@pytest.mark.parametrize(
    "typed",
    ["/2025/10/20/古い/", "2025/10/20/古い", "https://old.example/2025/10/20/%E5%8F%A4%E3%81%84/?a=1#b"],
)
def test_an_old_address_is_stored_in_one_spelling(admin_client, typed):
    post = make_post()
    save(admin_client, "/admin/blog/redirect/add/", old_path=typed, post=post.pk)
    redirect = Redirect.objects.get()
    assert (redirect.old_path, redirect.post) == ("/2025/10/20/古い/", post)


def test_an_old_address_leads_to_one_post_only(admin_client):
    Redirect.objects.create(old_path="/old/", post=make_post())
    response = save(admin_client, "/admin/blog/redirect/add/", old_path="old", post=make_post().pk)
    assert texts(response, "errorlist")
    assert Redirect.objects.count() == 1


@pytest.mark.parametrize("post", ["", "x", "999"])
def test_a_redirect_needs_a_post(admin_client, post):
    assert texts(save(admin_client, "/admin/blog/redirect/add/", old_path="/old/", post=post), "errorlist")
    assert not Redirect.objects.exists()


def test_redirects_are_found_by_address_and_by_post(admin_client):
    wanted = Redirect.objects.create(old_path="/old/", post=make_post("行き先"))
    Redirect.objects.create(old_path="/other/", post=make_post())
    for query in ("/old/", "行き先"):
        assert list(admin_client.get("/admin/blog/redirect/", {"q": query}).context["cl"].result_list) == [
            wanted
        ]
