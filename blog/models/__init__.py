from blog.media.models import Image
from blog.models.pages import Page
from blog.models.posts import Post
from blog.models.redirects import Redirect
from blog.models.related import RelatedPost
from blog.models.taxonomy import Author, Category, Tag, TaggedPost
from blog.search.models import SearchEntry

__all__ = [
    "Author",
    "Category",
    "Image",
    "Page",
    "Post",
    "Redirect",
    "RelatedPost",
    "SearchEntry",
    "Tag",
    "TaggedPost",
]
