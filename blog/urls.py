"""Every public address (the table in the README). A list has its later pages at `page/2/` below it."""

from django.urls import path, register_converter

from blog import sitemaps, views
from blog.cards.views import card
from blog.corrections.views import CorrectionsView
from blog.feeds.catalogue import FeedsView, opml
from blog.feeds.channels import (
    AuthorChannel,
    CategoryChannel,
    Channel,
    CorrectionsChannel,
    SearchChannel,
    TagChannel,
)
from blog.feeds.formats import FORMATS, SMARTFORMAT
from blog.feeds.views import FeedView, OldCategoryFeed
from blog.pagecache.keys import POSTS, TEXTS
from blog.pagecache.policy import cached
from blog.workflow.views import SharedPreview

CARD_SECONDS = 12 * 60 * 60
FEED_SECONDS = 300  # for which a feed reader need not ask again


class Year:
    regex = "[0-9]{4}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int | str) -> str:
        return f"{int(value):04}"


class MonthOrDay(Year):
    regex = "[0-9]{2}"

    def to_url(self, value: int | str) -> str:
        return f"{int(value):02}"


class Slug:
    """May be Japanese. PostgreSQL refuses to look for a NUL."""

    regex = r"[^/\0]+"

    def to_python(self, value: str) -> str:
        return value

    to_url = to_python


register_converter(Slug, "word")
register_converter(Year, "yyyy")
register_converter(MonthOrDay, "dd")


def archive(prefix: str, view, name: str) -> list:
    """A list at `prefix`, and its later pages at `prefix` + `page/2/`."""
    return [
        path(prefix, cached(view, parameters=["page"]), name=name),
        path(f"{prefix}page/<int:page>/", cached(view), name=f"{name}_page"),
    ]


def feed(prefix: str, channel: type[Channel]) -> list:
    """The feed of what is at `prefix`, in each format. What searches find changes too much to be kept."""
    return [
        path(
            f"{prefix}feed.{form.extension}",
            FeedView.as_view(channel=channel, form=form)
            if channel is SearchChannel
            else cached_feed(FeedView.as_view(channel=channel, form=form)),
            name=channel.url_name + form.url_suffix,
        )
        for form in FORMATS.values()
    ]


def cached_feed(view):
    return cached(view, parameters=["page"], browser_seconds=FEED_SECONDS, for_programs=True)


urlpatterns = [
    *archive("", views.HomeView.as_view(), "home"),
    path("page<int:page>/", views.old_home_page),
    path("<yyyy:year>/<dd:month>/<dd:day>/<word:slug>/", cached(views.PostView.as_view()), name="post"),
    path(
        "<yyyy:year>/<dd:month>/<dd:day>/<word:slug>/card-<slug:shown>.png",
        cached(card, browser_seconds=CARD_SECONDS),
        name="card",
    ),
    *archive("<yyyy:year>/<dd:month>/<dd:day>/", views.DayView.as_view(), "day"),
    *archive("<yyyy:year>/<dd:month>/", views.MonthView.as_view(), "month"),
    *archive("<yyyy:year>/", views.YearView.as_view(), "year"),
    path("archive/", cached(views.ArchiveView.as_view(), POSTS), name="archive"),
    *archive("category/<word:slug>/", views.CategoryView.as_view(), "category"),
    path("tags/", cached(views.TagsView.as_view(), POSTS), name="tags"),
    *archive("tags/<word:slug>/", views.TagView.as_view(), "tag"),
    path("authors/", cached(views.AuthorsView.as_view(), POSTS), name="authors"),
    *archive("authors/<word:slug>/", views.AuthorView.as_view(), "author"),
    *archive("corrections/", CorrectionsView.as_view(), "corrections"),
    path("search/", views.SearchView.as_view(), name="search"),
    path("search/suggestions/", views.search_suggestions, name="search_suggestions"),
    *feed("", Channel),
    *feed("category/<word:slug>/", CategoryChannel),
    *feed("tags/<word:slug>/", TagChannel),
    *feed("authors/<word:slug>/", AuthorChannel),
    *feed("corrections/", CorrectionsChannel),
    *feed("search/", SearchChannel),
    path("smartformat.xml", cached_feed(FeedView.as_view(form=SMARTFORMAT)), name="feed_smartformat"),
    path("feeds/", cached(FeedsView.as_view(), POSTS), name="feeds"),
    path("feeds.opml", cached(opml, POSTS, browser_seconds=FEED_SECONDS), name="opml"),
    path("feeds/<word:slug>.xml", OldCategoryFeed.as_view()),
    path("sitemap.xml", cached(sitemaps.index, TEXTS), name="sitemap"),
    path("news-sitemap.xml", cached(sitemaps.news, TEXTS, seconds=60), name="news_sitemap"),
    path(
        "sitemap-<str:section>.xml", cached(sitemaps.section, TEXTS, parameters=["p"]), name="sitemap_section"
    ),
    path("robots.txt", cached(views.robots), name="robots"),
    path("indexnow-key.txt", views.indexnow_key, name="indexnow_key"),
    path("site.webmanifest", cached(views.web_manifest), name="web_manifest"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("preview/<word:token>/", SharedPreview.as_view(), name="shared_preview"),
    path("media/<path:path>", views.media, name="media"),
    path("assets/<path:path>", views.old_asset),
    path("<slug:slug>/", cached(views.PageView.as_view()), name="page"),
]
