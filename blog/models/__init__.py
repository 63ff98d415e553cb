from blog.editing.models import EditingSession, WorkingDraft
from blog.media.models import Image
from blog.models.pages import Page
from blog.models.posts import Post
from blog.models.redirects import Redirect
from blog.models.related import RelatedPost
from blog.models.taxonomy import Author, Category, Tag, TaggedPost

__all__ = [
    "Author",
    "Category",
    "EditingSession",
    "Image",
    "Page",
    "Post",
    "Redirect",
    "RelatedPost",
    "Tag",
    "TaggedPost",
    "WorkingDraft",
]
