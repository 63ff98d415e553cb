"""What readers get at each address; the names are those that urls.py and settings refer to."""

from blog.views.archives import ArchiveView, DayView, MonthView, YearView
from blog.views.errors import not_found, server_error
from blog.views.files import media, old_asset
from blog.views.health import healthz, readyz
from blog.views.home import HomeView, old_home_page
from blog.views.machines import indexnow_key, robots, web_manifest
from blog.views.pages import PageView
from blog.views.posts import PostView
from blog.views.search import SearchView, search_suggestions
from blog.views.subjects import AuthorsView, AuthorView, CategoryView, TagsView, TagView

__all__ = [
    "ArchiveView",
    "AuthorView",
    "AuthorsView",
    "CategoryView",
    "DayView",
    "HomeView",
    "MonthView",
    "PageView",
    "PostView",
    "SearchView",
    "TagView",
    "TagsView",
    "YearView",
    "healthz",
    "indexnow_key",
    "media",
    "not_found",
    "old_asset",
    "old_home_page",
    "readyz",
    "robots",
    "search_suggestions",
    "server_error",
    "web_manifest",
]
