"""Feeds of the site and of each category, tag and author: whole articles that read well elsewhere.

portable  an article's HTML, as it survives outside the site
rss       the format
views     what each feed holds, and how it answers
"""

from blog.feeds.views import AuthorFeed, CategoryFeed, SiteFeed, TagFeed, old_category_feed

__all__ = ["AuthorFeed", "CategoryFeed", "SiteFeed", "TagFeed", "old_category_feed"]
