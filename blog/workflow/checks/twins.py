"""Other posts that readers could take for this one: the same title, or nearly the same slug."""

import re
import unicodedata
from collections.abc import Callable, Iterator

from django.db.models import Q, Value
from django.db.models.functions import Lower, Replace
from django.utils.translation import gettext as _

from blog.models import Post
from blog.workflow.checks.finding import Article, Finding

_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_NUMBER = re.compile(r"\d+\Z")


def _title_key(title: str) -> str:
    return "".join(unicodedata.normalize("NFKC", title).casefold().split())


def _spellings(title: str) -> set[str]:
    """As the database may make them of a title: it knows nothing of widths, and SQLite little of case."""
    plain = unicodedata.normalize("NFKC", title)
    closed = {"".join(text.split()) for text in (title, plain, plain.translate(_FULL_WIDTH))}
    return closed | {text.lower() for text in closed}


def _slug_key(slug: str) -> str:
    return slug.lower().replace("-", "")


def _near(key: str, other: str) -> bool:
    """Equal, or the one is the other with a number behind it: `ai-news`, `ainews`, `ai-news-2`."""
    short, long = sorted((key, other), key=len)
    return bool(short) and long.startswith(short) and (long == short or long[len(short) :].isdecimal())


def checker(articles: list[Article]) -> Callable[[Article], Iterator[Finding]]:
    titles = {title for article in articles for title in _spellings(article.post.title)}
    condition = Q(title_key__in=titles)
    for article in articles:
        if key := _slug_key(article.post.slug):
            condition |= Q(slug_key__startswith=key) | Q(slug_key=_NUMBER.sub("", key))
    keys = {
        "title_key": Lower(Replace("title", Value(" "), Value(""))),
        "slug_key": Lower(Replace("slug", Value("-"), Value(""))),
    }
    rows = Post.objects.order_by().annotate(**keys).filter(condition)
    others = list(rows.values_list("pk", "title", "slug"))

    def check(article: Article) -> Iterator[Finding]:
        post = article.post
        rest = [(title, slug) for pk, title, slug in others if pk != post.pk]
        same = next((t for t, _slug in rest if _title_key(t) == _title_key(post.title)), None)
        if same is not None:
            yield Finding(
                "twin_title",
                _("Another post has this title."),
                _("Give this one a title of its own, or see whether it was written twice."),
                field="title",
            )
        key = _slug_key(post.slug)
        near = next((slug for _title, slug in rest if _near(_slug_key(slug), key)), None)
        if near is not None:
            yield Finding(
                "twin_slug",
                _("Another post has nearly this slug: %(slug)s") % {"slug": near},
                _("A slug that says more keeps the two apart."),
                field="slug",
            )

    return check
