"""Merging two categories, authors or tags into one, and splitting them again."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from blog.audit import record
from blog.models.names import Named
from blog.models.posts import Post
from blog.models.taxonomy import Author, Category, Tag, TaggedPost

KINDS = {model._meta.model_name: model for model in (Category, Tag, Author)}


class MergeManager(models.Manager):
    @transaction.atomic
    def merge(self, source: Named, target: Named, user) -> "Merge":
        """Give all posts, names and addresses of `source` to `target`; `source` is no more.

        Raises ValidationError when one of them is gone meanwhile, or both are the same.
        """
        kind = source._meta.model_name
        if source.pk == target.pk or not isinstance(target, type(source)):
            raise ValidationError(_("Choose another one as the target."))
        rows = type(source).objects.select_for_update().order_by("pk").in_bulk([source.pk, target.pk])
        if len(rows) < 2:
            raise ValidationError(_("One of the two is gone: somebody merged or deleted it meanwhile."))
        source, target = rows[source.pk], rows[target.pk]
        kept = {
            "fields": {field.attname: getattr(source, field.attname) for field in source._meta.fields},
            "spellings": list(source.spellings.order_by("pk").values_list("key", flat=True)),
            "addresses": list(source.addresses.order_by("pk").values_list("slug", flat=True)),
            **_move_posts(source, target),
        }
        source.spellings.update(row=target)
        source.addresses.update(row=target)
        name, pk = source.name, source.pk
        source.delete()
        if kept["fields"].get("user_id") and not target.user_id:
            target.user_id = kept["fields"]["user_id"]
            target.save(update_fields=["user"])
        merge = self.create(
            kind=kind,
            source_id=pk,
            source_name=name,
            target_id=target.pk,
            target_name=target.name,
            kept=kept,
            merged_by=user,
        )
        _announce(merge.kept["moved"])
        record(user, "merged", target, kind=kind, source=name, posts=merge.post_count)
        return merge


class Merge(models.Model):
    """What was merged into what, with all that is needed to split it again."""

    kind = models.CharField(_("kind"), max_length=10)
    source_id = models.BigIntegerField()
    source_name = models.CharField(_("merged"), max_length=100)
    target_id = models.BigIntegerField()
    target_name = models.CharField(_("into"), max_length=100)
    kept = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    merged_at = models.DateTimeField(_("when"), default=timezone.now)
    undone_at = models.DateTimeField(_("undone"), null=True)

    objects = MergeManager()

    class Meta:
        ordering = ["-merged_at", "-pk"]
        default_permissions = ("view",)
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=sorted(KINDS)), name="merge_kind_known")
        ]

    def __str__(self):
        return f"{self.source_name} → {self.target_name}"

    @property
    def model(self) -> type[Named]:
        return KINDS[self.kind]

    @property
    def post_count(self) -> int:
        """How many posts the merged one had."""
        return len(self.kept["moved"]) + len(self.kept.get("both", ()))

    @transaction.atomic
    def undo(self, user) -> int:
        """Make the merged row again, with its names, its addresses and its posts.

        Returns how many of its posts stay as they are, because they were changed or deleted since. Raises
        ValidationError when the target is gone, or its name or address belongs to another row by now.
        """
        merge = Merge.objects.select_for_update().get(pk=self.pk)
        if merge.undone_at:
            raise ValidationError(_("This merge was undone already."))
        target = self.model.objects.select_for_update().filter(pk=self.target_id).first()
        if target is None:
            raise ValidationError(
                _("“%(name)s” is no more. If it was merged into another one since, undo that first.")
                % {"name": self.target_name}
            )
        fields = dict(merge.kept["fields"])
        if target.key == fields["key"] or target.slug == fields["slug"]:
            raise ValidationError(
                _("“%(name)s” has taken over the name or the address. Give it another one first.")
                % {"name": target}
            )
        spellings = target.spellings.filter(key__in=merge.kept["spellings"])
        addresses = target.addresses.filter(slug__in=merge.kept["addresses"])
        self._refuse_what_is_taken(fields, target)
        if fields.get("user_id"):
            self._give_back_account(fields, target)
        row = self.model(**fields)
        models.Model.save(row, force_insert=True)  # its names and addresses come from the target
        spellings.update(row=row)
        addresses.update(row=row)
        row.save()  # writes those that were removed from the target since
        restored = _move_posts_back(row, target, merge.kept)
        _announce(merge.kept["moved"])
        merge.undone_at = timezone.now()
        merge.save(update_fields=["undone_at"])
        record(user, "merge_undone", row, kind=self.kind, out_of=target.name, posts=restored)
        return merge.post_count - restored

    def _give_back_account(self, fields: dict, target: Author) -> None:
        """The merged author's account, if it is still there and not another author's by now."""
        if target.user_id == fields["user_id"]:
            target.user = None
            target.save(update_fields=["user"])
        accounts = get_user_model().objects.filter(author=None)
        fields["user"] = accounts.filter(pk=fields.pop("user_id")).first()

    def _refuse_what_is_taken(self, fields: dict, target: Named) -> None:
        for relation, field, value in (("spellings", "key", "name"), ("addresses", "slug", "slug")):
            owners = getattr(self.model, relation).rel.related_model.objects.filter(**{field: fields[field]})
            owner = owners.exclude(row=target).select_related("row").first()
            if owner:
                raise ValidationError(
                    _("“%(value)s” belongs to “%(name)s” by now. Give that one another name first.")
                    % {"value": fields[value], "name": owner.row}
                )


def _announce(moved: list[int]) -> None:
    """Hubs hear of the newest of the posts that changed hands, and so of each feed that has them now."""
    for portion in _portions(moved[::-1]):
        newest = Post.objects.public().filter(pk__in=portion).newest_first().first()
        if newest:
            newest.tell_readers_view()
            return


def _move_posts(source: Named, target: Named) -> dict:
    """Keys of the posts that changed hands; of a tag also the taggings of posts that had both."""
    if not isinstance(source, Tag):
        posts = Post.objects.filter(**{source._meta.model_name: source})
        moved = list(posts.order_by("pk").values_list("pk", flat=True))
        posts.update(**{source._meta.model_name: target})
        return {"moved": moved}
    theirs = TaggedPost.objects.filter(tag=target).values("content_object")
    both = TaggedPost.objects.filter(tag=source, content_object__in=theirs)
    kept = {"both": list(both.order_by("pk").values_list("pk", "content_object"))}
    both.delete()
    moved = TaggedPost.objects.filter(tag=source)
    kept["moved"] = list(moved.order_by("pk").values_list("content_object", flat=True))
    moved.update(tag=target)
    return kept


def _move_posts_back(row: Named, target: Named, kept: dict) -> int:
    """How many posts are the row's again. A post that lost the target since was decided on by somebody."""
    count = 0
    for moved in _portions(kept["moved"]):
        if isinstance(row, Tag):
            mine = TaggedPost.objects.filter(tag=target, content_object__in=moved)
            count += mine.update(tag=row)
        else:
            kind = row._meta.model_name
            count += Post.objects.filter(pk__in=moved, **{kind: target}).update(**{kind: row})
    for both in _portions(kept.get("both", [])):
        there = TaggedPost.objects.filter(tag=target, content_object__in=[post for _pk, post in both])
        posts = set(there.values_list("content_object", flat=True))
        # With their old keys, which hold the order of a post's tags.
        again = [TaggedPost(pk=pk, tag=row, content_object_id=post) for pk, post in both if post in posts]
        count += len(TaggedPost.objects.bulk_create(again))
    return count


def _portions(items: list, size: int = 5000):
    """SQLite takes 32,766 parameters in a statement."""
    return (items[start : start + size] for start in range(0, len(items), size))
