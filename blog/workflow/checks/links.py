"""Links into our own site: whether a reader who follows one at the moment of publication finds something."""

import datetime
from collections.abc import Callable, Iterable, Iterator
from html import escape
from urllib.parse import unquote, urljoin, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from blog.addresses import canonical_path
from blog.models import Author, Category, Image, Page, Post, Redirect, Tag
from blog.models.markdown import render_body
from blog.workflow.checks.finding import Article, Finding, lines_by_text

_NAMED = {"category": Category, "tag": Tag, "author": Author}
_BASE = "/0000/00/00/post/"  # what a relative link is relative to; the date does not matter
_DEAD, _ALIVE = ("dead", None), ("alive", None)


def own_path(address: str) -> str | None:
    """The path of an address on our own site; None for any other site, mail and the like."""
    try:
        parts = urlsplit(urljoin(f"{settings.SITE_URL}{_BASE}", address.strip()))
        is_own = parts.scheme in {"http", "https"} and parts.hostname == settings.SITE_HOST
    except ValueError:  # `http://[`
        return None
    return canonical_path(parts.path) if is_own else None


def _target(path: str) -> tuple:
    """What an address leads to: a kind, and what identifies the row of that kind."""
    try:
        match = resolve(path)
    except Resolver404:
        return _DEAD
    name = (match.url_name or "").removesuffix("_page").removesuffix("_feed")
    values = match.kwargs
    if name == "post":
        try:
            return "post", (datetime.date(values["year"], values["month"], values["day"]), values["slug"])
        except ValueError:
            return _DEAD
    if name in _NAMED or name == "page":
        return name, values["slug"]
    if name == "media":
        return "media", values["path"]
    if match.route.startswith("assets/"):
        return "asset", path
    return _DEAD if "admin" in match.namespaces or name == "shared_preview" else _ALIVE


class Site:
    """What the paths lead to, looked up for all of them at once."""

    def __init__(self, paths: Iterable[str]):
        self._targets = {path: _target(path) for path in paths}
        self._rows = {"alive": {None: None}, "dead": {}}
        for kind, model in _NAMED.items():
            self._keep(kind, model.objects, "slug")
        self._keep("page", Page.objects.public(), "slug")
        self._keep("media", Image.objects, "file")
        self._keep("asset", Image.objects, "old_path")
        self._posts = self._find_posts()

    def _wanted(self, kind: str) -> set:
        return {value for found, value in self._targets.values() if found == kind}

    def _keep(self, kind: str, rows, field: str) -> None:
        wanted = self._wanted(kind)
        found = rows.filter(**{f"{field}__in": wanted}).values_list(field, flat=True) if wanted else ()
        self._rows[kind] = dict.fromkeys(found)

    def _find_posts(self) -> dict[str, Post]:
        """Posts by the path that leads to them: their own, or an old one."""
        wanted = self._wanted("post")
        fields = ("status", "published_at", "expires_at", "published_on", "slug")
        rows = Post.objects.filter(
            published_on__in={day for day, slug in wanted}, slug__in={slug for day, slug in wanted}
        ).only(*fields)
        by_address = {(post.published_on, post.slug): post for post in rows} if wanted else {}
        here = {
            path: by_address[value]
            for path, (kind, value) in self._targets.items()
            if kind == "post" and value in by_address
        }
        elsewhere = {path for path, (kind, _value) in self._targets.items() if kind != "alive"} - here.keys()
        redirects = Redirect.objects.filter(old_path__in=elsewhere).select_related("post")
        redirects = redirects.only("old_path", *(f"post__{field}" for field in fields)) if elsewhere else ()
        return {redirect.old_path: redirect.post for redirect in redirects} | here

    def is_alive(self, path: str, article: Article) -> bool:
        kind, value = self._targets[path]
        post = self._posts.get(path)
        if post is not None:
            return post.pk == article.post.pk or post.is_public_at(article.moment)
        return value in self._rows.get(kind, ())


def checker(articles: list[Article]) -> Callable[[Article], Iterator[Finding]]:
    paths = {own_path(link.text) for article in articles for link in article.survey.links} - {None}
    site = Site(paths)

    def check(article: Article) -> Iterator[Finding]:
        dead = []
        for link in article.survey.links:
            path = own_path(link.text)
            if not link.text.startswith("#") and path is not None and not site.is_alive(path, article):
                dead.append((path, link.line))
        for path, lines in lines_by_text(dead).items():
            yield Finding(
                "link",
                _("A link leads nowhere: %(path)s") % {"path": path},
                _("Nothing public is there when this post comes out. Mend the address or unlink it."),
                lines=lines,
                blocks=True,
            )
        yield from _anchors(article)

    return check


def _anchors(article: Article) -> Iterator[Finding]:
    links = [link for link in article.survey.links if len(link.text) > 1 and link.text.startswith("#")]
    if not links:
        return
    html = render_body(article.post.body).html
    dead = [(link.text, link.line) for link in links if not _has_anchor(html, link.text[1:])]
    for anchor, lines in lines_by_text(dead).items():
        yield Finding(
            "anchor",
            _("No heading has the anchor %(anchor)s.") % {"anchor": anchor},
            _("Write it as the heading is written, in lower case and with - for spaces."),
            lines=lines,
        )


def _has_anchor(html: str, anchor: str) -> bool:
    return f' id="{escape(unquote(anchor))}"' in html
