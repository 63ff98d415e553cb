import pytest

from tests.factories import make_draft, make_post
from tests.feeds.rules import SITE
from tests.feeds.validity import FORMATS, entries, links

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("extension", FORMATS)
def test_a_search_can_be_subscribed_to(client, extension):
    make_post("規制の行方"), make_post("別の話", body="本文にAI規制と書いてある。"), make_post("無関係")
    make_draft("規制の下書き")
    response = client.get(f"/search/feed.{extension}?q=規制")
    assert {entry["title"] for entry in entries(response)} == {"規制の行方", "別の話"}
    assert links(response)["self"] == f"{SITE}/search/feed.{extension}?q=%E8%A6%8F%E5%88%B6"


def test_a_new_article_that_is_found_ends_the_304(client):
    make_post("規制の行方")
    etag = client.get("/search/feed.xml?q=規制")["ETag"]
    make_post("無関係")
    assert client.get("/search/feed.xml?q=規制", HTTP_IF_NONE_MATCH=etag).status_code == 304
    make_post("規制の続報")
    assert client.get("/search/feed.xml?q=規制", HTTP_IF_NONE_MATCH=etag).status_code == 200


def test_a_search_that_finds_nothing_is_an_empty_feed(client):
    assert entries(client.get("/search/feed.atom?q=存在しない言葉")) == []


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("query", ["", "?q=", "?q=%00", "?q=%E3%80%80"])
def test_a_search_for_nothing_is_refused_with_the_reason(client, extension, query):
    response = client.get(f"/search/feed.{extension}{query}")
    assert response.status_code == 400
    assert response["Content-Type"].startswith(FORMATS[extension])


@pytest.mark.parametrize("typed", ['"', "%", "_", "NOT OR (", "規" * 10_000, "😀", "-", "a' OR 1=1"])
def test_anything_may_be_typed(client, typed):
    assert client.get("/search/feed.json", {"q": typed}).status_code in {200, 400}


def test_nothing_is_kept_of_what_people_search_for(client):
    from blog.feeds.models import FeedState

    make_post("規制の行方")
    client.get("/search/feed.xml?q=規制")
    assert not FeedState.objects.exists()
