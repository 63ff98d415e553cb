"""A page of a channel as a document in one of the formats."""

import datetime
from io import StringIO

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from blog.addresses import absolute_url
from blog.feeds.channels import Channel
from blog.feeds.formats import Format

MINUTES_TO_KEEP = 30
ICON = "img/feed-icon.png"
_NEVER = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def page_address(channel: Channel, form: Format, page: int) -> str:
    """The absolute address of a page; the later ones are at `?page=2`."""
    asked = channel.query | ({"page": page} if page > 1 else {})
    address = absolute_url(channel.path(form))
    return f"{address}?{urlencode(asked)}" if asked else address


def channel_document(channel: Channel, form: Format, page: int, *, has_more: bool) -> bytes:
    """The feed's page with whole articles, and the way to its other pages."""
    return _document(
        form,
        channel.title,
        channel.description,
        absolute_url(channel.home),
        feed_url=page_address(channel, form, page),
        first_url=page_address(channel, form, 1),
        previous_url=page_address(channel, form, page - 1) if page > 1 else "",
        next_url=page_address(channel, form, page + 1) if has_more else "",
        entries=map(channel.entry, channel.rows_on(page)),
        hubs=settings.WEBSUB_HUBS if channel.key else [],  # nobody is told of what a search finds
    )


def refusal_document(form: Format, reason: str, address: str) -> bytes:
    """A feed without entries that says why, for readers that show what they get."""
    home = absolute_url(reverse("home"))
    return _document(form, reason, reason, home, feed_url=address, first_url=address)


def _document(
    form: Format, title: str, description: str, link: str, *, first_url: str, entries=(), hubs=(), **addresses
) -> bytes:
    feed = form.writer(
        title=title,
        description=description,
        link=link,
        language="ja",  # of the articles, whatever the interface speaks
        feed_copyright=_("© %(site)s") % {"site": settings.SITE_NAME},
        ttl=MINUTES_TO_KEEP,
        id=first_url,
        first_url=first_url,
        media_type=form.media_type,
        icon=absolute_url(static(ICON)),
        publisher=settings.SITE_NAME,
        home=absolute_url(reverse("home")),
        hubs=hubs,
        began=_NEVER,
        **{"previous_url": "", "next_url": ""} | addresses,
    )
    for entry in entries:
        feed.add_item(**entry)
    out = StringIO()
    feed.write(out, "utf-8")
    return out.getvalue().encode()
