"""Finding posts in the admin."""

from blog.querysets import PostQuerySet
from blog.search import results


def search_posts(posts: PostQuerySet, query: str, *, in_text: bool) -> PostQuerySet:
    """Those of the posts that the search finds, drafts included.

    A word counts that stands in title, slug, excerpt, tags, category, author or (`in_text`) body. Without
    `in_text` somebody is still typing, and the last word may be the beginning of one.
    """
    return posts.filter(results.staff_filter(query, in_text=in_text)) if query.strip() else posts
