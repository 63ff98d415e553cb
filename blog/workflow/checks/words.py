"""The newsroom's word list (表記ゆれ): サーバー and not サーバ."""

import re
from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from blog.models import Spelling
from blog.workflow.checks.finding import Article, Finding, lines_by_text

_ADDRESS = re.compile(r"https?://\S+")
_FIELDS = ("title", "excerpt", "description")


def _bounded(word: str) -> str:
    """As a pattern: a word of Latin letters is a whole word; サーバ is not in サーバント."""
    pattern = re.escape(word)
    if re.match(r"[A-Za-z0-9]", word):
        pattern = rf"(?<![A-Za-z0-9]){pattern}"
    if re.search(r"[A-Za-z0-9]\Z", word):
        pattern += r"(?![A-Za-z0-9])"
    elif re.search(r"[ァ-ヺー]\Z", word):
        pattern += r"(?![ァ-ヺー])"
    return pattern


def checker() -> Callable[[Article], Iterator[Finding]]:
    spellings = list(Spelling.objects.all())
    preferred_of = {variant: row.preferred for row in spellings for variant in row.variant_list}
    known = sorted({row.preferred for row in spellings} | preferred_of.keys(), key=len, reverse=True)
    # The longest first, wanted ones among them: サーバー is taken whole, and no サーバ is found in it.
    pattern = re.compile("|".join(map(_bounded, known)) or r"(?!)")

    def found(text: str) -> list[str]:
        words = pattern.findall(_ADDRESS.sub(" ", text))
        return [word for word in words if word in preferred_of]

    def finding(variant: str, field: str, lines: tuple[int, ...] = ()) -> Finding:
        values = {"variant": variant, "preferred": preferred_of[variant]}
        return Finding(
            f"word_{field}",
            _("“%(variant)s” is written “%(preferred)s” here.") % values,
            _("Change it, or change the word list."),
            field=field,
            lines=lines,
        )

    def check(article: Article) -> Iterator[Finding]:
        for field in _FIELDS:
            for variant in dict.fromkeys(found(getattr(article.post, field))):
                yield finding(variant, field)
        places = [(variant, place.line) for place in article.survey.prose for variant in found(place.text)]
        for variant, lines in lines_by_text(places).items():
            yield finding(variant, "body", lines)

    return check
