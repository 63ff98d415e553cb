from blog.accounts.models import Session
from blog.audit.models import AuditEntry
from blog.feeds.models import FeedState
from blog.media.models import Image
from blog.models.pages import Page
from blog.models.posts import Post
from blog.models.redirects import Redirect
from blog.models.related import RelatedPost
from blog.models.taxonomy import Author, Category, Tag, TaggedPost
from blog.outbox.models import Task

__all__ = [
    "AuditEntry",
    "Author",
    "Category",
    "FeedState",
    "Image",
    "Page",
    "Post",
    "Redirect",
    "RelatedPost",
    "Session",
    "Tag",
    "TaggedPost",
    "Task",
]
