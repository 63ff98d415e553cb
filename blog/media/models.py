"""Pictures as rows: the file, what it shows, whose it is, who brought it."""

import datetime
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from blog.media import renditions
from blog.media.pictures import PictureInfo, digest, thumbnail
from blog.media.querysets import ImageManager
from blog.naming import name_key, slugify
from blog.pagecache.keys import Recorded
from blog.pagecache.purging import changing
from blog.push.cdn import purge_later

# In front of the app (deploy/nginx); a network that asks before then would be given an old file once more.
PROXIES_KEEP = datetime.timedelta(seconds=90)


def media_path(image: "Image", filename: str) -> str:
    """`images/1f/1fd8…/cover.png`: the digest makes an unpublished picture's address unguessable."""
    return f"images/{image.sha256[:2]}/{image.sha256[2:34]}/{filename}"


def thumbnail_path(image: "Image", filename: str) -> str:
    return f"thumbnails/{image.sha256[:2]}/{image.sha256[2:34]}/{filename}"


def file_tag(path: str) -> str:
    """By what a network keeps a picture's file, thumbnail and smaller versions; empty for other paths."""
    parts = path.split("/")
    return f"f{parts[2]}" if len(parts) == 4 else ""


class Image(Recorded, models.Model):
    surrogate_prefix = "i"

    file = models.ImageField(_("file"), upload_to=media_path, max_length=200)
    alt = models.CharField(
        _("alternative text"),
        max_length=300,
        blank=True,
        help_text=_("What the picture shows, for readers who cannot see it."),
    )
    credit = models.CharField(
        _("credit"), max_length=200, blank=True, help_text=_("Who made it, as it must be named.")
    )
    licence = models.CharField(
        _("licence"), max_length=100, blank=True, help_text=_("What allows us to show it.")
    )
    notes = models.TextField(_("notes"), blank=True, help_text=_("For the newsroom only."))
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

    thumbnail = models.FileField(upload_to=thumbnail_path, max_length=200, blank=True, editable=False)
    rendition_widths = models.JSONField(null=True, editable=False)  # null: nobody has looked yet
    search_text = models.TextField(blank=True, editable=False)

    objects = ImageManager()

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        verbose_name = _("image")
        verbose_name_plural = _("images")

    def __str__(self):
        return self.alt or PurePosixPath(self.file.name).name

    def save(self, *, update_fields=None, **kwargs):
        texts = (PurePosixPath(self.file.name).name, self.alt, self.credit, self.licence, self.notes)
        self.search_text = name_key(" ".join((*texts, self.old_path or "")))
        if update_fields is not None:
            update_fields = {*update_fields, "search_text"}
        with changing(*([self.surrogate_key] if self.pk else [])):
            super().save(update_fields=update_fields, **kwargs)

    @property
    def srcset(self) -> str:
        """The addresses of its renditions with their widths; empty until they are made."""
        return renditions.srcset(self)

    def write(self, content: bytes, info: PictureInfo, filename: str) -> None:
        """Store the bytes as this picture's file, without saving the row.

        A path that was a picture's before it was replaced is not used again: it redirects.
        """
        self.sha256, self.size = digest(content), len(content)
        self.width, self.height = info.width, info.height
        stem = slugify(PurePosixPath(filename).stem)[:60]
        name, number = f"{stem}.{info.extension}", 1
        while FormerFile.objects.filter(path=media_path(self, name)).exists():
            number += 1
            name = f"{stem}-{number}.{info.extension}"
        self.file.save(name, ContentFile(content), save=False)

    def forget_files(self) -> None:
        """Have all files that are this picture's deleted, and forgotten by the network that keeps them, once
        the caller's transaction is committed. No row may say then that they are there.
        """
        transaction.on_commit(self._delete_files)
        for due_at in (None, timezone.now() + PROXIES_KEEP):
            purge_later({file_tag(self.file.name)}, due_at)

    def _delete_files(self) -> None:
        for file in (self.file, self.thumbnail):
            if file:
                file.storage.delete(file.name)
        renditions.forget(self.file.storage, self.sha256, self.rendition_widths or ())

    def make_thumbnail(self) -> None:
        """Store a small WebP. Raises UnusablePicture, or FileNotFoundError when the file is lost."""
        with self.file.open("rb") as file:
            content = thumbnail(file.read())
        self.thumbnail.save("320.webp", ContentFile(content), save=False)
        with changing():  # readers see no thumbnail
            is_first = Image.objects.filter(pk=self.pk, thumbnail="").update(thumbnail=self.thumbnail.name)
        if not is_first:
            self.thumbnail.storage.delete(self.thumbnail.name)  # somebody was faster
            self.refresh_from_db(fields=["thumbnail"])

    def replace(self, content: bytes, info: PictureInfo, filename: str) -> None:
        """Put other bytes, which `prepare` has let through, in the place of this picture's file.

        All that shows it shows the new one: addresses in bodies name the picture and are not rewritten, but
        the HTML is made anew, which is no edit. The old address redirects. Raises IntegrityError when the
        bytes are another picture's.
        """
        storage = self.file.storage
        with transaction.atomic():
            old = Image.objects.select_for_update().get(pk=self.pk)
            self.refresh_from_db(fields=["alt", "credit", "licence", "notes", "old_path"])  # saved meanwhile
            self.write(content, info, filename)
            self.thumbnail, self.rendition_widths = "", None
            try:
                with transaction.atomic():
                    FormerFile.objects.create(image=self, path=old.file.name)
                    self.save()
                    renditions.make_later(self.pk)
                    self.render_bodies()
                    for post in self.posts.public():  # that have it as their cover
                        post.tell_readers_view()
            except BaseException:
                storage.delete(self.file.name)
                raise
            old.forget_files()
        self.make_thumbnail()

    def render_bodies(self) -> None:
        """Make the HTML of all posts and pages anew that show the picture in their text.

        Each is read when its lock is held: what somebody saves meanwhile is what is rendered.
        """
        for kind in ("post", "page"):
            shown = self.uses.filter(**{f"{kind}__isnull": False}).order_by(kind)
            owners = self.uses.model._meta.get_field(kind).related_model._base_manager
            for pk in list(shown.values_list(kind, flat=True)):
                with transaction.atomic():
                    owner = owners.select_for_update(no_key=True).filter(pk=pk).first()
                    if owner:
                        owner.render_again()

    @transaction.atomic
    def delete(self, **kwargs):
        """The files go with the row, once the deletion is certain."""
        stored = Image.objects.select_for_update().filter(pk=self.pk).first()
        if stored:
            stored.forget_files()
        return super().delete(**kwargs)


class FormerFile(models.Model):
    """The path of a file that was replaced. It names the picture, so that it leads to the newest file."""

    image = models.ForeignKey(Image, models.CASCADE, related_name="former_files", verbose_name=_("image"))
    path = models.CharField(_("path"), max_length=200, unique=True)
    replaced_at = models.DateTimeField(_("replaced"), auto_now_add=True)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        verbose_name = _("former file")
        verbose_name_plural = _("former files")

    def __str__(self):
        return self.path
