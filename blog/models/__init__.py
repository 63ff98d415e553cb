from blog.media.models import Image
from blog.models.pages import Page
from blog.models.posts import Post
from blog.models.redirects import Redirect
from blog.models.related import RelatedPost
from blog.models.taxonomy import Author, Category, Tag, TaggedPost
from blog.overview.models import DeadLink, SavedFilter

__all__ = [
    "Author",
    "Category",
    "DeadLink",
    "Image",
    "Page",
    "Post",
    "Redirect",
    "RelatedPost",
    "SavedFilter",
    "Tag",
    "TaggedPost",
]
