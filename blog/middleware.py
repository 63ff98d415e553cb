"""Old addresses, looked up only when nothing else answers."""

from django.http import HttpResponsePermanentRedirect

from blog.addresses import canonical_path
from blog.models import Redirect


class OldAddressMiddleware:
    """Turn a 404 at an address that a post used to have into a permanent redirect to where it is now.

    A redirect to a post that readers may not see stays a 404, so that drafts keep their secrets.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code == 404 and request.method in {"GET", "HEAD"}:
            post = self._post_formerly_at(request.path_info)
            if post:
                return HttpResponsePermanentRedirect(post.get_absolute_url())
        return response

    @staticmethod
    def _post_formerly_at(path: str):
        redirect = Redirect.objects.filter(old_path=canonical_path(path)[:500]).select_related("post").first()
        if redirect and (redirect.post.is_public or redirect.post.is_gone):
            return redirect.post
        return None
