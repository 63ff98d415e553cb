"""Files of the media folder, and the addresses that they had on the old site."""

import hashlib

from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef, Q
from django.http import FileResponse, Http404, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from blog.addresses import canonical_path
from blog.media import renditions
from blog.media.models import file_tag
from blog.models import Image, Page, Post
from blog.push import cdn

LONGEST_PATH = 200  # of a file that we have stored (Image.file)


@require_safe
def media(request, path: str):
    """A picture or thumbnail, from the disk or the bucket. Its address holds a digest of its content, so a
    copy is good for ever; but a network is told when the picture is replaced or deleted.

    The address of a file that was replaced leads to the new one for good, and is never used again. Those of
    its smaller versions are, if the same bytes come back; so nobody may keep where they lead to.
    """
    try:
        if len(path) > LONGEST_PATH or "\0" in path:
            raise Http404(_("There is no such file."))
        file = default_storage.open(path)
    except (SuspiciousOperation, OSError, ValueError) as error:  # outside, a folder, not there
        if image := Image.objects.filter(former_files__path=path).first():
            return HttpResponsePermanentRedirect(image.file.url)
        original = renditions.file_of(path)
        image = original and Image.objects.filter(former_files__path__startswith=original).first()
        if not image:
            raise Http404(_("There is no such file.")) from error
        return HttpResponseRedirect(image.file.url, headers={"Cache-Control": "no-store"})
    response = FileResponse(file, filename=path)
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    if tag := file_tag(path):
        for name, value in cdn.tag_headers([tag]).items():
            response[name] = value
    response["ETag"] = etag = quote_etag(hashlib.sha256(path.encode()).hexdigest()[:32])
    answer = get_conditional_response(request, etag=etag, response=response)
    if answer is not response:
        response.close()
    return answer


@require_safe
def old_asset(request, path: str):
    """`/assets/images/cover.png` of the old site: the picture that came from there.

    Anybody can guess this address, so it is there only while something that readers see shows the picture.
    """
    shown = Exists(
        Post.objects.public().filter(Q(cover=OuterRef("pk")) | Q(image_uses__image=OuterRef("pk")))
    )
    shown |= Exists(Page.objects.public().filter(image_uses__image=OuterRef("pk")))
    image = get_object_or_404(Image, shown, old_path=canonical_path(f"/assets/{path}"))
    return HttpResponsePermanentRedirect(image.file.url)
