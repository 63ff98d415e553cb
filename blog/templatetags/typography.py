"""Setting Japanese."""

import re

import budoux
from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
_parser = budoux.load_default_japanese_parser()
# The model knows only Japanese: it would part 2026 and GPT-5.
_INSIDE_A_WORD = re.compile(r"(?<=[!-~])\0(?=[!-~])")


@register.filter
def phrases(headline: str) -> SafeString:
    """A headline with `<wbr>` between its phrases, for browsers without `word-break: auto-phrase`.

    Costs about 0.05 ms for a headline of 40 characters.
    """
    parted = _INSIDE_A_WORD.sub("", "\0".join(_parser.parse(headline)))
    return mark_safe("<wbr>".join(conditional_escape(phrase) for phrase in parted.split("\0")))
