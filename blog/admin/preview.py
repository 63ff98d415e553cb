"""A post in any state as its readers would see it, for staff only."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from blog.admin.states import badge, state_of
from blog.models import Post
from blog.views.posts import PostView


class PostPreview(PostView):
    """The public page with a banner; never indexed, and never cached (AdminSite.admin_view sees to that)."""

    model_admin = None
    template_name = "admin/blog/post/preview.html"

    def get_object(self, queryset=None):
        post = get_object_or_404(Post.objects.with_page_data(), pk=self.kwargs["pk"])
        if not self.model_admin.has_view_or_change_permission(self.request, post):
            raise PermissionDenied
        return post

    def get(self, request, *args, **kwargs):
        self.object = self.get_object()
        response = self.render_to_response(self.get_context_data(state_badge=badge(state_of(self.object))))
        response["X-Robots-Tag"] = "noindex"
        return response
