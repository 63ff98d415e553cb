"""Smaller AVIFs of a picture, from which a browser chooses by the width that it shows: a task of the outbox.

Until they are made, and where none would be smaller than the file itself, pages show the file.
"""

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


def make_later(image) -> None:
    """To be called in the transaction that stores the picture's file."""
    tell(KIND, str(image.pk), {"image": image.pk})


def make(payload: dict) -> None:
    """The outbox's handler. What it stores is seen once its row says so."""
    model = apps.get_model("blog", "Image")
    image = model.objects.filter(pk=payload["image"]).first()
    if image is None:
        return
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
        current = model.objects.select_for_update().filter(pk=image.pk, sha256=image.sha256)
        with changing(image.surrogate_key):
            is_current = current.update(rendition_widths=list(made))
        if is_current:
            image.render_bodies()
    if not is_current:  # replaced or deleted meanwhile
        for width in made:
            storage.delete(path(image.sha256, width))


def path(sha256: str, width: int) -> str:
    return f"renditions/{sha256[:2]}/{sha256[2:34]}/{width}.avif"


def srcset(image) -> str:
    """As the attribute of that name wants it; empty if there are none."""
    names = ((path(image.sha256, width), width) for width in image.rendition_widths)
    return ", ".join(f"{settings.MEDIA_URL}{filepath_to_uri(name)} {width}w" for name, width in names)
