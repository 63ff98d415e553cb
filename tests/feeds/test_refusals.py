import pytest
from django.db import OperationalError

from tests.factories import make_category, make_post
from tests.feeds.validity import FORMATS, check

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("place", ["category", "tags", "authors"])
@pytest.mark.parametrize("slug", ["nobody", "規制", "]]>", "a b"])
def test_an_unknown_subject_is_missing_in_the_feeds_own_type(client, extension, place, slug):
    response = client.get(f"/{place}/{slug}/feed.{extension}")
    assert response.status_code == 404
    assert response["Content-Type"].startswith(FORMATS[extension])
    check(response)


def test_the_old_address_of_an_unknown_category_is_missing_as_rss(client):
    response = client.get("/feeds/nothing.xml")
    assert (response.status_code, response["Content-Type"]) == (404, "application/rss+xml; charset=utf-8")


@pytest.mark.parametrize("extension", FORMATS)
def test_a_database_that_is_away_asks_the_reader_to_come_back(client, monkeypatch, extension):
    make_post()

    def away(*arguments):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr("blog.feeds.views.stamp_of", away)
    response = client.get(f"/feed.{extension}")
    assert (response.status_code, response["Retry-After"]) == (503, "120")
    check(response)


def test_a_refusal_does_not_repeat_what_was_asked_for(client):
    make_category("秘密", slug="secret")
    assert b"unknown-name" not in client.get("/tags/unknown-name/feed.atom").content
