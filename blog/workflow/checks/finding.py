"""What a check has to say about a post."""

import datetime
import hashlib
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blog.models import Post
from blog.rendering import Survey

LINES_NAMED = 5


@dataclass(frozen=True)
class Article:
    """A post as it would be published at `moment`."""

    post: Post
    survey: Survey
    moment: datetime.datetime


@dataclass(frozen=True)
class Finding:
    """`text` says what is wrong, `mend` what to do. An error blocks; a warning can be confirmed.

    `field` is where in the form; `lines` are lines of the body, from 1.
    """

    check: str
    text: str
    mend: str
    field: str = "body"
    lines: tuple[int, ...] = ()
    blocks: bool = False

    @property
    def key(self) -> str:
        """The same for the same thing found again, though the lines have moved."""
        return f"{self.check}-{hashlib.sha256(self.text.encode()).hexdigest()[:12]}"

    @property
    def where(self) -> str:
        """`line 3, 14`; empty for what is not in the body."""
        if not self.lines:
            return ""
        lines = sorted(set(self.lines))
        numbers = ", ".join(map(str, lines[:LINES_NAMED])) + ("…" if len(lines) > LINES_NAMED else "")
        return ngettext("line %(numbers)s", "lines %(numbers)s", len(lines)) % {"numbers": numbers}

    @property
    def summary(self) -> str:
        where = self.where
        return _("%(text)s (%(where)s)") % {"text": self.text, "where": where} if where else self.text


def lines_by_text(places) -> dict[str, tuple[int, ...]]:
    """`(text, line)` pairs as lines by text, in the order of the first of each."""
    lines = {}
    for text, line in places:
        lines.setdefault(text, []).append(line)
    return {text: tuple(numbers) for text, numbers in lines.items()}
