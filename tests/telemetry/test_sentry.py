"""blog/telemetry/sentry.py: what is sent, to a transport that keeps it."""

import json
import logging
import re

import pytest
import sentry_sdk
from sentry_sdk.transport import Transport

from blog.telemetry import sentry
from blog.telemetry.measuring import measuring
from tests.factories import make_post, make_staff

pytestmark = pytest.mark.django_db


class Kept(Transport):
    """Takes envelopes and sends none."""

    envelopes = []

    def capture_envelope(self, envelope):
        self.envelopes.append(envelope.serialize())


@pytest.fixture
def sent():
    """What was sent, as a function that gives the events; and the bytes as `sent.raw()`."""
    Kept.envelopes = []
    sentry.start("https://key@sentry.example/1", "news.example.jp", transport=Kept)
    handler = sentry.Handler()
    logging.getLogger().addHandler(handler)

    def events() -> list[dict]:
        return [json.loads(envelope.split(b"\n")[2]) for envelope in Kept.envelopes]

    events.raw = lambda: b"".join(Kept.envelopes).decode()
    yield events
    logging.getLogger().removeHandler(handler)
    sentry_sdk.init(default_integrations=False)


@pytest.fixture
def broken(monkeypatch, client):
    """The search fails, with the reader's words in local variables and in the exception."""

    def get(self, request):
        words, host = request.GET["q"], "example.jp"
        raise ValueError(f"reader@{host} is taken\nDETAIL: Key (words)=({words}) already exists.")

    monkeypatch.setattr("blog.views.search.SearchView.get", get)
    client.raise_request_exception = False


def test_an_exception_is_sent_with_the_request_it_belongs_to(client, sent, broken):
    response = client.get("/search/?q=x")
    (event,) = sent()
    (exception,) = event["exception"]["values"]
    assert (exception["type"], exception["value"]) == ("ValueError", "…@… is taken")
    assert exception["stacktrace"]["frames"][-1]["function"] == "get"
    assert event["tags"] == {"request_id": response["X-Request-ID"], "view": "search"}
    assert event["environment"] == "news.example.jp"


def test_nothing_that_belongs_to_a_person_is_sent(client, sent, broken):
    client.force_login(make_staff("hanako"))
    client.cookies["other"] = "cookie-secret"
    client.get(
        "/search/?q=%E3%82%8F%E3%81%9F%E3%81%97",
        headers={"User-Agent": "Agent-77", "Authorization": "Basic abc"},
        REMOTE_ADDR="203.0.113.77",
    )
    assert len(sent()) == 1
    raw = sent.raw() + json.dumps(sent(), ensure_ascii=False)
    assert not re.search(
        r"わたし|u308f|%E3|203\.0\.113|Agent-77|cookie-secret|hanako|Basic abc|reader@ex", raw
    )
    assert not {"request", "user", "extra", "breadcrumbs"} & set(sent()[0])


def test_a_request_that_goes_well_sends_nothing(client, sent):
    make_post()
    client.get("/")
    client.get("/nowhere/")
    client.get("/", HTTP_HOST="scanner.example")
    assert sent() == []


def test_the_parameters_of_a_message_are_not_sent(sent):
    with measuring("task-12345", "mail"):
        logging.getLogger("blog.somewhere").error("%s was refused", "hanako@example.jp")
    (event,) = sent()
    assert event["logentry"] == {"message": "%s was refused"}
    assert event["tags"] == {"request_id": "task-12345", "view": "mail"}
    assert "hanako" not in sent.raw()
