"""Pages beside the news: about, privacy, terms."""

import re

from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from blog.models.markdown import MarkdownContent
from blog.pagecache.keys import SITE, Recorded
from blog.pagecache.purging import changing

# First parts of addresses that belong to the rest of the site.
RESERVED_SLUGS = frozenset(
    {
        "admin",
        "archive",
        "assets",
        "authors",
        "category",
        "corrections",
        "feed",
        "feeds",
        "healthz",
        "media",
        "page",
        "search",
        "sitemap",
        "static",
        "tags",
    }
)
# Not a year, and not the old `page2`, which are addresses of lists.
_SLUG = re.compile(r"\A(?!page[0-9]+\Z)[a-z][a-z0-9-]*\Z")


class PageQuerySet(models.QuerySet):
    def public(self):
        return self.filter(is_published=True)


class Page(Recorded, MarkdownContent):
    surrogate_prefix = "g"

    title = models.CharField(_("title"), max_length=200)
    slug = models.CharField(
        _("slug"),
        max_length=100,
        unique=True,
        validators=[RegexValidator(_SLUG, _("Use a–z, 0–9 and hyphens, a letter first."))],
    )
    description = models.CharField(_("meta description"), max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(_("position in the footer"), default=0)
    is_published = models.BooleanField(pgettext_lazy("page", "published"), default=True)
    updated_at = models.DateTimeField(_("last edit"), auto_now=True)

    objects = PageQuerySet.as_manager()

    class Meta:
        ordering = ["position", "title"]
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        constraints = [
            models.CheckConstraint(condition=~models.Q(title=""), name="page_title_not_empty"),
            models.CheckConstraint(condition=~models.Q(slug=""), name="page_slug_not_empty"),
            models.CheckConstraint(
                condition=~models.Q(slug__in=sorted(RESERVED_SLUGS)), name="page_slug_not_reserved"
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("page", args=[self.slug])

    def save(self, **kwargs):
        with changing(SITE) as change:  # every page has a link to it
            super().save(**kwargs)
            if not self.is_published:
                change.remove(self.surrogate_key)

    def delete(self, **kwargs):
        with changing(SITE) as change:
            change.remove(self.surrogate_key)
            return super().delete(**kwargs)
