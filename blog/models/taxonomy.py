"""Categories, authors and tags: rows with a name, a comparison key and a slug."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from taggit.managers import _TaggableManager
from taggit.models import ItemBase, TagBase

from blog.naming import NAME_LENGTH, SLUG_LENGTH, name_key, normalise_name, slugify
from blog.querysets import NamedQuerySet
from blog.search.models import FoldedNameField


class Named(models.Model):
    """A name that is found again whatever its width or case, and the slug in its address.

    `posts_path` is the lookup path from the row to its posts, `url_name` the view of its archive.
    """

    name = models.CharField(_("name"), max_length=NAME_LENGTH, unique=True)
    key = models.CharField(max_length=NAME_LENGTH * 2, unique=True, editable=False)
    folded = FoldedNameField()
    slug = models.CharField(
        _("slug"),
        max_length=SLUG_LENGTH,
        unique=True,
        blank=True,
        help_text=_("The part of the address; made from the name when left empty."),
    )

    objects = NamedQuerySet.as_manager()

    posts_path = "posts"
    url_name = ""

    class Meta:
        abstract = True

    def __str__(self):
        return self.name

    def get_absolute_url(self) -> str:
        return reverse(self.url_name, args=[self.slug])

    def clean(self):
        self.name = normalise_name(self.name)
        self.slug = slugify(self.slug) if self.slug else self._free_slug()
        if not self.name:
            raise ValidationError({"name": _("The name is empty.")})
        if len(self.name) > NAME_LENGTH:  # NFKC may lengthen it: ㍿ becomes 株式会社
            raise ValidationError({"name": _("The name is too long.")})
        twin = type(self)._base_manager.filter(key=name_key(self.name)).exclude(pk=self.pk).first()
        if twin:
            raise ValidationError({"name": _("“%(name)s” is the same name.") % {"name": twin.name}})

    def save(self, *, update_fields=None, **kwargs):
        self.name = normalise_name(self.name)
        self.key = name_key(self.name)
        self.slug = slugify(self.slug) if self.slug else self._free_slug()
        if update_fields is not None and "name" in update_fields:
            update_fields = {*update_fields, "key", "folded"}
        super().save(update_fields=update_fields, **kwargs)

    def _free_slug(self) -> str:
        base = slugify(self.name)
        taken = set(
            type(self)
            ._base_manager.filter(slug__startswith=base[: SLUG_LENGTH - 6])
            .exclude(pk=self.pk)
            .values_list("slug", flat=True)
        )
        slug, number = base, 1
        while slug in taken:
            number += 1
            slug = f"{base[: SLUG_LENGTH - 6].rstrip('-')}-{number}"
        return slug


def named_constraints(model: str) -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(condition=~models.Q(name=""), name=f"{model}_name_not_empty"),
        models.CheckConstraint(condition=~models.Q(slug=""), name=f"{model}_slug_not_empty"),
    ]


class Category(Named):
    description = models.TextField(_("description"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    url_name = "category"

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        constraints = named_constraints("category")


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

    url_name = "author"

    class Meta:
        ordering = ["name"]
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        constraints = named_constraints("author")


class Tag(Named, TagBase):
    posts_path = "tagged_posts__content_object"
    url_name = "tag"

    class Meta:
        ordering = ["name"]
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        constraints = named_constraints("tag")

    def natural_key(self):
        return [self.name]


class TaggedPost(ItemBase):
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="tagged_posts", verbose_name=_("tag"))
    content_object = models.ForeignKey(
        "Post", models.CASCADE, related_name="tagged_posts", verbose_name=_("post")
    )

    class Meta:
        verbose_name = _("tagging")
        verbose_name_plural = _("taggings")
        constraints = [models.UniqueConstraint(fields=["tag", "content_object"], name="one_tagging_per_post")]


class PostTagManager(_TaggableManager):
    """taggit's manager, but names are compared by key, and the order typed is kept."""

    def _to_tag_model_instances(self, tags, tag_kwargs):
        return Tag.objects.for_names([tag.name if isinstance(tag, Tag) else tag for tag in tags])

    def get_prefetch_querysets(self, instances, querysets=None):
        queryset, *rest = super().get_prefetch_querysets(instances, querysets)
        return queryset.order_by("tagged_posts__pk"), *rest

    @transaction.atomic
    def set(self, tags, **kwargs):
        wanted = self._to_tag_model_instances(tags, {})
        if wanted != list(self.through.tags_for(self.model, self.instance).order_by("tagged_posts__pk")):
            super().set(wanted, clear=True)
