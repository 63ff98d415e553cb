from blog.accounts.models import Session
from blog.audit.models import AuditEntry
from blog.corrections.models import Correction
from blog.editing.models import EditingSession, WorkingDraft
from blog.feeds.models import FeedCheck, FeedDay, FeedReader, FeedState
from blog.media.models import FormerFile, Image
from blog.media.uses import ImageUse
from blog.models.merges import Merge
from blog.models.pages import Page
from blog.models.posts import Post
from blog.models.redirects import Redirect
from blog.models.related import RelatedPost
from blog.models.taxonomy import Author, Category, Tag, TaggedPost
from blog.outbox.models import Task
from blog.overview.models import DeadLink, SavedFilter
from blog.pagecache.models import Purge
from blog.search.models import SearchEntry
from blog.tally.models import Tally
from blog.workflow.models import PreviewLink, Spelling, Transition

__all__ = [
    "AuditEntry",
    "Author",
    "Category",
    "Correction",
    "DeadLink",
    "EditingSession",
    "FeedCheck",
    "FeedDay",
    "FeedReader",
    "FeedState",
    "FormerFile",
    "Image",
    "ImageUse",
    "Merge",
    "Page",
    "Post",
    "PreviewLink",
    "Purge",
    "Redirect",
    "RelatedPost",
    "SavedFilter",
    "SearchEntry",
    "Session",
    "Spelling",
    "Tag",
    "TaggedPost",
    "Tally",
    "Task",
    "Transition",
    "WorkingDraft",
]
