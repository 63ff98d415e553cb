"""Errors go to the Sentry server that SENTRY_DSN names.

Only log records of level ERROR are sent: of each exception in a request Django makes one, and of each task
that is given up the outbox does. None of the SDK's integrations is used. They would follow every request and
query, which costs time, and collect what belongs to readers; so a request that goes well costs nothing.
"""

import logging
import re

import sentry_sdk
from sentry_sdk.integrations.logging import EventHandler

from blog.telemetry.measuring import current

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
KEPT = ("event_id", "timestamp", "level", "logger", "exception", "logentry", "platform", "release")
SCANNERS = "django.security.DisallowedHost"  # hosts that are not ours are asked for all day long


def start(dsn: str, environment: str, **options) -> None:
    sentry_sdk.init(
        dsn,
        environment=environment,
        default_integrations=False,
        auto_enabling_integrations=False,
        include_local_variables=False,
        max_breadcrumbs=0,
        before_send=without_personal_data,
        **options,
    )


class Handler(EventHandler):
    """A logging handler; does nothing before `start`."""

    def __init__(self):
        super().__init__(level=logging.ERROR)
        self.addFilter(lambda record: record.name != SCANNERS)


def without_personal_data(event: dict, hint: dict) -> dict:
    """Where it happened and what went wrong; neither request nor values of variables, and no addresses."""
    sent = {key: event[key] for key in KEPT if key in event}
    sent["environment"], sent["sdk"] = event.get("environment"), event.get("sdk")
    if "logentry" in sent:  # its parameters may be anything
        sent["logentry"] = {"message": _harmless(sent["logentry"].get("message"))}
    for exception in sent.get("exception", {}).get("values", []):
        exception["value"] = _harmless(exception.get("value"))
    if measure := current():
        sent["tags"] = {"request_id": measure.identity, "view": measure.view}
    return sent


def _harmless(text: str | None) -> str:
    """The first line, for in the second a database quotes the row; without addresses of mail."""
    return _MAIL.sub("…@…", (text or "").split("\n", 1)[0][:500])
