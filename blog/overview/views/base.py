from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.views.generic.base import ContextMixin, TemplateResponseMixin, View

from blog.models import Post


class OverviewView(TemplateResponseMixin, ContextMixin, View):
    """A page of the desk for whoever may see posts, with what the admin's own pages have around them."""

    title = ""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.posts_admin = admin.site.get_model_admin(Post)

    def dispatch(self, request, *args, **kwargs):
        if not self.posts_admin.has_view_or_change_permission(request):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @property
    def posts(self):
        """The posts that this user may see, in no order."""
        return self.posts_admin.get_queryset(self.request).order_by()

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            **{**admin.site.each_context(self.request), "title": self.title, **kwargs}
        )
