from blog.audit.models import AuditEntry
from blog.media.models import FormerFile, Image
from blog.media.uses import ImageUse
from blog.models.merges import Merge
from blog.models.pages import Page
from blog.models.posts import Post
from blog.models.redirects import Redirect
from blog.models.related import RelatedPost
from blog.models.taxonomy import Author, Category, Tag, TaggedPost

__all__ = [
    "AuditEntry",
    "Author",
    "Category",
    "FormerFile",
    "Image",
    "ImageUse",
    "Merge",
    "Page",
    "Post",
    "Redirect",
    "RelatedPost",
    "Tag",
    "TaggedPost",
]
