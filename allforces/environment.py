"""Reading the environment strictly: a typo stops the start, with the name and the remedy."""

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

VARIABLES = (
    "SECRET_KEY",
    "DEBUG",
    "ALLOWED_HOSTS",
    "SITE_URL",
    "SITE_NAME",
    "SITE_DESCRIPTION",
    "SITE_X_ACCOUNT",
    "DATABASE_URL",
    "DATABASE_POOL",
    "DATABASE_REPLICA_URL",
    "CACHE_URL",
    "EMAIL_URL",
    "STAFF_SECOND_FACTOR",
    "TRUSTED_PROXIES",
    "MEDIA_ROOT",
    "MEDIA_BUCKET_URL",
    "STATIC_ROOT",
    "WEBSUB_HUBS",
    "INDEXNOW_KEY",
    "INDEXNOW_ENDPOINT",
    "SITEMAP_PINGS",
    "LANGUAGE_CODE",
    "LOG_LEVEL",
    "OUTBOX_LATE_MINUTES",
    "PORT",
)

_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def refuse_misspelt(names: Mapping[str, str]) -> None:
    """Raise ImproperlyConfigured if a variable looks like a misspelling of one of ours (ALLOWED_HOST)."""
    for name in names:
        if name in VARIABLES or len(name) < 8:
            continue
        close = difflib.get_close_matches(name, VARIABLES, n=1, cutoff=0.93)
        if close:
            raise ImproperlyConfigured(f"{name} is not a setting. Did you mean {close[0]}?")


def boolean(name: str, value: str) -> bool:
    """`True`/`1` or `False`/`0` in any case; anything else (`yes`, `on`, empty) is refused."""
    try:
        return _BOOLEANS[value.strip().lower()]
    except KeyError:
        raise ImproperlyConfigured(f"{name}={value!r} is neither True nor False.") from None


def choice(name: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise ImproperlyConfigured(f"{name}={value!r} must be one of {', '.join(choices)}.")
    return value


def count(name: str, value: str) -> int:
    """A number from 0; anything else is refused."""
    if not re.fullmatch(r"[0-9]{1,2}", value.strip()):
        raise ImproperlyConfigured(f"{name}={value!r} must be a number, as in 1.")
    return int(value)


def addresses(name: str, values: list[str]) -> list[str]:
    """Absolute http(s) addresses."""
    for value in values:
        if urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).netloc:
            raise ImproperlyConfigured(f"{name}: {value!r} is no http or https address.")
    return values


def indexnow_key(value: str) -> str:
    """8 to 128 of a-z, A-Z, 0-9 and `-` (https://www.indexnow.org/documentation), or empty."""
    if value and not re.fullmatch(r"[A-Za-z0-9-]{8,128}", value):
        raise ImproperlyConfigured("INDEXNOW_KEY must have 8 to 128 letters, digits or hyphens.")
    return value


def site_url(value: str) -> str:
    """Scheme and host of every absolute link, without a trailing slash: `https://news.example.jp`."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ImproperlyConfigured(
            f"SITE_URL={value!r} must be a scheme and a host, as in https://example.jp"
        )
    return f"{parts.scheme}://{parts.netloc}"


def secret_key(environment: Mapping[str, str], key_file: Path) -> str:
    """The SECRET_KEY variable, or what `make setup` left in `key_file`. There is no default."""
    key = environment.get("SECRET_KEY", "")
    if not key and key_file.is_file():
        key = key_file.read_text().strip()
    if len(key) < 32 or re.search(r"\s", key):
        raise ImproperlyConfigured(
            "SECRET_KEY must be set to at least 32 characters without white space "
            f"(`make setup` generates one in {key_file.parent.name}/{key_file.name})."
        )
    return key
