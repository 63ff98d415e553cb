"""Old and mistaken addresses that lead to the posts of an import."""

import datetime
from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from blog import jekyll
from blog.addresses import canonical_path
from blog.importer.addresses import Plan
from blog.importer.report import Report
from blog.importer.survey import Article
from blog.models import Redirect

_BEFORE_ALL = datetime.datetime.min.replace(tzinfo=datetime.UTC)
PATH_LENGTH = Redirect._meta.get_field("old_path").max_length


class RedirectWriter:
    """Decides for all articles at once which path leads to which, and writes the rows batch by batch.

    An address that a post has is never led elsewhere, and a redirect that is there stays. Where two articles
    claim a path, one that names it goes before one whose file's name suggests it; then the later one wins.
    """

    def __init__(self, plan: Plan, articles: list[Article], report: Report):
        self.report = report
        self._paths: dict[str, list[str]] = {}
        addresses = {canonical_path(jekyll.article_path(*address)) for address in _addresses_after(plan)}
        claimed = set(addresses)
        for article, path in self._claims(articles):
            if path not in claimed:
                claimed.add(path)
                self._paths.setdefault(article.source_name, []).append(path)

    def write_moves(self, plan: Plan) -> None:
        """Readers who have the old address of a moved post are sent on, unless another post has it now."""
        addresses = {canonical_path(jekyll.article_path(*address)) for address in _addresses_after(plan)}
        old_paths = {
            canonical_path(jekyll.article_path(*move.post.address)): move.post.pk
            for move in plan.moves
            if move.post.date <= timezone.now()
        }
        self._write({path: post for path, post in old_paths.items() if path not in addresses})
        Redirect.objects.filter(
            old_path__in=[
                canonical_path(jekyll.article_path(jekyll.address_date(move.date), move.slug))
                for move in plan.moves
            ]
        ).delete()

    def write(self, posts: list[tuple[Article, int]]) -> None:
        """`posts` are the articles of a batch with the keys of their posts."""
        addresses = [canonical_path(jekyll.article_path(*a.address)) for a, _key in posts if a.date]
        Redirect.objects.filter(old_path__in=addresses).delete()
        self._write({path: key for a, key in posts for path in self._paths.get(a.source_name, ())})

    def _write(self, posts_by_path: dict[str, int]) -> None:
        there = set(Redirect.objects.filter(old_path__in=posts_by_path).values_list("old_path", flat=True))
        rows = [Redirect(old_path=p, post_id=key) for p, key in posts_by_path.items() if p not in there]
        self.report.redirects += len(Redirect.objects.bulk_create(rows))

    def _claims(self, articles: list[Article]) -> Iterator[tuple[Article, str]]:
        latest_first = sorted(articles, key=lambda a: (a.date or _BEFORE_ALL, a.source_name), reverse=True)
        for article in latest_first:
            for path in map(canonical_path, article.redirect_from):
                if len(path) > PATH_LENGTH:
                    reason = _("The old address %(path)s… is too long.") % {"path": path[:80]}
                    self.report.note(article.path, None, reason)
                elif path != "/":
                    yield article, path
        for article in latest_first:
            if article.is_named_by_its_file:
                name = jekyll.parse_name(article.path)
                for path in jekyll.file_aliases(name, article.date, jekyll.title_slug(name.slug)):
                    yield article, canonical_path(path)


def _addresses_after(plan: Plan) -> Iterator[tuple]:
    """The addresses of all posts, once the plan is carried out."""
    replaced = {move.post.pk for move in plan.moves}
    yield from (post.address for post in plan.posts if post.address and post.pk not in replaced)
    yield from ((jekyll.address_date(move.date), move.slug) for move in plan.moves)
    yield from (article.address for article in plan.articles if article.date and not plan.is_kept(article))
