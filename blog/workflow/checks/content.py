"""What every article has: a title of a good length, a text, a summary, a picture, a category, an author."""

import unicodedata
from collections.abc import Iterator

from django.utils.translation import gettext as _

from blog.workflow.checks.finding import Article, Finding

LONGEST_TITLE = 40  # full-width characters; search results and cards cut what is longer


def width(text: str) -> float:
    """Full-width characters; a half-width one is half of one."""
    return sum(1 if unicodedata.east_asian_width(character) in "WFA" else 0.5 for character in text)


def check(article: Article) -> Iterator[Finding]:
    post = article.post
    if not post.body.strip():
        yield Finding("body", _("The body is empty."), _("Write the article."), blocks=True)
    if width(post.title) > LONGEST_TITLE:
        yield Finding(
            "title",
            _("The title is long: %(width)d full-width characters.") % {"width": round(width(post.title))},
            _("Lists and search results cut it after %(limit)d or so.") % {"limit": LONGEST_TITLE},
            field="title",
        )
    if not post.excerpt.strip():
        yield Finding(
            "excerpt",
            _("There is no excerpt."),
            _("Two or three sentences for lists and feeds."),
            field="excerpt",
        )
    if not post.description.strip():
        yield Finding(
            "description",
            _("There is no meta description."),
            _("One sentence for search engines and shared links; else the excerpt is used."),
            field="description",
        )
    if post.cover is None:
        yield Finding(
            "cover",
            _("There is no cover image."),
            _("Choose one: shared links and lists show it."),
            field="cover",
        )
    elif not post.cover.alt.strip():
        yield Finding(
            "cover_alt",
            _("The cover image has no alternative text."),
            _("Say in the image's own page what it shows."),
            field="cover",
        )
    if post.category_id is None:
        yield Finding(
            "category",
            _("There is no category."),
            _("Choose one: without it, the article is in no section of the site."),
            field="category",
        )
    if post.author_id is None:
        yield Finding(
            "author",
            _("There is no author."),
            _("Choose one: readers and search engines want to know who wrote it."),
            field="author",
        )
