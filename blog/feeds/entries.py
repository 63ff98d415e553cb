"""A post as the entry of a feed, whatever the format."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from django.utils.feedgenerator import Enclosure
from django.utils.html import escape

from blog.addresses import absolute_url
from blog.feeds.portable import corrections_html, cover_html, portable_html
from blog.media.pictures import EXTENSIONS
from blog.models import Correction, Image, Post

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

    `description` is the summary as HTML, `summary` as plain text. The corrections are those that were
    prefetched (see channels).
    """
    link = absolute_url(post.get_absolute_url())
    cover = Cover.of(post.cover) if post.cover else None
    summary = post.excerpt or post.description
    html = (cover_html(post.cover) if post.cover else "") + post.body_html
    html += corrections_html(post.corrections.all())
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
        "updateddate": post.changed_at,
        "enclosures": [Enclosure(cover.url, str(cover.size), cover.media_type)] if cover else [],
        "cover": cover,
    }


def correction_entry(note: Correction) -> dict:
    """A note as an entry of its own: a post may have several."""
    link, author = absolute_url(note.get_absolute_url()), note.post.author
    kind = str(note.get_kind_display())
    return {
        "title": f"{kind}: {note.post.title}",
        "link": link,
        "description": escape(note.plain_text),
        "summary": note.plain_text,
        "content": portable_html(note.html, link),
        "unique_id": f"{note.post.guid}#correction-{note.pk}",
        "unique_id_is_permalink": False,
        "author_name": author and author.name,
        "author_link": author and absolute_url(author.get_absolute_url()),
        "categories": [kind],
        "pubdate": note.published_at,
        "updateddate": note.published_at,
        "enclosures": [],
        "cover": None,
    }


def _subjects(post: Post) -> list[str]:
    names = [post.category.name] if post.category else []
    return list(dict.fromkeys(names + [tag.name for tag in post.tags.all()]))
