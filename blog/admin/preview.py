"""A post in any state as its readers would see it, for staff only: as it is stored, or as it is typed."""

from csp.constants import SELF
from csp.decorators import csp_replace, csp_update
from django import forms
from django.core.exceptions import PermissionDenied
from django.forms.models import construct_instance
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin

from blog.admin.markdown import MarkdownForm
from blog.admin.post_form import MomentField, TagsField
from blog.admin.states import badge, state_of
from blog.admin.toolbar import SIGNED_OUT
from blog.models import Post
from blog.views.posts import PostView, tags_named


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


class TypedForm(MarkdownForm):
    """What the page shows of a post, as far as it was typed and makes sense. Nothing is checked or saved."""

    title = forms.CharField(required=False)
    tags = TagsField(required=False)
    published_at = MomentField(required=False)

    class Meta:
        model = Post
        fields = [
            "title", "body", "excerpt", "description", "given_reading_minutes", "cover", "category", "author",
            "pillar", "published_at",
        ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # What the user may not change has no field in the page, and stays as it is stored.
        for name in set(self.fields) - set(self.data):
            del self.fields[name]

    def _post_clean(self):
        construct_instance(self, self.instance, self._meta.fields)


@method_decorator(csp_replace({"frame-ancestors": [SELF]}), "dispatch")
@method_decorator([never_cache, xframe_options_sameorigin], "dispatch")
class TypedPostPreview(PostView):
    """The public page of the text that stands in the form, for the frame beside it.

    Whoever may not see it gets the reason as a page, since the login page refuses to be framed.
    """

    http_method_names = ["post"]
    model_admin = None
    template_name = "admin/blog/post/typed_preview.html"

    def post(self, request, pk=None):
        if not self.model_admin.admin_site.has_permission(request):
            return self.refuse(SIGNED_OUT)
        post = get_object_or_404(Post.objects.with_page_data(), pk=pk) if pk else None
        if not self.may_preview(post):
            return self.refuse(_("Your account may not write posts or pages."))
        self.object = self.typed(post)
        response = self.render_to_response(self.get_context_data())
        response["X-Robots-Tag"] = "noindex"
        return response

    def may_preview(self, post):
        if post is None:
            return self.model_admin.has_add_permission(self.request)
        return self.model_admin.has_change_permission(self.request, post)

    def refuse(self, reason):
        return render(self.request, "admin/blog/post/preview_refused.html", {"reason": reason}, status=403)

    def typed(self, stored: Post | None) -> Post:
        """The post with what was typed; without a date it looks as if it were published now."""
        # A post without a row has no tags, related posts or addresses: those of number 0, which no row has.
        post = stored or Post(pk=0)
        form = TypedForm(self.request.POST, instance=post)
        form.is_valid()
        self.names = form.cleaned_data.get("tags")
        post.published_at = post.published_at or timezone.now()
        post.title = post.title.strip() or _("Untitled")
        post.normalise()
        post.render()
        return post

    def get_tags(self):
        if self.names is None:
            return super().get_tags()
        return tags_named(self.names)


class PreviewsOfTypedPosts:
    """For PostAdmin: its form shows the real page of what was typed in a frame."""

    def get_urls(self):
        view = TypedPostPreview.as_view(model_admin=self)
        return [
            path("typed-preview/", view, name="blog_post_typed_preview"),
            path("<int:pk>/typed-preview/", view, name="blog_post_typed_preview"),
            *super().get_urls(),
        ]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        if "body" in form.base_fields:
            address = reverse("admin:blog_post_typed_preview", args=[obj.pk] if obj else [])
            form.base_fields["body"].widget.attrs["data-page-preview"] = address
        return form

    @method_decorator(csp_update({"frame-src": [SELF]}))
    def changeform_view(self, request, *args, **kwargs):
        return super().changeform_view(request, *args, **kwargs)
