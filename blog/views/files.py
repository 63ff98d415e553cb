"""Files of the media folder, and the addresses that they had on the old site."""

import hashlib

from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from blog.addresses import canonical_path
from blog.media import renditions
from blog.models import Image

LONGEST_PATH = 200  # of a file that we have stored (Image.file)


@require_safe
def media(request, path: str):
    """A picture or thumbnail, from the disk or the bucket. Its address holds a digest of its content, so a
    copy is good for ever.

    The address of a file that was replaced leads to the new one, as do those of its smaller versions; it is
    never used again.
    """
    try:
        if len(path) > LONGEST_PATH or "\0" in path:
            raise Http404(_("There is no such file."))
        file = default_storage.open(path)
    except (SuspiciousOperation, OSError, ValueError) as error:  # outside, a folder, not there
        former = {"former_files__path": path}
        if original := renditions.file_of(path):
            former = {"former_files__path__startswith": original}
        image = Image.objects.filter(**former).first()
        if image is None:
            raise Http404(_("There is no such file.")) from error
        return HttpResponsePermanentRedirect(image.file.url)
    response = FileResponse(file, filename=path)
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    response["ETag"] = etag = quote_etag(hashlib.sha256(path.encode()).hexdigest()[:32])
    answer = get_conditional_response(request, etag=etag, response=response)
    if answer is not response:
        response.close()
    return answer


@require_safe
def old_asset(request, path: str):
    """`/assets/images/cover.png` of the old site: the picture that came from there."""
    image = get_object_or_404(Image, old_path=canonical_path(f"/assets/{path}"))
    return HttpResponsePermanentRedirect(image.file.url)
