"""Pages for what is not there."""

from django.conf import settings
from django.shortcuts import render
from django.utils.translation import gettext as _

from blog.views.head import Head


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
    return render(None, "500.html", {"SITE_NAME": settings.SITE_NAME}, status=500)
