"""What is looked at before a post is published.

An error stops the publication. A warning needs a confirmation: an urgent piece may go without a description,
but not unnoticed. Any number of posts costs the same number of queries.

content     title, body, excerpt, description, cover, category, author
structure   headings, leftover Liquid
links       links into our own site
pictures    pictures in the body
twins       other posts with that title or nearly that slug
words       the newsroom's word list
"""

import datetime
from collections.abc import Sequence

from django.utils import timezone

from blog.models import Post
from blog.rendering import survey
from blog.workflow.checks import content, links, pictures, structure, twins, words
from blog.workflow.checks.finding import Article, Finding

__all__ = ["Finding", "check", "check_all"]


def check(post: Post, at: datetime.datetime | None = None) -> list[Finding]:
    """All that is found in the post as it is in memory, if it were published at that moment; errors first."""
    return check_all([post], [at])[0]


def check_all(
    posts: Sequence[Post], moments: Sequence[datetime.datetime | None] | None = None
) -> list[list[Finding]]:
    """The findings of each post, in the order of the posts."""
    now = timezone.now()
    articles = []
    for post, at in zip(posts, moments or [None] * len(posts), strict=True):
        moment = max(now, at or post.published_at or now)
        articles.append(Article(post, survey(post.body), moment))
    checks = [
        content.check,
        structure.check,
        links.checker(articles),
        pictures.checker(articles),
        twins.checker(articles),
        words.checker(),
    ]
    return [
        sorted((found for check in checks for found in check(article)), key=lambda found: not found.blocks)
        for article in articles
    ]
