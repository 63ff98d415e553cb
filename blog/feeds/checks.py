"""Whether a feed is what subscribers need: readable, complete, not too big. Looked at after each publication.

The rules are those of RSS 2.0 and its profile (rssboard.org), RFC 4287 and JSON Feed 1.1 that an article or a
setting could break; that our writers follow the formats is what the tests are for.
"""

import datetime
import json
from collections import Counter
from dataclasses import dataclass, field
from xml.etree import ElementTree

from django.utils import timezone
from django.utils.translation import gettext as _

from blog.feeds.channels import Channel
from blog.feeds.documents import channel_document
from blog.feeds.formats import FORMATS, Format
from blog.feeds.models import FeedCheck

LARGEST = 1_000_000  # bytes; SmartNews and several readers stop there
_ATOM = "{http://www.w3.org/2005/Atom}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"


@dataclass
class Reading:
    """What a reader finds in a document; dates as text, as they stand there."""

    title: str
    ids: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    contents: list[str] = field(default_factory=list)


def check_channel(channel: Channel) -> list[FeedCheck]:
    """Look at the first page of a feed in every format, and keep what was found."""
    newest = channel.newest_at()
    found = [_check(channel, form, newest) for form in FORMATS.values()]
    FeedCheck.objects.bulk_create(
        found,
        update_conflicts=True,
        unique_fields=["key", "extension"],
        update_fields=["checked_at", "entries", "newest_at", "size", "problems"],
    )
    return found


def _check(channel: Channel, form: Format, newest: datetime.datetime | None) -> FeedCheck:
    body = channel_document(channel, form, 1, has_more=False)
    entries, problems = problems_of(body, form)
    return FeedCheck(
        key=channel.key,
        extension=form.extension,
        checked_at=timezone.now(),
        entries=entries,
        newest_at=newest,
        size=len(body),
        problems=problems,
    )


def problems_of(body: bytes, form: Format) -> tuple[int, list[str]]:
    """The number of entries, and everything that would trouble a subscriber."""
    problems = []
    if len(body) > LARGEST:
        problems.append(_("Larger than 1 MB."))
    try:
        reading = _READERS[form.extension](body)
    except (ElementTree.ParseError, ValueError) as error:
        return 0, [*problems, _("It cannot be read: %(error)s") % {"error": error}]
    if not reading.title:
        problems.append(_("The feed has no title."))
    if not reading.ids:
        problems.append(_("It has no articles."))
    for identity, times in Counter(reading.ids).items():
        if times > 1:
            problems.append(_("Two articles have the same id: %(id)s") % {"id": identity})
    for title, link, content in zip(reading.titles, reading.links, reading.contents, strict=True):
        name = title or link
        if not title:
            problems.append(_("An article has no title: %(link)s") % {"link": link})
        if not link.startswith(("http://", "https://")):
            problems.append(_("A link is not absolute: %(name)s") % {"name": name})
        if not content.strip():
            problems.append(_("An article has no text: %(name)s") % {"name": name})
    return len(reading.ids), problems


def _read_rss(body: bytes) -> Reading:
    channel = ElementTree.fromstring(body).find("channel")  # noqa: S314  our own document
    items = channel.findall("item")
    return Reading(
        channel.findtext("title", ""),
        *([item.findtext(name, "") for item in items] for name in ("guid", "title", "link", _CONTENT)),
    )


def _read_atom(body: bytes) -> Reading:
    feed = ElementTree.fromstring(body)  # noqa: S314  our own document
    entries = feed.findall(f"{_ATOM}entry")
    return Reading(
        feed.findtext(f"{_ATOM}title", ""),
        [entry.findtext(f"{_ATOM}id", "") for entry in entries],
        [entry.findtext(f"{_ATOM}title", "") for entry in entries],
        [entry.find(f"{_ATOM}link").get("href") for entry in entries],
        [entry.findtext(f"{_ATOM}content", "") for entry in entries],
    )


def _read_json(body: bytes) -> Reading:
    document = json.loads(body)
    items = document["items"]
    return Reading(
        document.get("title", ""),
        *([item.get(name, "") for item in items] for name in ("id", "title", "url", "content_html")),
    )


_READERS = {"xml": _read_rss, "atom": _read_atom, "json": _read_json}
