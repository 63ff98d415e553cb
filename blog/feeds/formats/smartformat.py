"""SmartNews SmartFormat 2.1: RSS 2.0 with what SmartNews needs.

https://publishers.smartnews.com/hc/en-us/articles/360036526213 (elements, and the size recommended)
"""

from django.templatetags.static import static
from django.utils.feedgenerator import Rss201rev2Feed, rfc2822_date

from blog.addresses import absolute_url
from blog.feeds.formats.xml import MEDIA_RSS, XMLWriter

LOGO = "img/wordmark.png"
LOGO_DARK = "img/wordmark-dark.png"
MINUTES_TO_KEEP = 1


class SmartFormat(Rss201rev2Feed):
    def rss_attributes(self) -> dict:
        return {
            "version": self._version,
            "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
            "xmlns:dc": "http://purl.org/dc/elements/1.1/",
            "xmlns:media": MEDIA_RSS,
            "xmlns:snf": "http://www.smartnews.be/snf",
        }

    def write(self, outfile, encoding: str) -> None:
        writer = XMLWriter(outfile, encoding, short_empty_elements=True)
        writer.startDocument()
        writer.startElement("rss", self.rss_attributes())
        writer.startElement("channel", {})
        self.add_root_elements(writer)
        self.write_items(writer)
        writer.endElement("channel")
        writer.endElement("rss")

    def add_root_elements(self, handler: XMLWriter) -> None:
        feed = self.feed
        for name in ("title", "link", "description", "language"):
            handler.addQuickElement(name, feed[name])
        latest = self.latest_post_date() if self.items else feed["began"]
        handler.addQuickElement("pubDate", rfc2822_date(latest))
        handler.addQuickElement("copyright", feed["feed_copyright"])
        handler.addQuickElement("ttl", str(MINUTES_TO_KEEP))
        for element, picture in (("snf:logo", LOGO), ("snf:darkModeLogo", LOGO_DARK)):
            handler.startElement(element, {})
            handler.addQuickElement("url", absolute_url(static(picture)))
            handler.endElement(element)

    def add_item_elements(self, handler: XMLWriter, item: dict) -> None:
        handler.addQuickElement("title", item["title"])
        handler.addQuickElement("link", item["link"])
        handler.addQuickElement("guid", item["unique_id"], {"isPermaLink": "false"})
        handler.addQuickElement("pubDate", rfc2822_date(item["pubdate"]))
        if item["description"]:
            handler.addQuickElement("description", item["description"])
        if item["categories"]:
            handler.addQuickElement("category", ",".join(item["categories"]))
        if item["author_name"]:
            handler.addQuickElement("dc:creator", item["author_name"])
        if item["cover"]:
            handler.addQuickElement("media:thumbnail", None, {"url": item["cover"].url})
        handler.addQuickElement("content:encoded", item["content"])
