"""Who gets which address and which GUID. Decided for all articles at once, before anything is written."""

import datetime
import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from blog import jekyll
from blog.importer.report import Report
from blog.importer.survey import Article
from blog.models import Post

Address = tuple[datetime.date, str]
SLUG_LENGTH = Post._meta.get_field("slug").max_length


@dataclass(slots=True)
class StoredPost:
    """What the import must know of each post in the database."""

    pk: int
    source_name: str | None
    guid: str
    slug: str
    date: datetime.datetime | None
    status: str
    digest: str
    edited: bool

    @property
    def address(self) -> Address | None:
        return self.date and (jekyll.address_date(self.date), self.slug)


def stored_posts() -> list[StoredPost]:
    """`edited` is true for all that an import must not touch on its own, also for posts written here."""
    rows = Post.objects.order_by().values_list(
        "pk",
        "source_name",
        "guid",
        "slug",
        "published_at",
        "status",
        "imported_digest",
        "updated_at",
        "imported_at",
    )
    return [
        StoredPost(*row, edited=imported_at is None or updated_at > imported_at)
        for *row, updated_at, imported_at in rows.iterator()
    ]


@dataclass(frozen=True)
class Move:
    """A post that gets another address."""

    post: StoredPost
    date: datetime.datetime
    slug: str


@dataclass
class Plan:
    """`post_of` maps the articles that are in the database already to their posts."""

    articles: list[Article]
    posts: list[StoredPost]
    force: bool
    post_of: dict[str, StoredPost] = field(default_factory=dict)
    moves: list[Move] = field(default_factory=list)

    def is_kept(self, article: Article) -> bool:
        post = self.post_of.get(article.source_name)
        return post is not None and post.edited and not self.force

    def keep(self, article: Article, report: Report) -> None:
        report.posts.kept.append(article.source_name)
        reason = _("The post was edited here since its import. It stays; --force overwrites it.")
        report.note(article.path, None, reason)

    def is_unchanged(self, article: Article) -> bool:
        post = self.post_of.get(article.source_name)
        return post is not None and post.digest == article.digest and not post.edited


def make_plan(articles: list[Article], guid_url: str, force: bool, report: Report) -> Plan:
    """Match articles with posts, then give out addresses and GUIDs; both are in the articles from then on."""
    plan = Plan(articles, stored_posts(), force)
    _match(plan, report)
    _give_addresses(plan, report)
    _give_guids(plan, guid_url)
    return plan


def _match(plan: Plan, report: Report) -> None:
    """A post is found again by the path of its file, else by the GUID that its article names."""
    by_name = {post.source_name: post for post in plan.posts if post.source_name}
    by_guid = {post.guid: post for post in plan.posts}
    owners = {}
    for article in sorted(plan.articles, key=lambda article: article.source_name not in by_name):
        post = by_name.get(article.source_name) or by_guid.get(article.guid)
        if post:
            article.guid = post.guid
        if article.guid in owners:
            plan.articles.remove(article)
            report.posts.failed.append(article.path)
            reason = _("Its GUID is that of %(twin)s.") % {"twin": owners[article.guid]}
            report.problem(article.path, None, reason)
            continue
        if article.guid:
            owners[article.guid] = article.path
        if post:
            plan.post_of[article.source_name] = post


def _give_addresses(plan: Plan, report: Report) -> None:
    """The highest rank gets the address; others get `-2`, `-3` …, and who has one of those already keeps it.

    A post that was edited here has its address for good. One of an earlier import moves when it is outranked.
    """
    matched = {post.pk for post in plan.post_of.values()}
    holders: dict[Address, str] = {}
    rivals = [article for article in plan.articles if article.date and not plan.is_kept(article)]
    for post in plan.posts:
        if post.address and post.edited and not (plan.force and post.pk in matched):
            holders[post.address] = post.source_name or post.guid
        elif post.address and post.pk not in matched:
            rivals.append(post)
    outranked = []
    for rival in sorted(rivals, key=_rank, reverse=True):
        if rival.address in holders:
            outranked.append(rival)
        else:
            holders[rival.address] = rival.source_name
    own_slugs = {id(rival): _own_slug(rival, plan) for rival in outranked}
    for rival in sorted(outranked, key=lambda rival: own_slugs[id(rival)] is None):
        wanted = day, slug = rival.address
        address = day, own_slugs[id(rival)] or slug
        number = 1
        while address in holders:
            number += 1
            address = day, f"{slug[: SLUG_LENGTH - 6]}-{number}"
        holders[address] = rival.source_name
        message = _("%(wanted)s belongs to %(holder)s; this article is at %(address)s.") % {
            "wanted": jekyll.article_path(*wanted),
            "holder": holders[wanted],
            "address": jekyll.article_path(*address),
        }
        report.note(rival.source_name, None, message)
        if isinstance(rival, StoredPost):
            plan.moves.append(Move(rival, rival.date, address[1]))
        else:
            rival.slug = address[1]
    for article in plan.articles:
        post = plan.post_of.get(article.source_name)
        if (
            post
            and post.address
            and article.address not in {None, post.address}
            and not plan.is_kept(article)
        ):
            plan.moves.append(Move(post, article.date, article.slug))


def _rank(rival: Article | StoredPost) -> tuple:
    """Of two articles at one address Jekyll published the later, and of two dates alike the later path."""
    return rival.status == Post.Status.PUBLISHED, rival.date, rival.source_name


def _own_slug(rival: Article | StoredPost, plan: Plan) -> str | None:
    """What an earlier import gave to an article that was outranked then as it is now."""
    post = plan.post_of.get(rival.source_name)
    if post is None or isinstance(rival, StoredPost) or post.address[:1] != rival.address[:1]:
        return None
    numbered = re.fullmatch(re.escape(rival.slug[: SLUG_LENGTH - 6]) + r"-\d+", post.slug, re.ASCII)
    return post.slug if numbered else None


def _give_guids(plan: Plan, guid_url: str) -> None:
    """The address at the first import, for good; a UUID where that is another post's already."""
    given = {post.guid for post in plan.posts} | {article.guid for article in plan.articles}
    for article in plan.articles:
        if article.guid:
            continue
        address = article.address and jekyll.article_path(*article.address)
        article.guid = jekyll.derived_guid(guid_url, address, article.source_name)
        if article.guid in given:
            article.guid = jekyll.derived_guid(guid_url, None, article.source_name)
        given.add(article.guid)


def carry_out(moves: list[Move]) -> None:
    """Give posts their new addresses; they may be each other's old ones. To be called in a transaction."""
    for move in moves:
        Post.objects.filter(pk=move.post.pk).update(slug=f"moving-{move.post.pk}")
    for move in moves:
        post = Post.objects.filter(pk=move.post.pk)
        post.filter(expires_at__lte=move.date).update(
            expires_at=None
        )  # of the old date; the article brings its own
        post.update(slug=move.slug, published_at=move.date)
