from blog.audit.models import AuditEntry
from blog.feeds.models import FeedState
from blog.media.models import Image
from blog.models.pages import Page
from blog.models.posts import Post
from blog.models.redirects import Redirect
from blog.models.related import RelatedPost
from blog.models.taxonomy import Author, Category, Tag, TaggedPost
from blog.outbox.models import Task
from blog.workflow.models import PreviewLink, Spelling, Transition

__all__ = [
    "AuditEntry",
    "Author",
    "Category",
    "FeedState",
    "Image",
    "Page",
    "Post",
    "PreviewLink",
    "Redirect",
    "RelatedPost",
    "Spelling",
    "Tag",
    "TaggedPost",
    "Task",
    "Transition",
]
