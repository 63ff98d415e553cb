"""The order of the headings, and what Jekyll left behind."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from django.utils.translation import gettext as _

from blog.workflow.checks.finding import Article, Finding, lines_by_text

_LIQUID = re.compile(r"\{%-?\s*\w+|\{\{")


def check(article: Article) -> Iterator[Finding]:
    yield from _headings(article)
    yield from _liquid(article)


def _headings(article: Article) -> Iterator[Finding]:
    first = [heading.line for heading in article.survey.headings if heading.level == 1]
    if first:
        yield Finding(
            "heading_first",
            _("A heading of the first level stands in the text."),
            _("The title is the only one. Begin with ##."),
            lines=tuple(first),
        )
    skipping, above = [], 1
    for heading in article.survey.headings:
        if heading.level > above + 1:
            skipping.append(heading.line)
        above = heading.level
    if skipping:
        yield Finding(
            "heading_order",
            _("A heading skips a level."),
            _("Below ## comes ###, and then ####."),
            lines=tuple(skipping),
        )


def _liquid(article: Article) -> Iterator[Finding]:
    places = [*article.survey.prose, *article.survey.links, *article.survey.pictures]
    found = [
        (match[0], place.line) for place in places for match in [_LIQUID.search(unquote(place.text))] if match
    ]
    for text, lines in lines_by_text(found).items():
        yield Finding(
            "liquid",
            _("Liquid of the old site is left: %(text)s") % {"text": text},
            _("Take it out, or put it in `code` if the article is about it."),
            lines=lines,
            blocks=True,
        )
