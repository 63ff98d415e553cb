"""Filters of the list of posts that somebody keeps, and the dead links that were found."""

import unicodedata

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SavedFilterQuerySet(models.QuerySet):
    def for_user(self, user):
        """The user's own in the user's order, then those that others share."""
        own = models.Case(models.When(user=user, then=0), default=1)
        return self.filter(Q(user=user) | Q(shared=True)).order_by(own, "position", "pk")


class SavedFilter(models.Model):
    """A name for a query of the list of posts. `query` holds only parameters of that list."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_filters", verbose_name=_("user account")
    )
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=1000, editable=False)
    shared = models.BooleanField(_("shared with everybody"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"],
                name="saved_filter_name_once_per_user",
                violation_error_message=_("You have a filter of this name already."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="saved_filter_name_not_empty"),
            models.CheckConstraint(condition=~Q(query=""), name="saved_filter_query_not_empty"),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        self.name = " ".join(unicodedata.normalize("NFC", self.name).split())


class DeadLink(models.Model):
    """A link of an article to an address of this site where readers find nothing.

    Written when a post is saved at the desk, and for all posts by `manage.py check_links`: the
    pages that show it read no article.
    """

    post = models.ForeignKey("Post", models.CASCADE, related_name="dead_links", verbose_name=_("post"))
    path = models.CharField(_("address"), max_length=500)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("dead link")
        verbose_name_plural = _("dead links")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["post", "path"], name="dead_link_once_per_post")]

    def __str__(self):
        return self.path
