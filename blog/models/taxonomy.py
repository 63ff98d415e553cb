"""Categories, authors and tags: rows with a name, a comparison key and a slug."""

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from taggit.managers import _TaggableManager
from taggit.models import ItemBase, TagBase

from blog.models.names import Address, Named, Spelling, named_constraints
from blog.models.surrogates import PLACED_BY
from blog.pagecache.keys import CATEGORIES, SITE
from blog.pagecache.purging import changing
from blog.tally.models import Tally


class Category(Named):
    description = models.TextField(_("description"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    tally_scope = Tally.Scope.CATEGORY
    url_name = "category"
    surrogate_prefix = "c"

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        permissions = [("merge_category", _("Can merge categories and split them again"))]
        constraints = named_constraints("category")

    def shown_on(self) -> set[str]:
        """Every page has a link to it once it has a post; the list of feeds offers its feed before."""
        return {SITE} if self.pk else {CATEGORIES}


class CategorySpelling(Spelling):
    row = models.ForeignKey(Category, models.CASCADE, related_name="spellings")


class CategoryAddress(Address):
    row = models.ForeignKey(Category, models.CASCADE, related_name="addresses")


class Author(Named):
    role = models.CharField(_("role"), max_length=100, blank=True)
    bio = models.TextField(_("biography"), blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="author",
        verbose_name=_("user account"),
    )

    tally_scope = Tally.Scope.AUTHOR
    url_name = "author"
    surrogate_prefix = "a"

    class Meta:
        ordering = ["name"]
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        permissions = [("merge_author", _("Can merge authors and split them again"))]
        constraints = named_constraints("author")


class AuthorSpelling(Spelling):
    row = models.ForeignKey(Author, models.CASCADE, related_name="spellings")


class AuthorAddress(Address):
    row = models.ForeignKey(Author, models.CASCADE, related_name="addresses")


class Tag(Named, TagBase):
    posts_path = "tagged_posts__content_object"
    tally_scope = Tally.Scope.TAG
    url_name = "tag"
    surrogate_prefix = "t"

    class Meta:
        ordering = ["name"]
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        permissions = [("merge_tag", _("Can merge tags and split them again"))]
        constraints = named_constraints("tag")

    def natural_key(self):
        return [self.name]


class TagSpelling(Spelling):
    row = models.ForeignKey(Tag, models.CASCADE, related_name="spellings")


class TagAddress(Address):
    row = models.ForeignKey(Tag, models.CASCADE, related_name="addresses")


class TaggedPost(ItemBase):
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="tagged_posts", verbose_name=_("tag"))
    content_object = models.ForeignKey(
        "Post", models.CASCADE, related_name="tagged_posts", verbose_name=_("post")
    )
    # The post's own, copied by the triggers of blog/tally: a tag's posts are found by date in one index.
    status = models.CharField(max_length=10, default="", editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    expires_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("tagging")
        verbose_name_plural = _("taggings")
        constraints = [models.UniqueConstraint(fields=["tag", "content_object"], name="one_tagging_per_post")]
        indexes = [
            models.Index(
                fields=["tag", "status", "published_at", "content_object", "expires_at"], name="tagging_dated"
            )
        ]


class PostTagManager(_TaggableManager):
    """taggit's manager, but names are compared by key, and the order typed is kept."""

    def _to_tag_model_instances(self, tags, tag_kwargs):
        return Tag.objects.for_names([tag.name if isinstance(tag, Tag) else tag for tag in tags])

    def get_prefetch_querysets(self, instances, querysets=None):
        queryset, *rest = super().get_prefetch_querysets(instances, querysets)
        return queryset.order_by("tagged_posts__pk"), *rest

    @transaction.atomic
    def set(self, tags, **kwargs):
        stored = type(self.instance).objects.select_for_update().only(*PLACED_BY).get(pk=self.instance.pk)
        wanted = self._to_tag_model_instances(tags, {})
        old = list(self.through.tags_for(self.model, self.instance).order_by("tagged_posts__pk"))
        if wanted == old:
            return
        with changing() as change:
            super().set(wanted, clear=True)
            stored.note_tags({*old, *wanted}, change)
