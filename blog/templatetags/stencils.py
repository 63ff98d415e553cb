"""What is the same on page after page: made by its template once in a process, and then filled in.

The HTML stays in the templates. A template is rendered with stand-ins for the values; wherever these come
out, the (escaped) values of each post are set in. What depends on more than values (is there a cover?) has
a stencil for each case. With DEBUG, stencils are cut anew each time, so that a template can be edited.
"""

import datetime
import re
from collections.abc import Callable
from functools import lru_cache, wraps
from types import SimpleNamespace

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import get_language

from blog.addresses import TOKYO
from blog.templatetags.typography import phrases

register = template.Library()

# A day that no post has, to be found again in whatever form the template wrote it.
_MOMENT = datetime.datetime(2999, 12, 31, 23, 59, 59, tzinfo=TOKYO)
_FIELD = re.compile("\ue000(.*?)\ue001")


def kept(function: Callable) -> Callable:
    """`lru_cache`, for each language, and without DEBUG."""
    cached = lru_cache(maxsize=2000)(lambda _language, *values: function(*values))

    @wraps(function)
    def call(*values):
        return function(*values) if settings.DEBUG else cached(get_language(), *values)

    return call


@register.simple_tag(takes_context=True)
def card(context, post, shape: str, level: int = 2, *, brief: bool = False, hide_category: bool = False):
    """A post in a list (`blog/_card.html`). `brief` leaves the excerpt out.

    About ten times as fast as including the template.
    """
    category, cover = post.category, post.cover
    hide_category = hide_category or bool(context.get("hide_category"))
    parts = _card(
        shape,
        level,
        brief,
        hide_category,
        bool(category),
        bool(post.excerpt),
        bool(cover),
        bool(cover and cover.rendition_widths),
        post.reading_minutes,
    )
    moment = localtime(post.published_at)
    values = {
        "path": post.get_absolute_url(),
        "title": phrases(post.title),
        "excerpt": post.excerpt,
        "moment": moment.isoformat(),
        "day": _day(moment.date()),
    }
    if category:
        values |= {"category": category.name, "category_path": _path(type(category), category.slug)}
    if cover:
        values |= {"src": cover.file.url, "width": str(cover.width), "height": str(cover.height)}
        values["srcset"] = cover.srcset
    return _filled(parts, values)


def _filled(parts: tuple[str, ...], values: dict[str, str]) -> SafeString:
    """The parts are text and the names of values, in turn."""
    filled = [conditional_escape(values[part]) if n % 2 else part for n, part in enumerate(parts)]
    return mark_safe("".join(filled))


def _field(name: str) -> str:
    return f"\ue000{name}\ue001"


@kept
def _card(
    shape: str,
    level: int,
    brief: bool,
    hide_category: bool,
    has_category: bool,
    has_excerpt: bool,
    has_cover: bool,
    has_srcset: bool,
    minutes: int,
) -> tuple[str, ...]:
    category = SimpleNamespace(name=_field("category"), get_absolute_url=_field("category_path"))
    cover = SimpleNamespace(
        file=SimpleNamespace(url=_field("src")),
        width=_field("width"),
        height=_field("height"),
        srcset=has_srcset and _field("srcset"),
    )
    post = SimpleNamespace(
        title=_field("title"),
        get_absolute_url=_field("path"),
        excerpt=has_excerpt and _field("excerpt"),
        category=category if has_category else None,
        cover=cover if has_cover else None,
        published_at=_MOMENT,
        reading_minutes=minutes,
    )
    html = render_to_string(
        "blog/_card.html",
        {"post": post, "shape": shape, "level": level, "brief": brief, "hide_category": hide_category},
    )
    html = html.replace(_MOMENT.isoformat(), _field("moment")).replace(_day(_MOMENT.date()), _field("day"))
    return tuple(_FIELD.split(html))


@kept
def _day(day: datetime.date) -> str:
    return date_format(day, "DATE_FORMAT")


@kept
def _path(model, slug: str) -> str:
    return model(slug=slug).get_absolute_url()


@register.simple_tag
def icon(name: str) -> SafeString:
    """`blog/_icon.html`"""
    return _icon(name)


@kept
def _icon(name: str) -> SafeString:
    return render_to_string("blog/_icon.html", {"name": name})


@register.tag
def unchanging(parser, token):
    """`{% unchanging %}…{% endunchanging %}`: what depends on nothing but the language and the settings."""
    nodes = parser.parse(["endunchanging"])
    parser.delete_first_token()
    return Unchanging(nodes)


class Unchanging(template.Node):
    def __init__(self, nodes):
        self.nodes = nodes
        self.html = {}

    def render(self, context):
        if settings.DEBUG:
            return self.nodes.render(context)
        language = get_language()
        if language not in self.html:
            self.html[language] = self.nodes.render(context)
        return self.html[language]
