import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.urls import path

from allforces import urls as site_urls
from tests.factories import make_post, tokyo
from tests.markup import Markup


def fail(request):
    raise RuntimeError("secret detail")


def deny(request):
    raise PermissionDenied


def suspect(request):
    raise SuspiciousOperation


urlpatterns = [path("fail/", fail), path("deny/", deny), path("suspect/", suspect), *site_urls.urlpatterns]
handler404, handler500 = site_urls.handler404, site_urls.handler500


@pytest.mark.django_db
def test_a_wrong_address_is_answered_in_the_sites_design(client):
    response = client.get("/どこにもない/")
    page = Markup(response)
    assert response.status_code == 404
    assert page.text("h1") == "ページが見つかりません"
    assert page.meta("robots") == "noindex"
    assert page.hrefs("link", rel="canonical") == []
    assert page.all("form", action="/search/")


@pytest.mark.django_db
def test_a_former_address_redirects_before_it_is_called_wrong(client):
    post = make_post(slug="old", published_at=tokyo(2025, 10, 21, 9))
    post.slug = "new"
    post.save()
    response = client.get("/2025/10/21/old/")
    assert (response.status_code, response["Location"]) == (301, "/2025/10/21/new/")


@pytest.mark.parametrize(
    ("address", "status", "heading"),
    [
        ("/fail/", 500, "エラーが発生しました"),
        ("/deny/", 403, "アクセスできません"),
        ("/suspect/", 400, "リクエストを処理できませんでした"),
    ],
)
def test_an_error_is_answered_in_japanese_without_touching_the_database(
    client, settings, address, status, heading
):
    settings.ROOT_URLCONF = "tests.test_views_errors"
    client.raise_request_exception = False
    response = client.get(address)
    page = Markup(response)
    assert response.status_code == status
    assert page.text("h1") == heading
    assert heading in page.text("title")
    assert page.hrefs("link", rel="stylesheet") == ["/static/css/site.css"]
    assert "secret detail" not in response.content.decode()
