"""An article's HTML, as it survives outside the site."""

from collections.abc import Iterable

import nh3
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.timezone import localtime

from blog.models import Correction, Image

_TAGS = nh3.ALLOWED_TAGS | {"tfoot"}
_ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "img": {"src", "alt", "title", "width", "height"},
    "li": {"value"},
    "ol": {"start", "reversed"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}


def portable_html(html: str, address: str) -> str:
    """An article's HTML as it survives outside the site: every address absolute, nothing for our own pages.

    `address` is the absolute one of the article: a link to a footnote leads there. Ids, classes, roles,
    lazy loading and the like go, for in a feed reader many articles share one page.
    """
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        link_rel=None,
        url_relative=("rewrite_with_base", address),
    )


def cover_html(cover: Image) -> str:
    """The cover above the text, as on the site: most readers show nothing but the content."""
    credit = format_html("<figcaption>{}</figcaption>", cover.credit) if cover.credit else ""
    return format_html(
        '<figure><img src="{}" alt="{}" width="{}" height="{}">{}</figure>',
        cover.file.url,
        cover.alt,
        cover.width,
        cover.height,
        credit,
    )


def corrections_html(corrections: Iterable[Correction]) -> str:
    """Below the text, as on the site: kind and date in words, for a feed keeps no classes."""
    notes = [
        format_html(
            "<p><strong>{}</strong> ({})</p>{}",
            note.get_kind_display(),
            date_format(localtime(note.published_at), "DATE_FORMAT"),
            mark_safe(note.html),
        )
        for note in corrections
    ]
    return "<hr>" + "".join(notes) if notes else ""
