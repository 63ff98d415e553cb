"""Setting Japanese."""

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from blog.phrases import phrases_of

register = template.Library()


@register.filter
def phrases(headline: str) -> SafeString:
    """A headline with `<wbr>` between its phrases, for browsers without `word-break: auto-phrase`."""
    return mark_safe("<wbr>".join(map(conditional_escape, phrases_of(headline))))
