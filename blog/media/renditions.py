"""Smaller AVIFs of a picture, from which a browser chooses by the width that it shows: a task of the outbox.

Until they are made, and for pictures that would gain nothing, pages show the file.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import transaction
from django.utils.encoding import filepath_to_uri

from blog.media.pictures import UnusablePicture, renditions
from blog.outbox.queue import tell
from blog.outbox.work import HopelessError, LaterError
from blog.pagecache.purging import changing

KIND = "renditions"


def make_later(*keys: int) -> None:
    """Have them made for the pictures with these keys; in the transaction that stores or uses these."""
    tell(KIND, " ".join(map(str, keys)), {"images": keys})


def make(payload: dict) -> None:
    """The outbox's handler. Each picture is a task of its own, so that a bad one keeps no other from its own.

    Pages that show the picture are made anew, even if nothing else is to be done: a text that was being saved
    meanwhile could not know of them.
    """
    keys = payload["images"]
    if len(keys) > 1:
        for key in keys:
            make_later(key)
        return
    for image in apps.get_model("blog", "Image").objects.filter(pk__in=keys):
        if image.rendition_widths is None:
            _make(image)
        else:
            image.render_bodies()


def _make(image) -> None:
    """What is stored is seen once the row says so. The row is locked meanwhile, so that of two workers who
    have made the same one stores it, and nobody stores what is of a picture that was replaced or deleted.
    """
    try:
        with image.file.open("rb") as file:
            made = renditions(file.read())
    except FileNotFoundError as error:  # the folder may be mounted later
        raise LaterError(f"{image.file.name}: {error}") from error
    except UnusablePicture as error:
        raise HopelessError(f"{image.file.name}: {error}") from error
    with transaction.atomic():
        rows = type(image).objects.filter(pk=image.pk, sha256=image.sha256)
        current = rows.select_for_update(no_key=True).first()  # a text that shows it may be saved meanwhile
        if current is None:
            return
        if current.rendition_widths is None:
            for width, content in made.items():
                _store(image.file.storage, path(image.sha256, width), content)
            with changing(image.surrogate_key):
                rows.update(rendition_widths=sorted(made))
        current.render_bodies()


def _store(storage, name: str, content: bytes) -> None:
    """Whole or not at all, in the place of what a killed worker may have left there."""
    if isinstance(storage, FileSystemStorage):
        unfinished = storage.save(f"{name}.unfinished", ContentFile(content))
        Path(storage.path(unfinished)).replace(storage.path(name))
    else:  # a bucket shows nothing before it has all
        storage.delete(name)
        storage.save(name, ContentFile(content))


def forget(storage, sha256: str, widths: Iterable[int]) -> None:
    """Delete those of a picture that is no more, unless the same bytes were uploaded again meanwhile."""
    if not apps.get_model("blog", "Image").objects.filter(sha256=sha256).exists():
        for width in widths:
            storage.delete(path(sha256, width))


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
