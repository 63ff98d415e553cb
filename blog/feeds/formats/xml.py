"""What the XML formats share."""

import re

from django.utils.xmlutils import SimplerXMLGenerator

# Everything but the characters of XML 1.0, section 2.2.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

MEDIA_RSS = "http://search.yahoo.com/mrss/"


def without_forbidden(text: str) -> str:
    return _NOT_XML.sub("", text)


class XMLWriter(SimplerXMLGenerator):
    """Leaves out the characters that XML cannot hold, where Django's writer would raise."""

    def characters(self, content: str) -> None:
        super().characters(without_forbidden(content))

    def startElement(self, name: str, attrs: dict) -> None:  # noqa: N802  the name is SAX's
        super().startElement(name, {key: without_forbidden(value) for key, value in attrs.items()})


def add_links(handler: XMLWriter, prefix: str, feed: dict) -> None:
    """The feed's own address, its other pages (RFC 5005, section 3) and its hubs (WebSub, section 4)."""
    links = [("self", feed["feed_url"]), ("first", feed["first_url"])]
    links += [(rel, feed[f"{rel}_url"]) for rel in ("previous", "next") if feed[f"{rel}_url"]]
    for rel, href in links:
        handler.addQuickElement(f"{prefix}link", None, {"rel": rel, "type": feed["media_type"], "href": href})
    for hub in feed["hubs"]:
        handler.addQuickElement(f"{prefix}link", None, {"rel": "hub", "href": hub})


def add_media(handler: XMLWriter, item: dict) -> None:
    """The cover as Media RSS (https://www.rssboard.org/media-rss)."""
    cover = item["cover"]
    if cover is None:
        return
    attributes = {
        "url": cover.url,
        "fileSize": str(cover.size),
        "type": cover.media_type,
        "medium": "image",
        "width": str(cover.width),
        "height": str(cover.height),
    }
    handler.startElement("media:content", attributes)
    if cover.alt:
        handler.addQuickElement("media:description", cover.alt, {"type": "plain"})
    if cover.credit:
        handler.addQuickElement("media:credit", cover.credit)
    handler.endElement("media:content")
