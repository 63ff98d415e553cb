"""What stands around every page."""

from typing import NamedTuple

from django import template
from django.conf import settings
from django.db.models import Exists, F, OuterRef, Value
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from blog.models import Category, Page, Post
from blog.prepared import prepared
from blog.templatetags.stencils import kept

register = template.Library()


class Link(NamedTuple):
    """A category in which a reader finds something, or a page beside the news."""

    is_page: int
    position: int
    name: str
    slug: str
    pk: int


@register.simple_tag
def navigation() -> tuple[Link, ...]:
    """The links to categories and to pages, each in their order, in one query; keep them with `as`."""
    return tuple(Link(*link) for link in _links(now=timezone.now()))


@prepared(Category)
def _links(*, now):
    found = Category.objects.filter(Exists(Post.objects.public(now).filter(category=OuterRef("pk"))))
    categories = found.order_by().annotate(is_page=Value(0), shown=F("name"))
    pages = Page.objects.public().order_by().annotate(is_page=Value(1), shown=F("title"))
    fields = ("is_page", "position", "shown", "slug", "pk")
    links = categories.values_list(*fields).union(pages.values_list(*fields), all=True)
    return links.order_by("is_page", "position", "shown")


@register.simple_tag(takes_context=True)
def masthead(context, links: tuple[Link, ...]) -> SafeString:
    """`blog/_masthead.html`"""
    subject, post, request = (context.get(name) for name in ("subject", "post", "request"))
    is_list = isinstance(subject, Category)
    category = subject.pk if is_list else getattr(post, "category_id", None)
    return _masthead(links, _place(request.path if request else ""), is_list, category, *_site())


@register.simple_tag
def footer(links: tuple[Link, ...]) -> SafeString:
    """`blog/_footer.html`"""
    return _footer(links, *_site())


def _place(path: str) -> str:
    """The path, if the masthead leads there."""
    return path if path in {reverse("home"), reverse("tags"), reverse("archive")} else ""


def _site() -> tuple[str, str]:
    return settings.SITE_NAME, settings.SITE_DESCRIPTION


@kept
def _masthead(links, place: str, is_list: bool, category: int | None, name: str, description: str):
    return render_to_string(
        "blog/_masthead.html",
        _rows(links)
        | {"place": place, "is_list": is_list, "current": category}
        | {"SITE_NAME": name, "SITE_DESCRIPTION": description},
    )


@kept
def _footer(links, name: str, description: str):
    return render_to_string(
        "blog/_footer.html", _rows(links) | {"SITE_NAME": name, "SITE_DESCRIPTION": description}
    )


def _rows(links) -> dict:
    return {
        "categories": [
            Category(pk=link.pk, name=link.name, slug=link.slug) for link in links if not link.is_page
        ],
        "pages": [Page(pk=link.pk, title=link.name, slug=link.slug) for link in links if link.is_page],
    }
