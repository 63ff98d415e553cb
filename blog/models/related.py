"""A post's ordered list of related posts."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from blog.models.posts import Post
from blog.pagecache.purging import changing


class RelatedPost(models.Model):
    """One entry of a post's ordered list of related posts.

    An imported entry whose article is not here (yet) keeps its `reference` and has no target.
    """

    post = models.ForeignKey(Post, models.CASCADE, related_name="related_entries", verbose_name=_("post"))
    target = models.ForeignKey(
        Post,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="related_from",
        verbose_name=_("related post"),
    )
    reference = models.JSONField(_("entry as imported"), null=True, blank=True, editable=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("related post")
        verbose_name_plural = _("related posts")
        constraints = [
            models.UniqueConstraint(fields=["post", "target"], name="related_post_once"),
            models.CheckConstraint(
                condition=Q(target__isnull=False) | Q(reference__isnull=False),
                name="related_post_names_something",
            ),
            models.CheckConstraint(
                condition=Q(target__isnull=True) | ~Q(target=F("post")), name="related_post_is_another"
            ),
        ]

    def __str__(self):
        return str(self.target or self.reference)

    def save(self, **kwargs):
        with changing(self.post.surrogate_key) as change:
            change.touch(*self._stored_keys())
            super().save(**kwargs)

    def delete(self, **kwargs):
        with changing() as change:
            change.touch(*self._stored_keys())
            return super().delete(**kwargs)

    def _stored_keys(self) -> list[str]:
        """Of the post that has it until now."""
        stored = RelatedPost.objects.select_for_update().filter(pk=self.pk)
        return [f"{Post.surrogate_prefix}{pk}" for pk in stored.values_list("post", flat=True)]
