"""Search over title, excerpt and text."""

import unicodedata
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from blog.addresses import absolute_url
from blog.models import Post
from blog.views.head import Head
from blog.views.lists import PostListView

QUERY_LENGTH = 200
WORDS = 8


class SearchView(PostListView):
    """Posts that hold every word of `q`, newest first. Never indexed by search engines."""

    template_name = "blog/search.html"
    url_name = "search"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.query = clean_query(request.GET.get("q", ""))

    def get_queryset(self):
        words = self.query.split()[:WORDS]
        posts = Post.objects.public() if words else Post.objects.none()
        for word in words:
            posts = posts.filter(
                Q(title__icontains=word) | Q(excerpt__icontains=word) | Q(body__icontains=word)
            )
        return posts.newest_first()

    def page_path(self, number):
        asked = {"q": self.query} | ({"page": number} if number > 1 else {})
        return f"{reverse('search')}?{urlencode(asked)}"

    def get_context_data(self, **kwargs):
        return super().get_context_data(query=self.query, **kwargs)

    def get_head(self, context):
        page = context["page_obj"]
        title = _("Search")
        if self.query:
            title = self.on_page(_("Search results for “%(query)s”") % {"query": self.query}, page)
        return Head(
            title=title,
            description=_("Search all articles."),
            url=absolute_url(reverse("search")),
            noindex=True,
        )


def clean_query(typed: str) -> str:
    """What somebody typed, in NFKC, without control characters, words apart by one space, not too long."""
    text = unicodedata.normalize("NFKC", typed[:QUERY_LENGTH])
    text = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    return " ".join(text.split())
