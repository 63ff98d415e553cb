"""Links into our own site: whether a reader who follows one at the moment of publication finds something."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from html import escape
from urllib.parse import unquote

from django.utils.translation import gettext as _

from blog.links import own_path, target, there
from blog.models import Post, Redirect
from blog.models.markdown import render_body
from blog.workflow.checks.finding import Article, Finding, lines_by_text


class Site:
    """What the paths lead to, looked up for all of them at once."""

    def __init__(self, paths: Iterable[str]):
        self._targets = {path: target(path) for path in paths}
        wanted = defaultdict(set)
        for kind, value in self._targets.values():
            wanted[kind].add(value)
        self._found = {kind: there(kind, values) for kind, values in wanted.items() if kind != "post"}
        self._posts = self._find_posts(wanted["post"])

    def _find_posts(self, wanted: set) -> dict[str, Post]:
        """Posts by the path that leads to them: their own, or an old one."""
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
        return value in self._found.get(kind, ())


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
