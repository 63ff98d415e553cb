"""What the whole site says, beside its articles: `_config.yml` and the files in `_data`.

`_config.yml`: `url` (the origin of addresses, and so of GUIDs, unless `guid_url` names another), `timezone`,
`content_categories` (`name`, `slug`, `description`, in the order of the site).
`_data/authors.yml` (name → `slug`, `role`, `bio`), `_data/tags.yml` (name → `slug`),
`_data/pictures.yml` (path → `alt`, `credit`, `licence`, `notes`): what an export knows and the articles do
not say. Categories, authors and tags also have `aliases` (as tags are typed) and `old_slugs` (with spaces
between).
"""

import re
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.utils.translation import gettext as _

from blog import jekyll
from blog.addresses import TOKYO
from blog.importer.folder import SiteFolder
from blog.importer.report import Report

MAX_BYTES = 4_000_000


@dataclass(frozen=True)
class Site:
    """The mappings hold the fields of rows by name or path."""

    zone: ZoneInfo = TOKYO
    origins: tuple[str, ...] = ()
    guid_url: str = ""
    categories: dict[str, dict[str, str]] = field(default_factory=dict)
    authors: dict[str, dict[str, str]] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    pictures: dict[str, dict[str, str]] = field(default_factory=dict)


def read_site(folder: SiteFolder, report: Report) -> Site:
    """Raises BadFileError for an unusable `_config.yml`: GUIDs and dates depend on it for good."""
    config = _config(folder)
    return Site(
        zone=_zone(config),
        origins=(_origin(config, "url"), _origin(config, "guid_url"), settings.SITE_URL),
        guid_url=_origin(config, "guid_url") or _origin(config, "url") or settings.SITE_URL,
        categories=_categories(config),
        authors=_rows(folder, "_data/authors.yml", report),
        tags=_rows(folder, "_data/tags.yml", report),
        pictures=_rows(folder, "_data/pictures.yml", report),
    )


def _config(folder: SiteFolder):
    if not folder.holds("_config.yml"):
        return jekyll.load_yaml("")
    return jekyll.load_yaml(jekyll.decode(folder.read("_config.yml", MAX_BYTES)).removeprefix("\ufeff"))


def _zone(config) -> ZoneInfo:
    name = config.values.get("timezone")
    if name is None:
        return TOKYO
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
        reason = _("The time zone “%(name)s” is not known.") % {"name": name}
        raise jekyll.BadFileError(config.lines["timezone"], reason) from error


def _origin(config, key: str) -> str:
    value = config.values.get(key) or ""
    if value and not (isinstance(value, str) and re.fullmatch(r"https?://[^\s/?#]+/?", value)):
        raise jekyll.BadFileError(
            config.lines[key], _("“%(key)s” must be a scheme and a host.") % {"key": key}
        )
    return value.rstrip("/")


def _categories(config) -> dict[str, dict[str, str]]:
    rows = config.values.get("content_categories") or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) and row.get("name") for row in rows):
        reason = _("“%(key)s” must be a list of entries with a name.") % {"key": "content_categories"}
        raise jekyll.BadFileError(config.lines["content_categories"], reason)
    return {str(row["name"]): _texts(row) for row in rows}


def _rows(folder: SiteFolder, path: str, report: Report) -> dict[str, dict[str, str]]:
    if not folder.holds(path):
        return {}
    try:
        rows = jekyll.load_yaml(jekyll.decode(folder.read(path, MAX_BYTES))).values
    except jekyll.BadFileError as error:
        report.problem(path, error.line, error.reason)
        return {}
    return {str(name): _texts(fields) for name, fields in rows.items() if isinstance(fields, dict)}


def _texts(fields: dict) -> dict[str, str]:
    return {str(key): str(value).strip() for key, value in fields.items() if value is not None}
