"""/metrics: who may read it, and what it says."""

import datetime
import ipaddress
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from blog.outbox.models import Task
from blog.outbox.queue import take, tell
from blog.telemetry import cache, metrics
from tests.factories import make_post

pytestmark = pytest.mark.django_db
TOKEN = "only-prometheus-knows"


@pytest.fixture
def figures(client, settings):
    """Reads the figures: (name, label values…) → value."""
    settings.METRICS_TOKEN = TOKEN

    def read() -> dict:
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        families = text_string_to_metric_families(answer.content.decode())
        samples = [sample for family in families for sample in family.samples]
        return {(sample.name, *sorted(sample.labels.values())): sample.value for sample in samples}

    return read


def asks(client, address="127.0.0.1", **headers):
    return client.get("/metrics", REMOTE_ADDR=address, headers=headers).status_code


def test_nobody_reads_the_figures_unless_it_was_configured(client):
    assert asks(client) == 404
    assert asks(client, Authorization="Bearer ") == 404
    assert asks(client, Authorization=f"Bearer {TOKEN}") == 404


def test_who_has_the_token_reads_them_from_anywhere(client, settings):
    settings.METRICS_TOKEN = TOKEN
    assert asks(client, "203.0.113.7", Authorization=f"Bearer {TOKEN}") == 200
    assert asks(client, "203.0.113.7", Authorization=f"bearer {TOKEN}") == 200
    assert asks(client, Authorization=f"Bearer {TOKEN}x") == 404
    assert asks(client, Authorization=f"Basic {TOKEN}") == 404
    assert asks(client) == 404


def test_who_is_in_the_network_reads_them_without_a_token(client, settings):
    settings.METRICS_NETWORKS = [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8")]
    assert asks(client, "10.1.2.3") == 200
    assert asks(client, "fd00::17") == 200
    assert asks(client, "11.1.2.3") == 404
    assert asks(client, "127.0.0.1") == 404
    assert asks(client, "") == 404


def test_a_network_may_be_a_single_address(client, settings):
    settings.METRICS_NETWORKS = [ipaddress.ip_network("2001:db8::17/128"), ipaddress.ip_network("10.0.0.5")]
    assert asks(client, "2001:db8::17") == 200
    assert asks(client, "2001:db8::18") == 404
    assert asks(client, "::ffff:10.0.0.5") == 200
    assert asks(client, "10.0.0.6") == 404


def test_the_figures_can_be_read_while_the_database_is_away(client, figures, monkeypatch):
    def away(now):
        raise OperationalError("connection refused")

    assert figures()["allforces_database_up",] == 1
    monkeypatch.setattr("blog.telemetry.backlog.backlog", away)
    found = figures()
    assert found["allforces_database_up",] == 0
    assert any(name == "allforces_requests_total" for name, *_labels in found)


def test_figures_that_cannot_be_written_cost_no_answer(client, monkeypatch, caplog):
    def full(*labels):
        raise OSError(28, "No space left on device")

    for counter in (metrics.REQUESTS, metrics.LATENCY, metrics.CACHE, metrics.SLOW_QUERIES):
        monkeypatch.setattr(counter, "labels", full)
    assert client.get("/healthz").status_code == 200
    metrics.count_hits("hit", 3)
    metrics.count_slow_query("home")
    assert caplog.text.count("No space left on device") == 3


def test_a_reader_behind_a_proxy_is_not_taken_for_the_proxy(client, settings):
    settings.METRICS_NETWORKS = [ipaddress.ip_network("127.0.0.0/8")]
    assert asks(client) == 200
    assert asks(client, **{"X-Forwarded-For": "203.0.113.7"}) == 404
    assert asks(client, Forwarded="for=203.0.113.7") == 404
    settings.TRUSTED_PROXIES = 1
    assert asks(client, **{"X-Forwarded-For": "127.0.0.1, 203.0.113.7"}) == 404
    assert asks(client, **{"X-Forwarded-For": "203.0.113.7, 127.0.0.1"}) == 200


def test_the_figures_are_kept_by_no_cache(client, settings):
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert "no-store" in answer["Cache-Control"]


def test_requests_are_counted_by_view_method_and_status(client, figures):
    before = figures()
    make_post()
    client.get("/")
    client.get("/")
    client.head("/")
    client.get("/nowhere/")
    client.generic("BREW", "/healthz")
    after = figures()

    def more(*key):
        return after.get(key, 0) - before.get(key, 0)

    assert more("allforces_requests_total", "200", "GET", "home") == 2
    assert more("allforces_requests_total", "200", "HEAD", "home") == 1
    assert more("allforces_requests_total", "404", "GET", "page") == 1
    assert more("allforces_requests_total", "405", "healthz", "other") == 1
    assert more("allforces_request_seconds_count", "home") == 3
    assert more("allforces_queries_total", "home") > 2
    assert more("allforces_cache_total", "none") == 6  # with the first reading of the figures


def test_addresses_that_anybody_can_make_up_add_no_figures(client, figures):
    for number in range(5):
        client.get(f"/made-up-{number}/x/y/z/")
    assert not any("made-up" in str(key) for key in figures())


def test_hits_of_the_page_cache_are_added_up(figures):
    before = figures().get(("allforces_cache_total", "hit"), 0)
    for _ in range(3):
        cache.count_hit("hit")
    assert figures()["allforces_cache_total", "hit"] - before == 3
    assert figures()["allforces_cache_total", "hit"] - before == 3


def test_no_hit_is_lost_when_many_threads_count(monkeypatch):
    written = []
    monkeypatch.setattr(metrics, "count_hits", lambda kind, number: written.append(number))
    cache.write_hits()
    written.clear()
    threads, hits = 8, 50_000

    def answer():
        for _ in range(hits):
            cache.count_hit("hit")

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(threads) as pool:
            answering = [pool.submit(answer) for _ in range(threads)]
            while not all(each.done() for each in answering):
                cache.write_hits()
    finally:
        sys.setswitchinterval(before)
    cache.write_hits()
    assert sum(written) == threads * hits


def test_the_outbox_is_told_by_kind_with_its_age_and_what_was_given_up(figures, clock):
    now = timezone.now()
    tell("websub", "a", due_at=now - datetime.timedelta(seconds=90))
    take()
    tell("websub", "b", due_at=now - datetime.timedelta(seconds=60))
    tell("websub", "c", due_at=now - datetime.timedelta(seconds=30))
    tell("websub", "d", due_at=now + datetime.timedelta(hours=1))
    Task.objects.create(kind="sitemap", key="e", due_at=now, given_up_at=now)
    Task.objects.create(kind="sitemap", key="f", due_at=now, done_at=now)
    read = figures()
    tasks = {key[1:]: value for key, value in read.items() if key[0] == "allforces_outbox_tasks" and value}
    assert tasks == {
        ("in_work", "websub"): 1,
        ("due", "websub"): 2,
        ("scheduled", "websub"): 1,
        ("given_up", "sitemap"): 1,
    }
    assert read["allforces_outbox_oldest_seconds", "websub"] == pytest.approx(60)
    assert read["allforces_outbox_oldest_seconds", "sitemap"] == 0


def test_the_figures_cost_one_query_whatever_the_outbox_holds(client, settings, django_assert_num_queries):
    settings.METRICS_TOKEN = TOKEN
    for number in range(9):
        tell(f"kind {number}", "a")
    with django_assert_num_queries(1):
        client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
