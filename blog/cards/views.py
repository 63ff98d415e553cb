"""Cards are drawn when the first network asks for them: some 60 ms."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from blog.cards import drawing
from blog.cards.addresses import card_path, digest
from blog.models import Redirect
from blog.views.posts import find_post

WORDMARK = settings.BASE_DIR / "static" / "img" / "wordmark.png"


@require_safe
def card(request: HttpRequest, shown: str, **place) -> HttpResponse:
    """The card of a public article; that of an earlier headline or address leads to today's."""
    try:
        post = find_post(**place)
    except Http404:
        post, is_here = Redirect.objects.post_formerly_at(reverse("post", kwargs=place)), False
    else:
        is_here = shown == digest(post)
    if post is None or not post.is_public:
        raise Http404(_("There is no such article."))
    if not is_here:
        return HttpResponseRedirect(card_path(post))
    category = post.category.name if post.category else ""
    return HttpResponse(drawing.draw(post.title, category, WORDMARK), content_type="image/png")
