"""Pictures from media into the folder, at the paths by which articles name them."""

from collections.abc import Iterator

from django.conf import settings

from blog.models import Image


def path_of(image: Image) -> str:
    """Its path on the old site; for one that was uploaded here, that of its address, which articles use."""
    return image.old_path or settings.MEDIA_URL + image.file.name


def pictures() -> Iterator[tuple[str, Image]]:
    """By path, also by those that articles name from before a picture was replaced."""
    for image in Image.objects.order_by("pk").prefetch_related("former_files").iterator(chunk_size=500):
        yield path_of(image), image
        for former in image.former_files.all():
            yield settings.MEDIA_URL + former.path, image


def content(image: Image) -> bytes:
    """Raises OSError when the file is not there."""
    with image.file.open("rb") as file:
        return file.read()


def described() -> dict[str, dict[str, str]]:
    """`_data/pictures.yml`: what is known of each picture beside its bytes."""
    rows = {}
    for path, image in pictures():
        fields = {name: getattr(image, name) for name in ("alt", "credit", "licence", "notes")}
        rows[path] = {key: value for key, value in fields.items() if value}
    return {path: fields for path, fields in rows.items() if fields}
