"""RSS 2.0 with whole articles.

Rules: https://www.rssboard.org/rss-specification and https://www.rssboard.org/rss-profile.
"""

import re

from django.utils.feedgenerator import Rss201rev2Feed, rfc2822_date
from django.utils.xmlutils import SimplerXMLGenerator

ICON_SIDE = 144  # the most that RSS allows

# Everything but the characters of XML 1.0, section 2.2.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class XMLWriter(SimplerXMLGenerator):
    """Leaves out the characters that XML cannot hold, where Django's writer would raise."""

    def characters(self, content: str) -> None:
        super().characters(_NOT_XML.sub("", content))

    def startElement(self, name: str, attrs: dict) -> None:  # noqa: N802  the name is SAX's
        super().startElement(name, {key: _NOT_XML.sub("", value) for key, value in attrs.items()})


class ArticleRss(Rss201rev2Feed):
    """Adds the whole text (`content:encoded`), the channel's picture, and a truthful lastBuildDate."""

    def rss_attributes(self) -> dict:
        return super().rss_attributes() | {"xmlns:content": "http://purl.org/rss/1.0/modules/content/"}

    def write(self, outfile, encoding: str) -> None:
        writer = XMLWriter(outfile, encoding, short_empty_elements=True)
        writer.startDocument()
        writer.startElement("rss", self.rss_attributes())
        writer.startElement("channel", self.root_attributes())
        self.add_root_elements(writer)
        self.write_items(writer)
        writer.endElement("channel")
        writer.endElement("rss")

    def add_root_elements(self, handler: XMLWriter) -> None:
        feed = self.feed
        for name in ("title", "link", "description", "language", "ttl"):
            handler.addQuickElement(name, feed[name])
        if self.items:  # the parent would say now, and every poll would be news
            handler.addQuickElement("lastBuildDate", rfc2822_date(self.latest_post_date()))
        link = {"rel": "self", "type": "application/rss+xml", "href": feed["feed_url"]}
        handler.addQuickElement("atom:link", None, link)
        handler.startElement("image", {})
        for name in ("title", "link"):  # those of the channel, says the specification
            handler.addQuickElement(name, feed[name])
        handler.addQuickElement("url", feed["icon"])
        handler.addQuickElement("width", str(ICON_SIDE))
        handler.addQuickElement("height", str(ICON_SIDE))
        handler.endElement("image")

    def add_item_elements(self, handler: XMLWriter, item: dict) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content:encoded", item["content"])
