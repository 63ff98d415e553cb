"""What a page says about itself: to browsers, search engines and whoever shares it."""

from dataclasses import dataclass, field

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.generic.base import ContextMixin

from blog import structured_data
from blog.addresses import absolute_url
from blog.cards.addresses import card_path
from blog.cards.drawing import SIZE as CARD_SIZE
from blog.models import Author, Category, Image, Post, Tag


@dataclass(frozen=True)
class SharePicture:
    """The picture of a shared link, with an absolute URL."""

    url: str
    width: int
    height: int
    alt: str

    @classmethod
    def of(cls, image: Image | None) -> "SharePicture":
        """The image, or the site's own picture if there is none."""
        if image is None:
            return cls(absolute_url(static("img/share.png")), 1200, 630, settings.SITE_NAME)
        return cls(absolute_url(image.file.url), image.width, image.height, image.alt)

    @classmethod
    def of_post(cls, post: Post) -> "SharePicture":
        """Its cover, or else a card with its headline."""
        if post.cover or not post.is_public:
            return cls.of(post.cover)
        return cls(absolute_url(card_path(post)), *CARD_SIZE, post.title)


@dataclass(frozen=True)
class Feed:
    """A feed that a page names; `path` is that of its RSS."""

    title: str
    path: str
    media_type: str = "application/rss+xml"

    @property
    def versions(self) -> list["Feed"]:
        """The same feed in each format (blog/feeds/formats)."""
        stem = self.path.removesuffix(".xml")
        return [
            self,
            Feed(f"{self.title} (Atom)", f"{stem}.atom", "application/atom+xml"),
            Feed(f"{self.title} (JSON Feed)", f"{stem}.json", "application/feed+json"),
        ]

    @classmethod
    def of(cls, subject: Category | Tag | Author) -> "Feed":
        return cls(
            f"{settings.SITE_NAME}: {subject.name}", reverse(f"{subject.url_name}_feed", args=[subject.slug])
        )


@dataclass(frozen=True, kw_only=True)
class Head:
    """`url` is the canonical one, absolute; a page without an address of its own (an error) has none.

    `trail` leads from the front page, which it leaves out, to this page: (name, path) pairs.
    `things` are schema.org objects. `noindex` also leaves the address out of shared links.
    """

    title: str
    description: str
    url: str = ""
    picture: SharePicture = field(default_factory=lambda: SharePicture.of(None))
    kind: str = "website"
    noindex: bool = False
    feed: Feed | None = None
    trail: tuple[tuple[str, str], ...] = ()
    things: tuple[dict, ...] = ()

    @property
    def full_title(self) -> str:
        if self.title == settings.SITE_NAME:
            return f"{settings.SITE_NAME} | {settings.SITE_DESCRIPTION}"
        return f"{self.title} | {settings.SITE_NAME}"

    @property
    def feeds(self) -> list[Feed]:
        """The feed of the page's own subject, if it has one, and the site's; each in every format."""
        feeds = (self.feed, Feed(settings.SITE_NAME, reverse("feed")))
        return [version for feed in feeds if feed for version in feed.versions]

    @property
    def json_ld(self) -> SafeString | str:
        things = self.things
        if self.trail:
            things = (*things, structured_data.breadcrumbs(self.trail))
        return structured_data.as_script_text(*things) if things else ""


class HeadMixin(ContextMixin):
    """Puts `head` into the context. The view says in `get_head` what it is made of."""

    def get_head(self, context: dict) -> Head:
        raise NotImplementedError

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"head": self.get_head(context)}
