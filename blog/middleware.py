"""Old addresses, looked up only when nothing else answers."""

from django.http import HttpResponsePermanentRedirect

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
            post = Redirect.objects.post_formerly_at(request.path_info)
            if post:
                return HttpResponsePermanentRedirect(post.get_absolute_url())
        return response
