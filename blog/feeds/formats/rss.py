"""RSS 2.0 with whole articles.

Rules: https://www.rssboard.org/rss-specification and https://www.rssboard.org/rss-profile.
"""

from django.utils.feedgenerator import Rss201rev2Feed, rfc2822_date, rfc3339_date

from blog.feeds.formats.xml import MEDIA_RSS, XMLWriter, add_links, add_media

ICON_SIDE = 144  # the most that RSS allows


class ArticleRss(Rss201rev2Feed):
    """Adds the whole text (`content:encoded`), the pictures, the paging, and a truthful lastBuildDate."""

    def rss_attributes(self) -> dict:
        return super().rss_attributes() | {
            "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
            "xmlns:media": MEDIA_RSS,
        }

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
        handler.addQuickElement("copyright", feed["feed_copyright"])
        if self.items:  # the parent would say now, and every poll would be news
            handler.addQuickElement("lastBuildDate", rfc2822_date(self.latest_post_date()))
        add_links(handler, "atom:", feed)
        handler.startElement("image", {})
        for name in ("title", "link"):  # those of the channel, says the specification
            handler.addQuickElement(name, feed[name])
        handler.addQuickElement("url", feed["icon"])
        handler.addQuickElement("width", str(ICON_SIDE))
        handler.addQuickElement("height", str(ICON_SIDE))
        handler.endElement("image")

    def add_item_elements(self, handler: XMLWriter, item: dict) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("atom:updated", rfc3339_date(item["updateddate"]))
        add_media(handler, item)
        handler.addQuickElement("content:encoded", item["content"])
