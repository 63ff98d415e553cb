"""What the name of an article's file means, and the parts of addresses made from it."""

import datetime
import re
import unicodedata
import uuid
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from blog.jekyll.documents import BadFileError

TOKYO = ZoneInfo("Asia/Tokyo")
POSTS, DRAFTS = "_posts", "_drafts"
_EXTENSIONS = {".md", ".markdown", ".mkd", ".mkdn", ".mkdown"}  # Jekyll's default `markdown_ext`
_DATED = re.compile(r"(\d{4}|\d{2})-(\d{1,2})-(\d{1,2})-(.*)", re.ASCII | re.DOTALL)
_KEPT_PUNCTUATION = frozenset("._~!$&'()+,;=@")  # Jekyll's SLUGIFY_PRETTY_REGEXP


@dataclass(frozen=True)
class FileName:
    """`_posts/2025-10-21-gpt-5-.md`: the folder, the date and the untrimmed slug (`gpt-5-`).

    `stem` is the name without its extension, by which articles refer to each other. `date` is None for a
    draft's name without one, and for a date that the calendar does not have.
    """

    is_draft: bool
    stem: str
    date: datetime.date | None
    slug: str


def is_markdown(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() in _EXTENSIONS


def parse_name(path: str) -> FileName:
    """`path` is relative to the site's folder. Raises BadFileError for a post's name without a date."""
    stem = unicodedata.normalize("NFC", PurePosixPath(path).stem)
    is_draft = PurePosixPath(path).parts[0] == DRAFTS
    dated = _DATED.fullmatch(stem)
    if not dated:
        if not is_draft:
            raise BadFileError(
                None, _("The name of the file must begin with a date, as in 2025-10-21-title.md.")
            )
        return FileName(is_draft, stem, None, stem)
    year, month, day, slug = dated.groups()
    try:
        date = datetime.date(int(year) + 2000 * (len(year) == 2), int(month), int(day))
    except ValueError:
        date = None
    return FileName(is_draft, stem, date, slug)


def title_slug(text: str) -> str:
    """Jekyll's `:title`: runs of anything but letters, marks, digits and `._~!$&'()+,;=@` become a hyphen.

    One hyphen at either end is dropped; upper case stays (`Utils.slugify`, mode "pretty", cased).
    """
    text = unicodedata.normalize("NFC", text)
    kept = "".join(c if c in _KEPT_PUNCTUATION or _is_alnum(c) else "-" for c in text)
    return re.sub(r"-+", "-", kept).strip("-")


def _is_alnum(character: str) -> bool:
    """Ruby's [[:alnum:]] for Unicode: letters, marks, decimal digits and letter numbers (Ⅳ)."""
    category = unicodedata.category(character)
    return category[0] in "LM" or category in {"Nd", "Nl"}


def address_date(moment: datetime.datetime) -> datetime.date:
    """The date in the address of an article: that of Tokyo, whatever offset its date was written with."""
    return moment.astimezone(TOKYO).date()


def stand_in_title(body: str, name: FileName) -> str:
    """A title where the given one is empty: the first heading, else what Jekyll makes of the file's name."""
    heading = re.search(r"^#{1,6}[ \t]*([^#\s].*)", body, re.MULTILINE)
    text = heading[1][:200] if heading else ""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)|[*`]|\s+#+\s*$", r"\1", text).strip()
    return text or " ".join(word.capitalize() for word in name.slug.split("-")).strip() or name.stem


def article_path(date: datetime.date, slug: str) -> str:
    """The site's form of an address: `/2025/10/21/slug/`."""
    return f"/{date.year:04}/{date.month:02}/{date.day:02}/{slug}/"


def file_aliases(name: FileName, moment: datetime.datetime | None, slug: str) -> list[str]:
    """The addresses by which articles link to this one although it never was there.

    They take the date from the file's name instead of that of `moment`, the article's date, or keep the
    hyphens that Jekyll trims. One of them may be the true address. There are none if the front matter gives
    another `slug` than the file's name.
    """
    if title_slug(name.slug) != slug:
        return []
    days = dict.fromkeys(day for day in (name.date, moment and address_date(moment)) if day)
    return [article_path(day, part) for day in days for part in dict.fromkeys((name.slug, slug))]


def derived_guid(base: str, address: str | None, source_name: str) -> str:
    """The GUID of an article that names none: its address as an absolute URL, percent-encoded.

    An article without an address, or with one too long to be stored, gets a UUID made from its file's name.
    """
    url = base + quote(address, safe="/~!$&'()+,;=@:*") if address else ""
    if not url or len(url) > 500:
        return uuid.uuid5(uuid.NAMESPACE_URL, f"{base}/{source_name}").urn
    return url
