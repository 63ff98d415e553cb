"""Smaller AVIFs of a picture, from which a browser chooses by the width that it shows: a task of the outbox.

Until they are made, and for pictures that would gain nothing, pages show the file.
"""

import re

from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.encoding import filepath_to_uri

from blog.media.pictures import UnusablePicture, renditions
from blog.outbox.queue import tell
from blog.outbox.work import HopelessError, LaterError
from blog.pagecache.purging import changing

KIND = "renditions"


def make_later(*keys: int) -> None:
    """Have them made for the pictures with these keys; in the transaction that stores or uses these."""
    tell(KIND, " ".join(map(str, keys))[:1000], {"images": keys})


def make(payload: dict) -> None:
    """The outbox's handler. Pages that show the pictures are made anew, even if nothing else is to be done:
    a text that was being saved meanwhile could not know of them.
    """
    for image in apps.get_model("blog", "Image").objects.filter(pk__in=payload["images"]).order_by("pk"):
        if image.rendition_widths is None:
            _make(image)
        else:
            image.render_bodies()


def _make(image) -> None:
    """What is stored is seen once the row says so."""
    try:
        with image.file.open("rb") as file:
            made = renditions(file.read())
    except FileNotFoundError as error:  # the folder may be mounted later
        raise LaterError(f"{image.file.name}: {error}") from error
    except UnusablePicture as error:
        raise HopelessError(f"{image.file.name}: {error}") from error
    storage = image.file.storage
    for width, content in made.items():
        name = path(image.sha256, width)
        storage.delete(name)  # half of it, from a worker that was killed
        storage.save(name, ContentFile(content))
    with transaction.atomic():
        with changing(image.surrogate_key):
            current = type(image).objects.filter(pk=image.pk, sha256=image.sha256)
            is_current = current.update(rendition_widths=sorted(made))
        if is_current:
            image.render_bodies()
    if not is_current:  # replaced or deleted meanwhile
        for width in made:
            storage.delete(path(image.sha256, width))


def file_of(path: str) -> str:
    """With what the path of the file begins that a rendition was made of; empty if it is no rendition's."""
    found = re.fullmatch(r"renditions/([0-9a-f]{2}/[0-9a-f]{32})/[0-9]+\.avif", path)
    return f"images/{found[1]}/" if found else ""


def path(sha256: str, width: int) -> str:
    return f"renditions/{sha256[:2]}/{sha256[2:34]}/{width}.avif"


def srcset(image) -> str:
    """As the attribute of that name wants it; empty if there are none."""
    names = ((path(image.sha256, width), width) for width in image.rendition_widths or ())
    return ", ".join(f"{settings.MEDIA_URL}{filepath_to_uri(name)} {width}w" for name, width in names)
