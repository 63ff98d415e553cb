"""Atom 1.0 (RFC 4287) with whole articles."""

from django.utils.feedgenerator import Atom1Feed, rfc3339_date

from blog.feeds.formats.xml import MEDIA_RSS, XMLWriter, add_links, add_media


class ArticleAtom(Atom1Feed):
    """Django's writer leaves out most of what the format can say, so its elements are written here."""

    def root_attributes(self) -> dict:
        return super().root_attributes() | {"xmlns:media": MEDIA_RSS}

    def write(self, outfile, encoding: str) -> None:
        writer = XMLWriter(outfile, encoding, short_empty_elements=True)
        writer.startDocument()
        writer.startElement("feed", self.root_attributes())
        self.add_root_elements(writer)
        self.write_items(writer)
        writer.endElement("feed")

    def add_root_elements(self, handler: XMLWriter) -> None:
        feed = self.feed
        handler.addQuickElement("id", feed["id"])
        handler.addQuickElement("title", feed["title"])
        handler.addQuickElement("subtitle", feed["description"])
        # `updated` is required; an empty feed has not changed since its subject was made.
        latest = self.latest_post_date() if self.items else feed["began"]
        handler.addQuickElement("updated", rfc3339_date(latest))
        handler.addQuickElement("link", None, {"rel": "alternate", "type": "text/html", "href": feed["link"]})
        add_links(handler, "", feed)
        handler.startElement("author", {})
        handler.addQuickElement("name", feed["publisher"])
        handler.addQuickElement("uri", feed["home"])
        handler.endElement("author")
        handler.addQuickElement("rights", feed["feed_copyright"])
        handler.addQuickElement("icon", feed["icon"])

    def add_item_elements(self, handler: XMLWriter, item: dict) -> None:
        handler.addQuickElement("id", item["unique_id"])
        handler.addQuickElement("title", item["title"])
        handler.addQuickElement("link", None, {"rel": "alternate", "type": "text/html", "href": item["link"]})
        handler.addQuickElement("published", rfc3339_date(item["pubdate"]))
        handler.addQuickElement("updated", rfc3339_date(item["updateddate"]))
        if item["author_name"]:
            handler.startElement("author", {})
            handler.addQuickElement("name", item["author_name"])
            handler.addQuickElement("uri", item["author_link"])
            handler.endElement("author")
        for name in item["categories"]:
            handler.addQuickElement("category", None, {"term": name})
        for enclosure in item["enclosures"]:
            attributes = {
                "rel": "enclosure",
                "type": enclosure.mime_type,
                "length": enclosure.length,
                "href": enclosure.url,
            }
            handler.addQuickElement("link", None, attributes)
        add_media(handler, item)
        if item["description"]:
            handler.addQuickElement("summary", item["description"], {"type": "html"})
        handler.addQuickElement("content", item["content"], {"type": "html"})
