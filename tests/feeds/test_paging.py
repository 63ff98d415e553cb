import pytest

from tests.factories import make_post, tokyo
from tests.feeds.rules import SITE
from tests.feeds.validity import FORMATS, entries, links

pytestmark = pytest.mark.django_db


@pytest.fixture
def fifty():
    return [make_post(f"記事{n}", published_at=tokyo(2025, 1, 1, n // 60, n % 60)) for n in range(50)]


@pytest.mark.parametrize("extension", FORMATS)
def test_a_new_subscriber_walks_the_whole_archive(client, fifty, extension):
    address, walked = f"{SITE}/feed.{extension}", []
    while address:
        response = client.get(address.removeprefix(SITE))
        walked += [entry["title"] for entry in entries(response)]
        address = links(response).get("next")
    assert walked == [f"記事{n}" for n in reversed(range(50))]


@pytest.mark.parametrize("extension", ["xml", "atom"])
def test_a_page_leads_back_and_to_the_first(client, fifty, extension):
    found = links(client.get(f"/feed.{extension}?page=2"))
    found.pop("alternate", None)  # Atom's link to the page of the feed
    base = f"{SITE}/feed.{extension}"
    assert found == {
        "self": f"{base}?page=2",
        "first": base,
        "previous": base,
        "next": f"{base}?page=3",
    }


def test_a_last_page_that_is_full_leads_nowhere(client):
    for n in range(20):
        make_post(published_at=tokyo(2025, 1, 1, 1, n))
    assert "next" not in links(client.get("/feed.xml"))


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize(
    ("page", "status"),
    [("0", 400), ("-1", 400), ("x", 400), ("", 400), ("1.5", 400), ("１", 400), ("%00", 400), ("²", 400),
     ("4", 404), ("99999", 404), ("9" * 40, 404)],
)  # fmt: skip
def test_a_page_that_is_none_is_a_clear_refusal_in_the_feeds_own_type(client, fifty, extension, page, status):
    response = client.get(f"/feed.{extension}?page={page}")
    assert response.status_code == status
    assert response["Content-Type"].startswith(FORMATS[extension])
    assert entries(response) == []


def test_a_deep_page_costs_what_the_first_one_costs(client, fifty, django_assert_num_queries):
    client.get("/feed.xml")
    with django_assert_num_queries(4):
        client.get("/feed.xml")
    with django_assert_num_queries(4):
        client.get("/feed.xml?page=3")
