"""What each feed is about, and which posts are in it. How it is written and sent is another matter."""

from dataclasses import dataclass

from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from blog.feeds.formats import Format
from blog.models import Author, Category, Post, Tag
from blog.querysets import PostQuerySet

PAGE_LENGTH = 20


class Channel:
    """The site's own feed; `slug` is that of the subject, for the others.

    `key` names the feed where something is kept about it; None for feeds that anybody can make up.
    """

    url_name = "feed"
    key: str | None = "site"
    subject_fields: tuple[str, ...] = ()  # of a post, that the channel itself tells of

    @property
    def title(self) -> str:
        return settings.SITE_NAME

    @property
    def description(self) -> str:
        return settings.SITE_DESCRIPTION

    @property
    def home(self) -> str:
        """The path of the page that the feed belongs to."""
        return reverse("home")

    @property
    def place(self) -> dict:
        """The arguments of the feed's address."""
        return {}

    @property
    def query(self) -> dict:
        return {}

    def path(self, form: Format) -> str:
        return reverse(self.url_name + form.url_suffix, kwargs=self.place)

    def candidates(self) -> PostQuerySet:
        """The channel's posts before the gate."""
        return Post.objects.all()

    def posts(self) -> PostQuerySet:
        """The public posts of the channel, the newest first."""
        return self.candidates().public().newest_first()

    def require(self) -> None:
        """Raises Http404 if there is no such feed."""


class SubjectChannel(Channel):
    """The feed of one category, tag or author.

    Without a public post that of a tag or author is missing, as its archive is: the name might tell what is
    to come. Categories are no secret, and their subscribers keep an empty feed.
    """

    model: type
    empty_is_missing = True

    def __init__(self, slug: str):
        self.slug = slug

    @cached_property
    def subject(self):
        return get_object_or_404(self.model, slug=self.slug)

    @property
    def key(self) -> str:
        return f"{self.model._meta.model_name}/{self.slug}"

    @property
    def place(self) -> dict:
        return {"slug": self.slug}

    @property
    def title(self) -> str:
        return f"{self.subject.name} | {settings.SITE_NAME}"

    @property
    def description(self) -> str:
        return _("Articles: %(name)s") % {"name": self.subject.name}

    @property
    def home(self) -> str:
        return self.subject.get_absolute_url()

    def require(self) -> None:
        if self.subject is None or (self.empty_is_missing and not self.posts().exists()):
            raise Http404(_("There is nothing here."))


class CategoryChannel(SubjectChannel):
    model = Category
    url_name = "category_feed"
    subject_fields = ("category__name", "category__description")
    empty_is_missing = False

    @property
    def description(self) -> str:
        return self.subject.description or super().description

    def candidates(self):
        return Post.objects.filter(category__slug=self.slug)


class TagChannel(SubjectChannel):
    model = Tag
    url_name = "tag_feed"
    subject_fields = ("tagged_posts__tag__name",)

    def candidates(self):
        return Post.objects.filter(tagged_posts__tag__slug=self.slug)


class AuthorChannel(SubjectChannel):
    model = Author
    url_name = "author_feed"

    def candidates(self):
        return Post.objects.filter(author__slug=self.slug)


@dataclass(frozen=True)
class Listing:
    """A feed in a list of feeds: what it is called, where its page is, and the feed itself."""

    name: str
    channel: Channel


def listings() -> dict[str, list[Listing]]:
    """Every feed that is offered, by kind; of tags and authors those with public posts, the fullest first."""
    return {
        "site": [Listing(settings.SITE_NAME, Channel())],
        "categories": _listings(CategoryChannel, Category.objects.all()),
        "authors": _listings(AuthorChannel, Author.objects.in_use()),
        "tags": _listings(TagChannel, Tag.objects.in_use().order_by("-public_posts", "name")),
    }


def channels_of(post: Post) -> list[Channel]:
    """The feeds that the post is in, while it is public."""
    channels = [Channel()]
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
