"""Setting Japanese."""

import re
from functools import lru_cache

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from blog.phrases import phrases_of

register = template.Library()

_HYPHENATED = re.compile(r"(?<![\w-])(\w{1,12}(?:-[\w.]{1,12}){1,2})(?![\w-])", re.ASCII)


@register.filter
@lru_cache(maxsize=2000)
def phrases(headline: str) -> SafeString:
    """A headline with `<wbr>` between its phrases; the style sheet lets it break nowhere else.

    Unless told, a browser breaks GPT-5 after its hyphen.
    """
    return mark_safe("<wbr>".join(map(_set, phrases_of(headline))))


def _set(phrase: str) -> str:
    parts = map(escape, _HYPHENATED.split(phrase))
    return "".join(f'<span class="whole">{part}</span>' if n % 2 else part for n, part in enumerate(parts))
