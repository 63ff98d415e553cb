"""A post as the entry of a feed, whatever the format."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from django.utils.feedgenerator import Enclosure
from django.utils.html import escape

from blog.addresses import absolute_url
from blog.feeds.portable import cover_html, portable_html
from blog.media.pictures import EXTENSIONS
from blog.models import Image, Post

MEDIA_TYPES = {f".{extension}": f"image/{name.lower()}" for name, extension in EXTENSIONS.items()}


@dataclass(frozen=True)
class Cover:
    """A cover as feeds tell of it: its absolute address, its size in bytes and in pixels."""

    url: str
    size: int
    media_type: str
    width: int
    height: int
    alt: str
    credit: str

    @classmethod
    def of(cls, image: Image) -> "Cover":
        return cls(
            url=absolute_url(image.file.url),
            size=image.size,
            media_type=MEDIA_TYPES[PurePosixPath(image.file.name).suffix],
            width=image.width,
            height=image.height,
            alt=image.alt,
            credit=image.credit,
        )


def entry_of(post: Post) -> dict:
    """The arguments of `SyndicationFeed.add_item`, and what our writers add: `content`, `summary`, `cover`.

    `description` is the summary as HTML, `summary` as plain text.
    """
    link = absolute_url(post.get_absolute_url())
    cover = Cover.of(post.cover) if post.cover else None
    summary = post.excerpt or post.description
    html = (cover_html(post.cover) if post.cover else "") + post.body_html
    return {
        "title": post.title,
        "link": link,
        "description": escape(summary) or None,
        "summary": summary,
        "content": portable_html(html, link),
        "unique_id": post.guid,
        "unique_id_is_permalink": False,  # it outlives changes of the address
        "author_name": post.author and post.author.name,
        "author_link": post.author and absolute_url(post.author.get_absolute_url()),
        "categories": _subjects(post),
        "pubdate": post.published_at,
        "updateddate": max(filter(None, [post.published_at, post.last_modified_at])),
        "enclosures": [Enclosure(cover.url, str(cover.size), cover.media_type)] if cover else [],
        "cover": cover,
    }


def _subjects(post: Post) -> list[str]:
    names = [post.category.name] if post.category else []
    return list(dict.fromkeys(names + [tag.name for tag in post.tags.all()]))
