"""blog/telemetry/: what is written down of a request, and what its answer says."""

import io
import json
import logging
import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from blog.telemetry.logs import Json, WithRequestId
from blog.telemetry.measuring import measuring
from blog.telemetry.middleware import TelemetryMiddleware, is_from_staff
from tests.factories import make_post, make_staff

pytestmark = pytest.mark.django_db
OURS = "blog.telemetry.requests"


@pytest.fixture
def lines():
    """The log as LOG_FORMAT=json writes it; a function that reads what is there of one logger."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(WithRequestId())
    handler.setFormatter(Json())
    logging.getLogger().addHandler(handler)

    def read(logger: str = OURS) -> list[dict]:
        records = [json.loads(line) for line in stream.getvalue().splitlines()]
        return [record for record in records if record["logger"] == logger]

    yield read
    logging.getLogger().removeHandler(handler)


def test_each_request_is_one_line_with_what_it_cost(client, lines):
    post = make_post()
    response = client.get(post.get_absolute_url())
    (line,) = lines()
    assert (line["method"], line["status"], line["view"]) == ("GET", 200, "post")
    assert line["path"] == post.get_absolute_url()
    assert line["request_id"] == response["X-Request-ID"]
    assert line["ms"] >= line["queries_ms"] > 0


def test_the_number_in_the_log_is_the_number_of_queries(client, lines, django_assert_max_num_queries):
    make_post()
    before = list(connection.execute_wrappers)
    with django_assert_max_num_queries(100) as asked:
        client.get("/")
    assert lines()[0]["queries"] == len(asked)
    assert connection.execute_wrappers == before


def test_a_wrapper_that_comes_during_a_request_stays_and_ours_goes():
    before = list(connection.execute_wrappers)

    def stays(execute, *arguments):
        return execute(*arguments)

    with measuring("some-id-1234", "view"):
        connection.execute_wrappers.append(stays)
    assert connection.execute_wrappers == [*before, stays]
    connection.execute_wrappers.remove(stays)


@pytest.mark.parametrize("given", ["0a1b2c3d4e5f", "Root-1.67891233-abcdef01"])
def test_a_sane_id_of_a_proxy_is_taken_over(client, lines, given):
    assert client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"] == given
    assert lines()[0]["request_id"] == given


@pytest.mark.parametrize("given", ["", "short", "a" * 65, "abcdefgh\r\nA: x", "規制" * 4, "<script>alert(1)"])
def test_an_id_that_is_not_sane_is_replaced(client, given):
    response = client.get("/healthz", headers={"X-Request-ID": given})
    assert re.fullmatch(r"[0-9a-f]{32}", response["X-Request-ID"])


def test_every_record_of_a_request_has_its_id_and_no_other_record_has_it(client, lines):
    def view(request):
        logging.getLogger("somewhere.else").warning("deep inside")
        return HttpResponse()

    request = RequestFactory().get("/", headers={"X-Request-ID": "inside-1234"})
    TelemetryMiddleware(view)(request)
    logging.getLogger("somewhere.else").warning("afterwards")
    assert [line["request_id"] for line in lines("somewhere.else")] == ["inside-1234", "-"]


def test_nothing_that_belongs_to_the_reader_is_written_down(client, lines):
    make_post()
    client.cookies["session"] = "cookie-secret"
    client.get("/search/", {"q": "わたしの病気"}, REMOTE_ADDR="203.0.113.77", HTTP_USER_AGENT="Agent-77")
    client.get("/nowhere/", {"q": "わたしの病気"}, REMOTE_ADDR="203.0.113.77")
    written = json.dumps([lines(), lines("django.request")], ensure_ascii=False)
    for secret in ("わたしの病気", "203.0.113.77", "Agent-77", "cookie-secret", "%E3%82%8F"):
        assert secret not in written
    assert [line["path"] for line in lines()] == ["/search/", "/nowhere/"]


@pytest.mark.parametrize("secret", ["/preview/{}/", "/admin/password_reset/MQ/{}/"])
@pytest.mark.parametrize("redirects", [False, True])
def test_an_address_that_is_a_secret_is_written_as_its_pattern(client, lines, settings, secret, redirects):
    """Also when a middleware answers before Django has looked at the address."""
    settings.SECURE_SSL_REDIRECT = redirects
    client.get(secret.format("t0k3n-of-somebody"))
    (line,) = lines()
    assert "t0k3n" not in json.dumps(line)
    assert "token>" in line["path"]


def test_a_path_cannot_forge_a_line(client, lines):
    client.get("/a%0A2026 INFO forged/")
    (line,) = lines()
    assert line["path"] == "/a%0A2026%20INFO%20forged/"


def test_japanese_paths_stay_readable(client, lines):
    client.get("/tags/生成ai/")
    assert lines()[0]["path"] == "/tags/生成ai/"


def test_a_failure_is_a_line_too_and_its_traceback_has_the_same_id(client, lines, monkeypatch):
    def broken(*arguments, **keywords):
        raise ZeroDivisionError("broken")

    monkeypatch.setattr("blog.views.home.HomeView.get", broken)
    client.raise_request_exception = False
    assert client.get("/?q=わたしの病気").status_code == 500
    (line,), (error,) = lines(), lines("django.request")
    assert (line["status"], line["view"]) == (500, "home")
    assert "ZeroDivisionError: broken" in error["exc_info"]
    assert error["request_id"] == line["request_id"]
    assert "わたしの病気" not in json.dumps(error, ensure_ascii=False)


def test_the_databases_time_is_for_staff_alone(client, admin_client):
    make_post()
    assert "Server-Timing" not in client.get("/").headers
    timing = admin_client.get("/admin/").headers["Server-Timing"]
    found = re.fullmatch(
        r'db;desc="(\d+) queries";dur=([\d.]+), templates;dur=([\d.]+), total;dur=([\d.]+)', timing
    )
    queries, database, templates, total = map(float, found.groups())
    assert queries > 0 and templates > 0 and database + templates <= total + 0.2


def test_whoever_was_not_looked_up_for_the_page_is_not_looked_up_for_its_times(
    client, django_assert_num_queries
):
    client.force_login(make_staff())
    with django_assert_num_queries(0):
        assert "Server-Timing" not in client.get("/healthz").headers


def test_a_signed_in_reader_is_no_staff():
    request = RequestFactory().get("/")
    assert not is_from_staff(request)
    request.user = AnonymousUser()
    assert not is_from_staff(request)
    request.user = make_staff()
    assert is_from_staff(request)


def test_what_the_page_cache_says_is_in_the_line(client, lines):
    client.get("/healthz", **{"allforces.cache": "miss"})
    client.get("/healthz")
    view = TelemetryMiddleware(lambda request: HttpResponse(headers={"Cache-Status": "allforces; fwd=stale"}))
    view(RequestFactory().get("/"))
    assert [line["cache"] for line in lines()] == ["miss", "none", "stale"]


def test_a_slow_query_is_told_without_what_was_asked_for(client, lines, settings):
    settings.SLOW_QUERY_MS = 0.000001
    make_post()
    client.get("/search/", {"q": "わたしの病気"})
    slow = lines("blog.telemetry.queries")
    assert len(slow) == lines()[0]["queries"]
    assert {line["view"] for line in slow} == {"search"}
    assert slow[0]["request_id"] == lines()[0]["request_id"]
    assert slow[0]["sql"].startswith("SELECT")
    assert not re.search("わた|病気", json.dumps(slow, ensure_ascii=False))


def test_no_query_is_slow_when_nobody_asks(client, lines, settings):
    settings.SLOW_QUERY_MS = 0
    client.get("/")
    assert lines("blog.telemetry.queries") == []
