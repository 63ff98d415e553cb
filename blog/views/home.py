"""The front page."""

from itertools import groupby

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.http import HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from blog import structured_data
from blog.listing import Listing
from blog.models import Category, Post
from blog.prepared import prepared
from blog.views.head import Head
from blog.views.lists import PostListView

STORIES_A_SECTION = 3
CARDS = 6


class HomeView(PostListView):
    """Newest first, led by the newest featured post or else the newest of all; below, older ones by category.

    Later pages are plain lists.
    """

    url_name = "home"

    def get_queryset(self):
        return Listing()

    def get_template_names(self):
        return ["blog/home.html" if self.is_front else "blog/post_list.html"]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        self.is_front = context["page_obj"].number == 1
        if not self.is_front:
            return context | {"heading": _("Latest articles")}
        newest = context["posts"]
        others = featured_and_sections(newest)
        featured = [post for post in (*newest, *others) if post.featured]
        lead = max(featured, key=lambda post: post.published_at, default=newest[0] if newest else None)
        below = [post for post in newest if post != lead]
        headlines = max(STORIES_A_SECTION, len(below) - CARDS)
        return context | {
            "lead": lead,
            "headlines": below[:headlines],
            "cards": below[headlines:],
            "sections": by_category(post for post in others if post != lead),
        }

    def get_head(self, context):
        page = context["page_obj"]
        if page.number > 1:
            return Head(
                title=self.on_page(_("Latest articles"), page),
                description=self.on_page(settings.SITE_DESCRIPTION, page),
                url=self.canonical_url(page),
            )
        return Head(
            title=settings.SITE_NAME,
            description=settings.SITE_DESCRIPTION,
            url=self.canonical_url(page),
            things=(structured_data.website(), structured_data.organization()),
        )


def featured_and_sections(shown: list[Post]) -> list[Post]:
    """The newest featured post, and the newest of each category that are not `shown`; one query."""
    keys = {f"shown{number}": post.pk for number, post in enumerate(shown)}
    return _featured_and_sections(now=timezone.now(), **keys)


@prepared(Post)
def _featured_and_sections(*, now, **shown):
    public = Post.objects.public(now).newest_first()
    of_category = public.filter(category=OuterRef("pk")).exclude(pk__in=list(shown.values())).values("pk")
    wanted = [public.filter(featured=True).values("pk")[:1]]
    # A window function would say it shorter, and read the whole archive.
    wanted += [
        Category.objects.order_by().values(nth=Subquery(of_category[n : n + 1]))
        for n in range(STORIES_A_SECTION + 1)  # one of them may lead the page
    ]
    return Post.objects.with_card_data().in_any(*wanted).newest_first()


def by_category(posts) -> list[tuple[Category, list[Post]]]:
    """The posts of each category, in the categories' order; at most STORIES_A_SECTION each."""

    def place(post):
        return post.category.position, post.category.name

    filed = sorted((post for post in posts if post.category), key=place)
    groups = [list(stories) for _place, stories in groupby(filed, key=place)]
    return [(stories[0].category, stories[:STORIES_A_SECTION]) for stories in groups]


@require_safe
def old_home_page(request, page: int):
    """The old site's `/page2/`; `/page/1/` in turn leads to the front page."""
    path = reverse("home_page", args=[page]) if page > 1 else reverse("home")
    return HttpResponsePermanentRedirect(path)
