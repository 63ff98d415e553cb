"""Cards are drawn when the first network asks for them: about 60 ms, once for each headline."""

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from blog.cards import drawing
from blog.cards.addresses import card_path, digest
from blog.views.posts import find_post

SECONDS_KEPT = 7 * 24 * 60 * 60
WORDMARK = settings.BASE_DIR / "static" / "img" / "wordmark.png"


@require_safe
def card(request: HttpRequest, shown: str, **place) -> HttpResponse:
    """The card of a public article; the address of an earlier headline leads to that of today's."""
    post = find_post(**place)
    if not post.is_public:
        raise Http404(_("There is no such article."))
    if shown != digest(post):
        return HttpResponseRedirect(card_path(post))
    category = post.category.name if post.category else ""
    picture = cache.get_or_set(
        f"card-{shown}", lambda: drawing.draw(post.title, category, WORDMARK), SECONDS_KEPT
    )
    caching = {"Cache-Control": "public, max-age=31536000, immutable"}
    return HttpResponse(picture, content_type="image/png", headers=caching)
