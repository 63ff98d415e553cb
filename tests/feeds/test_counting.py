import threading

import pytest
from django.db import InterfaceError, OperationalError

from blog.feeds import counting
from blog.feeds.counting import Counts, counts, forget_old, subscribers_of, write_down
from blog.feeds.models import FeedDay, FeedReader
from tests.factories import make_post, tokyo
from tests.outage import database_away

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _from_nothing():
    counts.take()


@pytest.mark.parametrize(
    ("agent", "found"),
    [
        ("Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers; like FeedFetcher-Google)",
         ("Feedly", 16)),
        ("Feedbin feed-id:1373711 - 142 subscribers", ("Feedbin", 142)),
        ("NewsBlur Feed Fetcher - 5 subscribers - http://newsblur.example/", ("NewsBlur", 5)),
        ("Inoreader/1.0 (+https://inoreader.example/feed-fetcher; 1 subscriber; )", ("Inoreader", 1)),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", None),
        ("", None),
        ("; 3 subscribers", None),
        ("x" * 10_000 + " 7 subscribers", None),
        ("Reader/1 (99999999999999999999 subscribers)", None),
    ],
)  # fmt: skip
def test_a_service_says_for_how_many_it_reads(agent, found):
    assert subscribers_of(agent) == found


def test_requests_and_304s_are_counted_by_feed_format_and_tokyo_day(client, monkeypatch):
    make_post(published_at=tokyo(2025, 10, 1))
    monkeypatch.setattr("django.utils.timezone.now", lambda: tokyo(2025, 10, 21, 0, 30))
    etag = client.get("/feed.xml")["ETag"]
    client.get("/feed.xml", HTTP_IF_NONE_MATCH=etag)
    client.get("/feed.json")
    write_down()
    found = FeedDay.objects.order_by("extension").values_list("key", "extension", "requests", "not_modified")
    assert list(found) == [("site", "json", 1, 0), ("site", "xml", 2, 1)]
    assert {str(day) for day in FeedDay.objects.values_list("day", flat=True)} == {"2025-10-21"}


def test_what_was_counted_later_is_added(client):
    make_post()
    for _ in range(2):
        client.get("/feed.xml", HTTP_USER_AGENT="Feedly/1.0 (16 subscribers)")
        write_down()
    client.get("/feed.xml", HTTP_USER_AGENT="Feedly/1.0 (17 subscribers)")
    write_down()
    assert FeedDay.objects.get().requests == 3
    reader = FeedReader.objects.get()
    assert (reader.name, reader.subscribers) == ("Feedly", 17)


def test_counting_costs_the_reader_no_query(client, django_assert_num_queries):
    make_post()
    etag = client.get("/feed.xml")["ETag"]
    with django_assert_num_queries(1):
        client.get("/feed.xml", HTTP_IF_NONE_MATCH=etag, HTTP_USER_AGENT="Feedly/1.0 (16 subscribers)")


def test_nothing_of_a_person_is_kept(client):
    make_post()
    client.get("/feed.xml", HTTP_USER_AGENT="Mozilla/5.0 (Macintosh)", REMOTE_ADDR="203.0.113.7")
    write_down()
    assert not FeedReader.objects.exists()
    row = FeedDay.objects.values().get()
    assert "203.0.113.7" not in str(row) and "Macintosh" not in str(row)


def test_pages_for_people_and_missing_feeds_are_not_counted(client):
    make_post()
    client.get("/feed.xml", HTTP_SEC_FETCH_DEST="document")
    client.get("/tags/none/feed.xml")
    write_down()
    assert not FeedDay.objects.exists()


def test_nothing_is_lost_when_many_threads_count():
    made = Counts()

    def many():
        for _ in range(500):
            made.add("site", "xml", "", unchanged=False)

    threads = [threading.Thread(target=many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    requests, _unchanged, _readers = made.take()
    assert sum(requests.values()) == 2000


def test_names_that_somebody_makes_up_do_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr("blog.feeds.counting._MOST_ROWS", 3)
    made = Counts()
    for number in range(10):
        made.add(f"tag/{number}", "xml", "", unchanged=False)
    made.add("tag/0", "xml", "", unchanged=False)
    requests, _unchanged, _readers = made.take()
    assert len(requests) == 3
    assert max(requests.values()) == 2


def test_services_that_somebody_makes_up_do_not_fill_it_either(monkeypatch):
    monkeypatch.setattr("blog.feeds.counting._MOST_ROWS", 3)
    made = Counts()
    for number in range(10):
        made.add("site", "xml", f"Reader{number} 5 subscribers", unchanged=False)
    requests, _unchanged, readers = made.take()
    assert (sum(requests.values()), len(readers)) == (10, 2)


def test_services_that_do_not_come_back_and_old_days_are_forgotten():
    today = tokyo(2025, 10, 21).date()
    FeedReader.objects.create(
        key="site", extension="xml", name="Old", subscribers=1, seen_on=tokyo(2025, 10, 1).date()
    )
    FeedReader.objects.create(key="site", extension="xml", name="New", subscribers=1, seen_on=today)
    FeedDay.objects.create(key="site", extension="xml", day=tokyo(2024, 1, 1).date())
    forget_old(today)
    assert [reader.name for reader in FeedReader.objects.all()] == ["New"]
    assert not FeedDay.objects.exists()


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_is_away_costs_a_minutes_counts_and_nothing_else(error, monkeypatch, caplog):
    monkeypatch.setattr(counting.connection, "close", lambda: None)  # the tests' transaction is on it
    counts.add("site", "xml", "Feedly", unchanged=False)
    with database_away(error):
        counting._write_at_the_end()
    assert "feed counts were lost" in caplog.text
