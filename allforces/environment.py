"""Reading the environment strictly: a typo stops the start, with the name and the remedy."""

import difflib
import importlib.util
import ipaddress
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
    "PAGE_CACHE_MB",
    "PAGE_SHARED_SECONDS",
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
    "CDN_PURGE",
    "CDN_PURGE_URL",
    "CDN_PURGE_METHOD",
    "CDN_SERVICE",
    "CDN_TOKEN",
    "CDN_SOFT_PURGE",
    "CDN_TAG_HEADER",
    "LANGUAGE_CODE",
    "LOG_LEVEL",
    "LOG_FORMAT",
    "SLOW_QUERY_MS",
    "METRICS_TOKEN",
    "METRICS_NETWORKS",
    "PROMETHEUS_MULTIPROC_DIR",
    "SENTRY_DSN",
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


def count(name: str, value: str, *, digits: int = 2) -> int:
    """A number from 0, of so many digits at most; anything else is refused."""
    if not re.fullmatch(rf"[0-9]{{1,{digits}}}", value.strip()):
        raise ImproperlyConfigured(f"{name}={value!r} must be a number, as in 1.")
    return int(value)


def addresses(name: str, values: list[str]) -> list[str]:
    """Absolute http(s) addresses."""
    for value in values:
        if urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).netloc:
            raise ImproperlyConfigured(f"{name}: {value!r} is no http or https address.")
    return values


def cdn(environment: Mapping[str, str]) -> dict[str, str | bool]:
    """The settings of the content delivery network; what is not set gets the vendor's own value."""
    given = {name: environment.get(name, "").strip() for name in VARIABLES if name.startswith("CDN_")}
    kind = choice("CDN_PURGE", given["CDN_PURGE"], ("", "generic", "fastly", "cloudflare"))
    needed = {"": (), "generic": ("CDN_PURGE_URL",)}.get(kind, ("CDN_SERVICE", "CDN_TOKEN"))
    for name in needed:
        if not given[name]:
            raise ImproperlyConfigured(f"CDN_PURGE={kind} needs {name}.")
    own = {"fastly": "https://api.fastly.com", "cloudflare": "https://api.cloudflare.com/client/v4"}
    url = given["CDN_PURGE_URL"] or own.get(kind, "")
    header = given["CDN_TAG_HEADER"] or ("Cache-Tag" if kind == "cloudflare" else "Surrogate-Key")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", header):
        raise ImproperlyConfigured(f"CDN_TAG_HEADER={header!r} is no name of a header.")
    return {
        **given,
        "CDN_PURGE_URL": addresses("CDN_PURGE_URL", [url])[0] if url else "",
        "CDN_PURGE_METHOD": choice(
            "CDN_PURGE_METHOD", given["CDN_PURGE_METHOD"] or "POST", ("POST", "PURGE")
        ),
        "CDN_SOFT_PURGE": boolean("CDN_SOFT_PURGE", given["CDN_SOFT_PURGE"] or "False"),
        "CDN_TAG_HEADER": header,
    }


def networks(name: str, values: list[str]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Networks as in `10.0.0.0/8` or `127.0.0.1`."""
    try:
        return [ipaddress.ip_network(value) for value in values]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}.") from None


def token(name: str, value: str) -> str:
    """A secret of at least 16 characters without white space, or empty."""
    if value and not re.fullmatch(r"[!-~]{16,}", value):
        raise ImproperlyConfigured(f"{name} must have at least 16 characters, without white space.")
    return value


def folder(value: str) -> str:
    """A folder, which is made if it is not there yet; or empty."""
    if value:
        Path(value).mkdir(parents=True, exist_ok=True)
    return value


def sentry_dsn(value: str) -> str:
    """An address with a key (`https://key@host/1`), or empty."""
    if value and not re.fullmatch(r"https?://[^@\s/]+@[^\s/]+/\S+", value):
        raise ImproperlyConfigured("SENTRY_DSN must be an address as in https://key@sentry.example/1.")
    if value and importlib.util.find_spec("sentry_sdk") is None:
        raise ImproperlyConfigured(
            "SENTRY_DSN needs the package sentry-sdk: `make setup .venv/.installed-server` installs it."
        )
    return value


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
