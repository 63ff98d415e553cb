"""What stands around every page. Each tag costs one query; keep its result with `as`."""

from django import template
from django.db.models import Exists, OuterRef, QuerySet

from blog.models import Category, Page, Post

register = template.Library()


@register.simple_tag
def public_categories() -> QuerySet[Category]:
    """The categories in which a reader finds something, in their order.

    `Category.objects.in_use()` would also count, which means reading every post.
    """
    return Category.objects.filter(Exists(Post.objects.public().filter(category=OuterRef("pk"))))


@register.simple_tag
def public_pages() -> QuerySet[Page]:
    return Page.objects.public().only("title", "slug")
