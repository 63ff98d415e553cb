"""The formats in which each feed can be had, by the ending of its address."""

from dataclasses import dataclass

from django.utils.feedgenerator import SyndicationFeed

from blog.feeds.formats.atom import ArticleAtom
from blog.feeds.formats.jsonfeed import ArticleJson
from blog.feeds.formats.rss import ArticleRss

__all__ = ["FORMATS", "Format"]


@dataclass(frozen=True)
class Format:
    """`url_suffix` is what the name of the feed's address ends in: `category_feed`, `category_feed_atom`."""

    extension: str
    name: str
    media_type: str
    writer: type[SyndicationFeed]

    @property
    def url_suffix(self) -> str:
        return "" if self.extension == "xml" else f"_{self.extension}"


FORMATS = {
    form.extension: form
    for form in (
        Format("xml", "RSS", "application/rss+xml", ArticleRss),
        Format("atom", "Atom", "application/atom+xml", ArticleAtom),
        Format("json", "JSON Feed", "application/feed+json", ArticleJson),
    )
}
