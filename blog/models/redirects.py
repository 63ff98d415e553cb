"""Old addresses of posts."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from blog.addresses import canonical_path


class RedirectManager(models.Manager):
    def post_formerly_at(self, path: str):
        """The post that had this address, if readers may see it or could once; else None."""
        redirect = self.filter(old_path=canonical_path(path)[:500]).select_related("post").first()
        if redirect and (redirect.post.is_public or redirect.post.is_gone):
            return redirect.post
        return None


class Redirect(models.Model):
    """An address at which a post was, or was linked to by mistake, and where readers are sent on from.

    It names the post, not another address: a chain or a loop cannot be written down.
    A post that has the address itself always wins over a redirect.
    """

    old_path = models.CharField(
        _("old address"), max_length=500, unique=True, help_text=_("For example /2025/10/20/old-slug/")
    )
    post = models.ForeignKey("Post", models.CASCADE, related_name="redirects", verbose_name=_("post"))

    objects = RedirectManager()

    class Meta:
        ordering = ["old_path"]
        verbose_name = _("redirect")
        verbose_name_plural = _("redirects")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(old_path__startswith="/"), name="redirect_path_is_rooted"
            )
        ]

    def __str__(self):
        return self.old_path

    def clean(self):
        self.old_path = canonical_path(self.old_path)

    def save(self, **kwargs):
        self.old_path = canonical_path(self.old_path)
        super().save(**kwargs)
