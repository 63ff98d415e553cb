"""Pictures as rows: the file, what it shows, whose it is, who brought it."""

import hashlib
from pathlib import PurePosixPath
from urllib.parse import unquote

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from blog.media.pictures import PictureInfo, inspect, prepare
from blog.naming import slugify
from blog.rendering import Picture


def media_path(image: "Image", filename: str) -> str:
    """`images/1f/1fd8…/cover.png`: the digest makes an unpublished picture's address unguessable."""
    return f"images/{image.sha256[:2]}/{image.sha256[2:34]}/{filename}"


class ImageManager(models.Manager):
    def upload(self, content: bytes, filename: str, **fields) -> "Image":
        """Store what a person uploaded: checked, upright, without metadata, at a useful size.

        The same picture is stored once: the existing row is returned as it is.
        Raises UnusablePicture with a reason for the user.
        """
        return self.with_content(content) or self.store(*prepare(content), filename, **fields)

    def keep(self, content: bytes, filename: str, **fields) -> "Image":
        """Store a picture byte for byte, as an import must. Raises UnusablePicture."""
        return self.with_content(content) or self.store(content, inspect(content), filename, **fields)

    def with_content(self, content: bytes) -> "Image | None":
        """The picture that is stored with exactly these bytes."""
        return self.filter(sha256=_digest(content)).first()

    def store(self, content: bytes, info: PictureInfo, filename: str, **fields) -> "Image":
        """Store bytes that `prepare` or `inspect` has let through, once."""
        existing = self.with_content(content)
        if existing:
            return existing
        image = self.model(
            sha256=_digest(content), size=len(content), width=info.width, height=info.height, **fields
        )
        name = f"{slugify(PurePosixPath(filename).stem)[:60]}.{info.extension}"
        image.file.save(name, ContentFile(content), save=False)
        try:
            with transaction.atomic():
                image.save(force_insert=True)
        except IntegrityError:
            existing = self.with_content(content)  # somebody stored it in this very moment
            if existing is None:
                raise
            image.file.storage.delete(image.file.name)
            return existing
        return image

    def find(self, url: str) -> Picture | None:
        """What the renderer needs to know of a picture in an article: by media URL or old path."""
        path = unquote(url)
        if "\0" in path:  # PostgreSQL refuses to look for it
            return None
        if path.startswith(settings.MEDIA_URL):
            image = self.filter(file=path.removeprefix(settings.MEDIA_URL)).first()
        else:
            image = self.filter(old_path=path).first() if path.startswith("/") else None
        return image and Picture(url=image.file.url, width=image.width, height=image.height, alt=image.alt)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Image(models.Model):
    file = models.ImageField(_("file"), upload_to=media_path, max_length=200)
    alt = models.CharField(
        _("alternative text"),
        max_length=300,
        blank=True,
        help_text=_("What the picture shows, for readers who cannot see it."),
    )
    credit = models.CharField(_("credit"), max_length=200, blank=True)
    width = models.PositiveIntegerField(_("width"), editable=False)
    height = models.PositiveIntegerField(_("height"), editable=False)
    size = models.PositiveIntegerField(_("size in bytes"), editable=False)
    sha256 = models.CharField(max_length=64, unique=True, editable=False)
    old_path = models.CharField(
        _("path on the old site"), max_length=500, unique=True, null=True, blank=True, editable=False
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("uploaded by"),
    )
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)

    objects = ImageManager()

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        verbose_name = _("image")
        verbose_name_plural = _("images")

    def __str__(self):
        return self.alt or PurePosixPath(self.file.name).name

    def delete(self, **kwargs):
        """The file goes with the row, once the deletion is certain."""
        storage, name = self.file.storage, self.file.name
        deleted = super().delete(**kwargs)
        transaction.on_commit(lambda: storage.delete(name))
        return deleted
