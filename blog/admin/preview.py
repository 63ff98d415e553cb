"""A post in any state as readers would see it."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.views.generic import TemplateView

from blog.models import Post


class PostPreview(TemplateView):
    model_admin = None
    template_name = "admin/blog/post/preview.html"

    def get_context_data(self, **kwargs):
        post = get_object_or_404(Post, pk=self.kwargs["pk"])
        if not self.model_admin.has_view_or_change_permission(self.request, post):
            raise PermissionDenied
        return super().get_context_data(post=post)
