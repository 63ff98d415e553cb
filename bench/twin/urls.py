"""The project's addresses; home, categories, tags, months and articles are answered by the plain views."""

from django.urls import include, path

from bench.twin import views
from blog import urls as ours

_PLAIN = {
    "home": views.HomeView,
    "category": views.CategoryView,
    "tag": views.TagView,
    "month": views.MonthView,
    "post": views.PostView,
}


def _plain(pattern):
    name = (pattern.name or "").removesuffix("_page")
    if name not in _PLAIN:
        return pattern
    return path(pattern.pattern._route, _PLAIN[name].as_view(), name=pattern.name)


urlpatterns = [path("", include([_plain(pattern) for pattern in ours.urlpatterns]))]
