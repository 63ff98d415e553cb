"""Pages beside the news."""

from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.views.generic import DetailView

from blog.addresses import absolute_url
from blog.models import Page
from blog.views.head import Head, HeadMixin


class PageView(HeadMixin, DetailView):
    context_object_name = "page"
    template_name = "blog/page_detail.html"

    def get_queryset(self):
        return Page.objects.public()

    def get_head(self, context):
        page = self.object
        text = " ".join(strip_tags(page.body_html).split())
        return Head(
            title=page.title,
            description=page.description or Truncator(text).chars(140) or page.title,
            url=absolute_url(page.get_absolute_url()),
            trail=((page.title, page.get_absolute_url()),),
        )
