"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/) with whole articles."""

import json

from django.utils.feedgenerator import SyndicationFeed, rfc3339_date

from blog.feeds.formats.xml import without_forbidden


class ArticleJson(SyndicationFeed):
    content_type = "application/feed+json; charset=utf-8"

    def write(self, outfile, encoding: str) -> None:
        json.dump(_printable(self.document()), outfile, ensure_ascii=False, separators=(",", ":"))

    def document(self) -> dict:
        feed = self.feed
        document = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": feed["title"],
            "home_page_url": feed["link"],
            "feed_url": feed["feed_url"],
            "next_url": feed["next_url"],
            "description": feed["description"],
            "icon": feed["icon"],
            "language": feed["language"],
            "authors": [{"name": feed["publisher"], "url": feed["home"]}],
            "hubs": [{"type": "WebSub", "url": hub} for hub in feed["hubs"]],
            "_copyright": {"about": feed["home"], "text": feed["feed_copyright"]},
            "items": [self.article(item) for item in self.items],
        }
        return {key: value for key, value in document.items() if value or key == "items"}

    def article(self, item: dict) -> dict:
        article = {
            "id": item["unique_id"],
            "url": item["link"],
            "title": item["title"],
            "content_html": item["content"],
            "summary": item["summary"],
            "image": item["cover"] and item["cover"].url,
            "date_published": rfc3339_date(item["pubdate"]),
            "date_modified": rfc3339_date(item["updateddate"]),
            "authors": [{"name": item["author_name"], "url": item["author_link"]}]
            if item["author_name"]
            else [],
            "tags": item["categories"],
            "language": self.feed["language"],
            "attachments": [
                {"url": e.url, "mime_type": e.mime_type, "size_in_bytes": int(e.length)}
                for e in item["enclosures"]
            ],
        }
        return {key: value for key, value in article.items() if value or key == "content_html"}


def _printable(value):
    """JSON could hold control characters, but nobody could read them; the XML formats leave them out, too."""
    if isinstance(value, str):
        return without_forbidden(value)
    if isinstance(value, list):
        return [_printable(entry) for entry in value]
    if isinstance(value, dict):
        return {key: _printable(entry) for key, entry in value.items()}
    return value
