"""A published post as its readers would see it with the working draft; for staff only."""

from django.http import QueryDict

from blog.editing.opening import current_values
from blog.editing.values import RELATED, form_data, stored_values
from blog.models.posts import Post
from blog.naming import parse_tags
from blog.querysets import is_key
from blog.views.posts import PostView, tags_named


class DraftPreview(PostView):
    """The public page with the draft's values, in memory only. Whoever calls it checks the permission."""

    draft = None
    form_class = None
    template_name = "admin/editing/draft_preview.html"

    def get_object(self, queryset=None):
        post = Post.objects.select_related("category", "author", "cover", "pillar").get(pk=self.kwargs["pk"])
        unbound = self.form_class(instance=post)
        stored = stored_values(unbound)
        self.values = stored | current_values(self.draft, stored)
        published = post.status, post.published_at, post.slug
        data = form_data(QueryDict(), {k: v for k, v in self.values.items() if k != RELATED}, post)
        self.form_class(data, instance=post).is_valid()  # writes what is valid into the post
        post.status, post.published_at, post.slug = published
        post.render()
        return post

    def get(self, request, *args, **kwargs):
        self.object = self.get_object()
        response = self.render_to_response(self.get_context_data())
        response["X-Robots-Tag"] = "noindex"
        return response

    def get_tags(self):
        return tags_named(parse_tags(self.values.get("tags", "")))

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        chosen = [int(key) for key in self.values.get(RELATED, []) if is_key(key)]
        found = Post.objects.public().with_card_data().in_bulk(chosen)
        context["related"] = [found[pk] for pk in chosen if pk in found] or context["related"]
        return context
