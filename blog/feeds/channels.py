"""What each feed is about, and which posts are in it. How it is written and sent is another matter."""

import datetime

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from blog.feeds.comparing import CORRECTION_FIELDS, POST_FIELDS, with_words_of_others
from blog.feeds.entries import correction_entry, entry_of
from blog.feeds.formats import Format
from blog.listing import Listing, Scope
from blog.models import Author, Category, Correction, Post, Tag
from blog.pagecache.keys import CORRECTIONS, POSTS, members_key
from blog.querysets import PostQuerySet
from blog.search.query import clean
from blog.search.results import staff_filter

PAGE_LENGTH = 20


class BadQueryError(ValueError):
    """A search for nothing."""


class Channel:
    """The site's own feed; `slug` is that of the subject, for the others.

    `key` names the feed where something is kept about it; None for feeds that anybody can make up.
    """

    url_name = "feed"
    key: str | None = "site"
    subject_fields: tuple[str, ...] = ()  # of a post, that the channel itself tells of

    @property
    def surrogate_keys(self) -> list[str]:
        """On which the feed depends, beside the rows that are its entries."""
        return [POSTS]

    @classmethod
    def asked_for(cls, request, **place) -> "Channel":
        return cls(**place)

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

    def listing(self) -> Listing:
        """The public posts of the channel."""
        return Listing()

    def places(self, posts: PostQuerySet, start: int, stop: int) -> PostQuerySet:
        """Those of `posts` that stand at these places of the feed, the newest first."""
        return self.listing().rows(posts, start, stop)

    def moved_to(self) -> "Channel | None":
        """The feed at its present address, if this is a former one. Raises Http404 if there is none."""
        return None

    def require(self) -> None:
        """Raises Http404 if there is no such feed."""

    # What is in it, whatever it is

    list_template = "feeds/_posts.html"
    compared_fields = POST_FIELDS
    entry = staticmethod(entry_of)

    def compared(self, start: int, stop: int) -> QuerySet:
        """The rows that become entries at these places, newest first, with what `compared_fields` need."""
        return with_words_of_others(self.places(Post.objects.all(), start, stop))

    def rows_on(self, page: int) -> list:
        """The rows on a page (counted from 1), without the Markdown that they were made from."""
        start = (page - 1) * PAGE_LENGTH
        posts = Post.objects.select_related("category", "author", "cover")
        notes = Prefetch("corrections", Correction.objects.dated_until(timezone.now()))
        posts = posts.prefetch_related("tags", notes).defer("body", "toc", "front_matter")
        return list(self.places(posts, start, start + PAGE_LENGTH))

    def newest_at(self) -> datetime.datetime | None:
        """When the newest entry appeared."""
        return self.places(Post.objects.all(), 0, 1).values_list("published_at", flat=True).first()


class CorrectionsChannel(Channel):
    """Every correction, addition and update of the site, an entry for each."""

    url_name = "corrections_feed"
    key = "corrections"
    list_template = "feeds/_corrections.html"
    compared_fields = CORRECTION_FIELDS
    entry = staticmethod(correction_entry)

    @property
    def title(self) -> str:
        return f"{_('Corrections')} | {settings.SITE_NAME}"

    @property
    def description(self) -> str:
        text = _("What %(site)s has corrected, added or updated in its articles after publication.")
        return text % {"site": settings.SITE_NAME}

    @property
    def home(self) -> str:
        return reverse("corrections")

    @property
    def surrogate_keys(self):
        return [CORRECTIONS]

    def compared(self, start, stop):
        return Listing(Scope(Correction)).rows(Correction.objects.all(), start, stop)

    def rows_on(self, page):
        start = (page - 1) * PAGE_LENGTH
        notes = self.compared(start, start + PAGE_LENGTH).select_related("post", "post__author")
        return list(notes.defer(*(f"post__{name}" for name in ("body", "body_html", "toc", "front_matter"))))

    def newest_at(self):
        return self.compared(0, 1).values_list("published_at", flat=True).first()


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
        """The row to which the slug leads, also if it is no longer its own. Raises Http404."""
        row = self.model.objects.at([self.slug]).get(self.slug)
        if row is None:
            raise Http404(_("There is nothing here."))
        return row

    def listing(self):
        return Listing.at(self.model, self.slug)

    def moved_to(self):
        """The same feed at its present address, if this is a former one."""
        return type(self)(self.subject.slug) if self.subject.slug != self.slug else None

    @property
    def surrogate_keys(self):
        return [members_key(self.subject)]

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
        subject = self.subject  # raises Http404 if there is none
        if self.empty_is_missing and not self.listing().exists():
            raise Http404(f"{subject} has no public post.")


class CategoryChannel(SubjectChannel):
    model = Category
    url_name = "category_feed"
    subject_fields = ("category__name", "category__description")
    empty_is_missing = False

    @property
    def description(self) -> str:
        return self.subject.description or super().description


class TagChannel(SubjectChannel):
    model = Tag
    url_name = "tag_feed"
    subject_fields = ("tagged_posts__tag__name",)

    def places(self, posts, start, stop):
        # The one tagging that `subject_fields` tells of, not all of the post's.
        return super().places(posts, start, stop).filter(tagged_posts__tag__slug=self.slug)


class AuthorChannel(SubjectChannel):
    model = Author
    url_name = "author_feed"


class SearchChannel(Channel):
    """What a search finds, the newest first: an alert for a subject that has no tag.

    Raises BadQueryError for a query that asks for nothing.
    """

    url_name = "search_feed"
    key = None

    def __init__(self, typed: str):
        self.words = clean(typed)
        if not self.words:
            raise BadQueryError

    @classmethod
    def asked_for(cls, request):
        return cls(request.GET.get("q", ""))

    @property
    def query(self) -> dict:
        return {"q": self.words}

    @property
    def title(self) -> str:
        name = _("Search results for “%(query)s”") % {"query": self.words}
        return f"{name} | {settings.SITE_NAME}"

    @property
    def description(self) -> str:
        return _("New articles that hold these words: %(query)s") % {"query": self.words}

    @property
    def home(self) -> str:
        return f"{reverse('search')}?{urlencode(self.query)}"

    def places(self, posts, start, stop):
        found = Post.objects.filter(staff_filter(self.words, in_text=True)).public().newest_first()
        return posts.filter(pk__in=found.values("pk")[start:stop]).newest_first()
