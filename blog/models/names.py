"""What has a name: the name that is shown, all that it is found by, and all addresses that lead to it."""

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from blog.naming import NAME_LENGTH, SLUG_LENGTH, name_key, normalise_name, slugify
from blog.pagecache.keys import Recorded
from blog.pagecache.purging import changing
from blog.querysets import NamedQuerySet
from blog.search.models import FoldedNameField
from blog.tally.models import Tally


class Named(Recorded, models.Model):
    """A name that is found again whatever its width or case, and the slug in its address.

    `spellings` are all names by which the row is found: its own, those it had, and its aliases. `addresses`
    are all slugs that lead to it: its own and those it had. No two rows of a kind share one of either.
    `posts_path` is the lookup path from the row to its posts, `tally_scope` names their tally, `url_name` the
    view of its archive.
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
    tally_scope: Tally.Scope
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
        taken = self.spelling_elsewhere(self.name)
        if taken:
            raise ValidationError({"name": taken.refusal()})
        old = self._others("addresses").filter(slug=self.slug).exclude(row__slug=self.slug).first()
        if old:
            text = _("This was the address of “%(name)s”, and still leads there.")
            raise ValidationError({"slug": text % {"name": old.row}})

    def spelling_elsewhere(self, name: str) -> "Spelling | None":
        """The spelling of another row that is the same name."""
        return self._others("spellings").filter(key=name_key(name)).first()

    def aliases(self):
        """Its spellings other than the name that is shown, the oldest first."""
        return self.spellings.exclude(key=self.key).order_by("pk")

    @transaction.atomic
    def set_aliases(self, names: list[str]) -> None:
        """Be found by these names too, and no longer by others. Raises IntegrityError if one is taken."""
        wanted = {name_key(name): normalise_name(name) for name in names}
        wanted.pop(self.key, None)
        self.aliases().exclude(key__in=wanted).delete()
        for key, name in wanted.items():
            self.spellings.get_or_create(key=key, defaults={"name": name})

    def _others(self, relation: str):
        """The rows of `spellings` or `addresses` that belong to others than this one."""
        related = getattr(type(self), relation).rel.related_model
        return related.objects.exclude(row=self.pk).select_related("row")

    def save(self, *, update_fields=None, **kwargs):
        self.name = normalise_name(self.name)
        self.key = name_key(self.name)
        self.slug = slugify(self.slug) if self.slug else self._free_slug()
        if update_fields is not None and "name" in update_fields:
            update_fields = {*update_fields, "key", "folded"}
        with changing(*self.shown_on()):
            super().save(update_fields=update_fields, **kwargs)
            self.spellings.update_or_create(key=self.key, defaults={"name": self.name})
            self.addresses.get_or_create(slug=self.slug)

    def shown_on(self) -> set[str]:
        """The surrogate keys of the pages that show it, or will once it is saved."""
        return {self.surrogate_key} if self.pk else set()

    def _free_slug(self) -> str:
        base = slugify(self.name)
        taken = set(
            self._others("addresses")
            .filter(slug__startswith=base[: SLUG_LENGTH - 6])
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


class Spelling(models.Model):
    """A name by which a row is found. `row` is the foreign key of the concrete classes."""

    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    key = models.CharField(max_length=NAME_LENGTH * 2, unique=True, editable=False)

    class Meta:
        abstract = True

    def __str__(self):
        return self.name

    def refusal(self):
        """Why no other row can have this name."""
        if self.key == self.row.key:
            return _("“%(name)s” is the same name.") % {"name": self.row}
        return _("“%(alias)s” is another name of “%(name)s”.") % {"alias": self.name, "name": self.row}


class Address(models.Model):
    """A slug that leads to a row. It names the row: chains and loops cannot be written down."""

    slug = models.CharField(_("slug"), max_length=SLUG_LENGTH, unique=True)

    class Meta:
        abstract = True

    def __str__(self):
        return self.slug
