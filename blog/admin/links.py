"""Posts to link to, found by a part of their title."""

from django.contrib import admin
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from blog.admin.markdown import refused
from blog.admin.search import search_posts
from blog.admin.states import state_of
from blog.admin.toolbar import SIGNED_OUT
from blog.models import Post

FOUND = 20


@require_GET
def posts(request: HttpRequest) -> JsonResponse:
    """The posts that `q` finds, or the latest, as far as this user may see them in the desk.

    A post without a date has no address yet: its `path` is empty.
    """
    if not admin.site.has_permission(request):
        return refused("q", SIGNED_OUT, 403)
    desk = admin.site.get_model_admin(Post)
    if not desk.has_view_or_change_permission(request):
        return refused("q", _("Your account may not see posts."), 403)
    found = desk.get_queryset(request).without_text()
    if query := request.GET.get("q", "").strip():
        found = search_posts(found, query, in_text=False)
    # By the last edit: what somebody links to is new or in the making more often than not.
    latest = found.order_by("-updated_at", "-pk")[:FOUND]
    answer = JsonResponse({"results": [_choice(post) for post in latest]})
    answer["Cache-Control"] = "private, no-store"
    return answer


def _choice(post: Post) -> dict:
    state = state_of(post)
    return {
        "title": post.title,
        "path": post.get_absolute_url() if post.published_at else "",
        "date": date_format(timezone.localtime(post.published_at), _("Y/m/d")) if post.published_at else "",
        "state": state.value,
        "state_label": str(state.label),
    }
