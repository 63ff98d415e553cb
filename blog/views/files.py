"""Files of the media folder, and the addresses that they had on the old site."""

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.static import serve

from blog.addresses import canonical_path
from blog.models import Image


@require_safe
def media(request, path: str):
    """A file of MEDIA_ROOT. Its address holds a digest of its content, so a copy is good for ever.

    The address of a file that was replaced leads to the new one; it is never used again.
    """
    try:
        response = serve(request, path, document_root=settings.MEDIA_ROOT)
    except (SuspiciousFileOperation, OSError, ValueError) as error:  # outside, too long, a NUL in it
        raise Http404(_("There is no such file.")) from error
    except Http404:
        image = Image.objects.filter(former_files__path=path).first()
        if image is None:
            raise
        return HttpResponsePermanentRedirect(image.file.url)
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
def old_asset(request, path: str):
    """`/assets/images/cover.png` of the old site: the picture that came from there."""
    image = get_object_or_404(Image, old_path=canonical_path(f"/assets/{path}"))
    return HttpResponsePermanentRedirect(image.file.url)
