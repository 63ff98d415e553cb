"""Pages for what is not there, and for what failed."""

import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from blog.accounts.resend import may_be_sent_again, typed
from blog.views.head import Head

SECONDS_UNTIL_RETRY = 30


def not_found(request, exception=None):
    head = Head(title=_("Page not found"), description=_("There is no page at this address."), noindex=True)
    return render(request, "404.html", {"head": head}, status=404)


def gone(request):
    """For a post that was withdrawn or has expired. It does not say which, nor what the post was called."""
    head = Head(
        title=_("This article is no longer available"),
        description=_("The article at this address has been withdrawn."),
        noindex=True,
    )
    return render(request, "410.html", {"head": head}, status=410)


def server_error(request):
    """Without the database and without context processors: either may be what failed."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        return database_away(request)
    return render(None, "500.html", {"SITE_NAME": settings.SITE_NAME}, status=500)


def database_away(request):
    """503: come back soon. Staff get every word back that they sent, to be sent again."""
    context = {"SITE_NAME": settings.SITE_NAME}
    if not request.path_info.startswith(reverse("admin:index")):
        response = render(None, "503.html", context, status=503)
    else:
        if may_be_sent_again(request):
            context |= {**typed(request), "csrf_token": get_token(request)}
        with translation.override(translation.get_language_from_request(request)):
            response = render(None, "503_desk.html", context, status=503)
    response["Retry-After"] = SECONDS_UNTIL_RETRY
    add_never_cache_headers(response)
    return response
