"""Lists of posts: their pages, and the addresses of these."""

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import ListView

from blog.addresses import absolute_url
from blog.pagecache.keys import POSTS, depends_on
from blog.views.head import HeadMixin


class PostListView(HeadMixin, ListView):
    """A list of public posts at the address `url_name`, and its later pages at `url_name` + `_page`.

    `get_queryset` gives a Listing, or whatever else a paginator can count and slice.
    `?page=2` shows the same as `page/2/`, and names that as its canonical address.
    """

    context_object_name = "posts"
    paginate_by = 10
    template_name = "blog/post_list.html"
    url_name = ""
    empty_is_missing = False  # a list that would be empty answers 404

    surrogate_keys = (POSTS,)  # on which the list depends, beside the rows that it shows

    def get(self, request, *args, **kwargs):
        depends_on(*self.surrogate_keys)
        if kwargs.get("page") == 1:
            return HttpResponsePermanentRedirect(self.page_path(1))
        return super().get(request, *args, **kwargs)

    def paginate_queryset(self, queryset, page_size):
        asked = self.kwargs.get("page", self.request.GET.get("page")) or "1"
        if self.kwargs.get("page") == 0 or asked == "last":
            raise Http404(_("There is no such page."))
        paginator, page, *rest = super().paginate_queryset(queryset, page_size)
        if self.empty_is_missing and not paginator.count:
            raise Http404(_("There is nothing here."))
        return paginator, page, *rest

    def page_path(self, number: int) -> str:
        """The stable address of page `number` of this list."""
        place = {name: value for name, value in self.kwargs.items() if name != "page"}
        if number == 1:
            return reverse(self.url_name, kwargs=place)
        return reverse(f"{self.url_name}_page", kwargs={**place, "page": number})

    def page_links(self, paginator: Paginator, number: int) -> list[dict]:
        """What the pagination shows: `{"number": 3, "path": …}`, with `None` for pages left out."""
        shown = paginator.get_elided_page_range(number, on_each_side=1, on_ends=1)
        return [
            {"number": n, "path": self.page_path(n)} if isinstance(n, int) else None  # the ellipsis
            for n in shown
        ]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        page = context["page_obj"]
        if context["is_paginated"]:
            context["page_links"] = self.page_links(page.paginator, page.number)
            context["newer_path"] = page.has_previous() and self.page_path(page.previous_page_number())
            context["older_path"] = page.has_next() and self.page_path(page.next_page_number())
        return context

    def on_page(self, text: str, page: Page) -> str:
        """`text`, told apart on later pages: 最新ニュース（2ページ目）."""
        if page.number == 1:
            return text
        return _("%(text)s (page %(number)d)") % {"text": text, "number": page.number}

    def canonical_url(self, page: Page) -> str:
        return absolute_url(self.page_path(page.number))
