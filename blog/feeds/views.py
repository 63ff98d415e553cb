"""What each feed holds, and how it answers."""

from pathlib import PurePosixPath

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.decorators import method_decorator
from django.utils.feedgenerator import Enclosure
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from blog.addresses import absolute_url
from blog.feeds.portable import cover_html, portable_html
from blog.feeds.rss import ArticleRss
from blog.media.pictures import EXTENSIONS
from blog.models import Author, Category, Image, Post, Tag

LENGTH = 20
MINUTES_TO_KEEP = 30
ICON = "img/feed-icon.png"
MEDIA_TYPES = {f".{extension}": f"image/{name.lower()}" for name, extension in EXTENSIONS.items()}


class SiteFeed(Feed):
    """The newest public posts; the feeds of categories, tags and authors narrow them down."""

    feed_type = ArticleRss
    url_name = "feed"
    language = "ja"
    ttl = MINUTES_TO_KEEP
    item_guid_is_permalink = False  # it outlives changes of the address

    @method_decorator(require_safe)
    def __call__(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        response = super().__call__(request, *args, **kwargs)
        # No date tells that a post was withdrawn or deleted, or its category renamed. The bytes do.
        response.headers.pop("Last-Modified", None)
        set_response_etag(response)
        return get_conditional_response(request, etag=response["ETag"], response=response)

    # The channel

    def title(self, row) -> str:
        return settings.SITE_NAME

    def description(self, row) -> str:
        return settings.SITE_DESCRIPTION

    def link(self, row) -> str:
        return absolute_url(reverse("home"))

    def feed_url(self, row) -> str:
        return absolute_url(reverse(self.url_name))

    def feed_extra_kwargs(self, row) -> dict:
        return {"icon": absolute_url(static(ICON))}

    def posts(self, row):
        return Post.objects.all()

    def items(self, row):
        posts = self.posts(row).public().newest_first()
        joined = posts.select_related("category", "author", "cover").prefetch_related("tags")
        return joined.defer("body", "toc", "front_matter")[:LENGTH]

    # An item

    def item_title(self, post: Post) -> str:
        return post.title  # plain text, as the profile has it; the parent would escape it a second time

    def item_link(self, post: Post) -> str:
        return absolute_url(post.get_absolute_url())

    def item_description(self, post: Post) -> str | None:
        return escape(post.excerpt or post.description) or None

    def item_guid(self, post: Post) -> str:
        return post.guid

    def item_author_name(self, post: Post) -> str | None:
        return post.author and post.author.name

    def item_categories(self, post: Post) -> list[str]:
        names = [post.category.name] if post.category else []
        return list(dict.fromkeys(names + [tag.name for tag in post.tags.all()]))

    def item_pubdate(self, post: Post):
        return post.published_at

    def item_updateddate(self, post: Post):
        return post.last_modified_at

    def item_enclosures(self, post: Post) -> list[Enclosure]:
        return enclosures(post.cover) if post.cover else []

    def item_extra_kwargs(self, post: Post) -> dict:
        html = (cover_html(post.cover) if post.cover else "") + post.body_html
        return {"content": portable_html(html, self.item_link(post))}


class NamedFeed(SiteFeed):
    """The feed of one row that has a name and an archive. `model` and `url_name` say which.

    Without a public post it answers 404, as the archive does: the name might tell what is to come.
    """

    model: type
    empty_is_missing = True

    @method_decorator(require_safe)
    def __call__(self, request: HttpRequest, slug: str) -> HttpResponse:
        row = row_at(self.model, slug)
        if self.empty_is_missing and not self.posts(row).public().exists():
            raise Http404(_("There is nothing here."))
        if row.slug != slug:
            return HttpResponsePermanentRedirect(reverse(self.url_name, args=[row.slug]))
        return super().__call__(request, row=row)

    def get_object(self, request: HttpRequest, row):
        return row

    def title(self, row) -> str:
        return f"{row.name} | {settings.SITE_NAME}"

    def description(self, row) -> str:
        return _("Articles: %(name)s") % {"name": row.name}

    def link(self, row) -> str:
        return absolute_url(row.get_absolute_url())

    def feed_url(self, row) -> str:
        return absolute_url(reverse(self.url_name, args=[row.slug]))

    def posts(self, row):
        return row.posts.all()


class CategoryFeed(NamedFeed):
    """The categories are no secret, and their subscribers keep an empty feed."""

    model = Category
    url_name = "category_feed"
    empty_is_missing = False

    def description(self, category: Category) -> str:
        return category.description or super().description(category)


class AuthorFeed(NamedFeed):
    model = Author
    url_name = "author_feed"


class TagFeed(NamedFeed):
    model = Tag
    url_name = "tag_feed"

    def posts(self, tag: Tag):
        return Post.objects.filter(tagged_posts__tag=tag)


@require_safe
def old_category_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """The old site's `/feeds/tech.xml`."""
    category = row_at(Category, slug)
    return HttpResponsePermanentRedirect(reverse("category_feed", args=[category.slug]))


def row_at(model: type, slug: str):
    """The row to which the slug leads, if it is no longer its own, too."""
    row = model.objects.at([slug]).get(slug)
    if row is None:
        raise Http404(_("There is nothing here."))
    return row


def enclosures(cover: Image) -> list[Enclosure]:
    """The cover with its size in bytes and its media type."""
    media_type = MEDIA_TYPES[PurePosixPath(cover.file.name).suffix]
    return [Enclosure(absolute_url(cover.file.url), str(cover.size), media_type)]
