"""Which pictures there are, by what they are asked for; and a new one, stored once."""

from urllib.parse import unquote

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Coalesce

from blog.media import renditions
from blog.media.pictures import PictureInfo, digest, inspect, prepare
from blog.naming import name_key
from blog.rendering import Picture


class ImageQuerySet(models.QuerySet):
    def search(self, query: str):
        """Those that have every word in their texts or names, whatever its width or case."""
        for word in name_key(query).split():
            self = self.filter(search_text__contains=word)
        return self

    def unused(self):
        """Neither a cover nor in any body."""
        return self.filter(~models.Exists(self._related("posts")), ~models.Exists(self._related("uses")))

    def with_use_counts(self):
        """Adds `cover_count` and `body_count`."""
        return self.annotate(cover_count=self._count("posts"), body_count=self._count("uses"))

    def values_at(self, paths: set[str], name: str) -> dict:
        """That field of the picture that each path leads to, now or formerly, by those that lead to one."""
        if not paths:
            return {}
        media_url = settings.MEDIA_URL
        files = {path.removeprefix(media_url) for path in paths if path.startswith(media_url)}
        found = {}
        if files:
            former = self.model.former_files.rel.related_model.objects.filter(path__in=files)
            found |= {media_url + path: value for path, value in former.values_list("path", f"image__{name}")}
        named = self.filter(models.Q(file__in=files) | models.Q(old_path__in=paths))
        for file, old_path, value in named.values_list("file", "old_path", name):
            found |= {media_url + file: value, old_path: value}
        return {path: value for path, value in found.items() if path in paths}

    def _related(self, relation: str):
        """The rows of a relation of each picture. Joins instead would multiply one with the other."""
        related = getattr(self.model, relation).rel
        return related.related_model._base_manager.filter(**{related.field.name: models.OuterRef("pk")})

    def _count(self, relation: str):
        name = getattr(self.model, relation).rel.field.name
        rows = self._related(relation).order_by().values(name).annotate(count=models.Count("pk"))
        return Coalesce(models.Subquery(rows.values("count")), 0)


class ImageManager(models.Manager.from_queryset(ImageQuerySet)):
    def upload(self, content: bytes, filename: str, **fields) -> models.Model:
        """Store what a person uploaded: checked, upright, without metadata, at a useful size.

        The same picture is stored once: the existing row is returned as it is.
        Raises UnusablePicture with a reason for the user.
        """
        existing = self.with_content(content)
        if existing:
            return existing
        image = self.store(*prepare(content), filename, **fields)
        if not image.thumbnail:
            image.make_thumbnail()
        return image

    def keep(self, content: bytes, filename: str, **fields) -> models.Model:
        """Store a picture byte for byte, as an import must. Raises UnusablePicture."""
        return self.with_content(content) or self.store(content, inspect(content), filename, **fields)

    def with_content(self, content: bytes) -> models.Model | None:
        """The picture that is stored with exactly these bytes."""
        return self.filter(sha256=digest(content)).first()

    def store(self, content: bytes, info: PictureInfo, filename: str, **fields) -> models.Model:
        """Store bytes that `prepare` or `inspect` has let through, once."""
        existing = self.with_content(content)
        if existing:
            return existing
        image = self.model(**fields)
        image.write(content, info, filename)
        try:
            with transaction.atomic():
                image.save(force_insert=True)
                renditions.make_later(image.pk)
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
        image = self.at(path)
        if image is None:
            return None
        url, sources = image.file.url, image.srcset
        return Picture(url=url, width=image.width, height=image.height, alt=image.alt, srcset=sources)

    def at(self, path: str) -> models.Model | None:
        """The picture that a path leads to: its own, one that it had, or that of the old site."""
        if not path.startswith(settings.MEDIA_URL):
            return self.filter(old_path=path).first() if path.startswith("/") else None
        file = path.removeprefix(settings.MEDIA_URL)
        return self.filter(file=file).first() or self.filter(former_files__path=file).first()
