"""Which feeds there are: all of them, those of a post, and the one with a given key."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from blog.feeds.channels import (
    AuthorChannel,
    CategoryChannel,
    Channel,
    CorrectionsChannel,
    SubjectChannel,
    TagChannel,
)
from blog.models import Author, Category, Post, Tag
from blog.pagecache.keys import CATEGORIES, depends_on


def channel_for(key: str) -> Channel:
    """The channel with this key; ValueError if it is none."""
    kind, _slash, slug = key.partition("/")
    if key == Channel.key:
        return Channel()
    if key == CorrectionsChannel.key:
        return CorrectionsChannel()
    kinds = {"category": CategoryChannel, "author": AuthorChannel, "tag": TagChannel}
    if kind not in kinds or not slug:
        raise ValueError(f"There is no feed {key!r}.")
    return kinds[kind](slug)


@dataclass(frozen=True)
class Listing:
    """A feed in a list of feeds: what it is called, where its page is, and the feed itself."""

    name: str
    channel: Channel


def listings() -> dict[str, list[Listing]]:
    """Every feed that is offered, by kind; of tags and authors those with public posts, the fullest first."""
    depends_on(CATEGORIES)
    return {
        "site": [
            Listing(settings.SITE_NAME, Channel()),
            Listing(_("Corrections"), CorrectionsChannel()),
        ],
        "categories": _listings(CategoryChannel, Category.objects.all()),
        "authors": _listings(AuthorChannel, Author.objects.in_use()),
        "tags": _listings(TagChannel, Tag.objects.in_use().order_by("-public_posts", "name")),
    }


def channels_of(post: Post) -> list[Channel]:
    """The feeds that the post is in, while it is public."""
    channels = [Channel(), CorrectionsChannel()]  # for its corrections may be what has changed
    if post.category:
        channels.append(CategoryChannel(post.category.slug))
    if post.author:
        channels.append(AuthorChannel(post.author.slug))
    return [*channels, *(TagChannel(tag.slug) for tag in post.tags.all())]


def _listings(channel: type[SubjectChannel], rows) -> list[Listing]:
    found = []
    for row in rows:
        made = channel(row.slug)
        made.subject = row
        found.append(Listing(row.name, made))
    return found
