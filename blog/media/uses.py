"""Which posts and pages show which pictures in their bodies. A cover is a field of its post.

A working draft's pictures, its cover among them, are rows here too: they must be there when it is published.
"""

import re
from html import unescape
from urllib.parse import unquote

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from blog.media.renditions import make_later

_ADDRESS = re.compile(r'\b(?:src|href)="([^"]+)"')


def picture_paths(html: str) -> set[str]:
    """Paths of all that a body shows or links to and that can be a picture of ours."""
    found = (unescape(match).removeprefix(settings.SITE_URL) for match in _ADDRESS.findall(html))
    paths = {unquote(re.sub(r"[?#].*", "", address, flags=re.DOTALL)) for address in found}
    return {path for path in paths if path.startswith("/") and "\0" not in path}


class ImageUseManager(models.Manager):
    def follow(self, owners: list) -> None:
        """Bring the table up to date with the `picture_paths` of these posts, pages or working drafts.

        To be called in the transaction that stores them. Costs two queries when nothing has changed.
        """
        if not owners:
            return
        kind = next(field.name for field in self.model._meta.fields if field.related_model is type(owners[0]))
        paths = {owner.pk: owner.picture_paths for owner in owners}
        pictures = self.model._meta.get_field("image").related_model.objects
        images = pictures.values_at(set().union(*paths.values()), "pk")
        wanted = {(owner, images[path]) for owner, named in paths.items() for path in named if path in images}
        stored = {
            (owner, image): pk
            for pk, owner, image in self.filter(**{f"{kind}__in": paths}).values_list("pk", kind, "image")
        }
        stale = [pk for use, pk in stored.items() if use not in wanted]
        if stale:
            self.filter(pk__in=stale).delete()
        new = [
            self.model(image_id=image, **{f"{kind}_id": owner})
            for owner, image in sorted(wanted - set(stored))
        ]
        if new:
            self.bulk_create(new, ignore_conflicts=True)  # two people may save the post at the same moment
            self._make_renditions_later({use.image_id for use in new})

    def _make_renditions_later(self, used: set[int]) -> None:
        """Whoever makes those of a picture at this moment cannot see a text that is just being saved."""
        images = self.model._meta.get_field("image").related_model.objects
        unmade = images.filter(pk__in=used, rendition_widths__isnull=True).order_by("pk")
        if keys := list(unmade.values_list("pk", flat=True)):
            make_later(*keys)


class ImageUse(models.Model):
    """One picture in one post, page or working draft, however often it stands there."""

    image = models.ForeignKey("Image", models.PROTECT, related_name="uses", verbose_name=_("image"))
    post = models.ForeignKey("Post", models.CASCADE, null=True, related_name="image_uses")
    page = models.ForeignKey("Page", models.CASCADE, null=True, related_name="image_uses")
    draft = models.ForeignKey("WorkingDraft", models.CASCADE, null=True, related_name="image_uses")

    objects = ImageUseManager()

    class Meta:
        default_permissions = ()
        verbose_name = _("use of an image")
        verbose_name_plural = _("uses of images")
        constraints = [
            models.CheckConstraint(
                condition=Q(post__isnull=False, page__isnull=True, draft__isnull=True)
                | Q(post__isnull=True, page__isnull=False, draft__isnull=True)
                | Q(post__isnull=True, page__isnull=True, draft__isnull=False),
                name="image_use_has_one_place",
            ),
            models.UniqueConstraint(fields=["post", "image"], name="image_once_per_post"),
            models.UniqueConstraint(fields=["page", "image"], name="image_once_per_page"),
            models.UniqueConstraint(fields=["draft", "image"], name="image_once_per_draft"),
        ]

    def __str__(self):
        return str(self.post or self.page or self.draft)
