"""A version comes back as the newest one, and a deleted row comes back to the newsroom.

What cannot come back as it was (a field that is no more, a category that was deleted) is said, and the rest
comes back. Nothing becomes public by the way: a restored version leaves the state and the dates alone, and a
recovered row is withdrawn or a draft.
"""

import datetime
from dataclasses import dataclass, field

import reversion
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist, ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from reversion.models import Version

from blog import audit
from blog.addresses import canonical_path, tokyo_date
from blog.history.changes import compare, displayed, label_of
from blog.history.recording import Comment, record, recording
from blog.history.snapshots import complete_rows, snapshot, stored
from blog.models import Correction, Page, Post, Redirect, RelatedPost, Tag

# What stays as it is now when a version is restored: the state, and what identifies the row.
_KEPT = {
    *("status", "published_at", "expires_at", "last_modified_at", "is_published"),
    *("guid", "created_at", "front_matter", "source_name", "imported_digest", "imported_at"),
}


@dataclass
class Restoration:
    """A row with an old version's content, not saved yet. `remarks` say what could not come back."""

    row: models.Model
    held: dict
    remarks: list[str] = field(default_factory=list)
    tags: list = field(default_factory=list)
    related: list[RelatedPost] = field(default_factory=list)

    @property
    def model(self) -> type[models.Model]:
        return type(self.row)

    def fill(self, kept: set[str] = frozenset()) -> None:
        """Bring the fields of the version into the row, without those `kept` as they are."""
        for name in missing_fields(self.model, self.held) - kept:
            text = _("This version says nothing about “%(field)s”; it stays as it is.")
            self.remarks.append(text % {"field": label_of(self.model, name)})
        for name, value in self.held["fields"].items():
            if name not in kept:
                self._fill_field(name, value)
        if self.model is Post:
            self._find_tags()
            self._find_related()

    def _fill_field(self, name: str, value) -> None:
        try:
            definition = self.model._meta.get_field(name)
        except FieldDoesNotExist:
            if value not in (None, "", False, []):
                text = _("“%(field)s” is no more: %(value)s")
                self.remarks.append(text % {"field": name, "value": str(value)[:100]})
            return
        if isinstance(definition, models.ForeignKey):
            self._fill_key(definition, value)
            return
        try:
            setattr(self.row, definition.attname, definition.to_python(value))
        except ValidationError:
            text = _("“%(field)s” cannot be “%(value)s” any more; it stays as it is.")
            self.remarks.append(text % {"field": label_of(self.model, name), "value": str(value)[:100]})

    def _fill_key(self, definition: models.ForeignKey, value) -> None:
        if value is not None and not definition.related_model._base_manager.filter(pk=value).exists():
            text = _("%(field)s: “%(name)s” was deleted and cannot come back.")
            name = displayed(definition, value, self.held)
            self.remarks.append(text % {"field": definition.verbose_name, "name": name})
            return
        setattr(self.row, definition.attname, value)

    def _find_tags(self) -> None:
        """A tag that was deleted since is made again by its name."""
        held = self.held.get("tags", [])
        there = Tag.objects.in_bulk([key for key, _name in held])
        self.tags = [there.get(key) or name for key, name in held]

    def _find_related(self) -> None:
        there = set(
            Post.objects.filter(pk__in=[e["target"] for e in self.held.get("related", [])])
            .exclude(pk=self.row.pk)
            .values_list("pk", flat=True)
        )
        for entry in self.held.get("related", []):
            target, reference = entry["target"], entry["reference"]
            if target is not None and target not in there:
                text = _("The related post “%(title)s” was deleted and cannot come back.")
                self.remarks.append(text % {"title": entry["title"]})
                target = None
            if target is not None or reference is not None:
                self.related.append(
                    RelatedPost(target_id=target, reference=reference, position=entry["position"])
                )

    def save(self) -> None:
        """With tags and related posts. Raises ValidationError when the row cannot be as it was."""
        self.row.full_clean()
        self.row.save()
        if self.model is Post:
            if "tags" in self.held:
                self.row.tags.set(self.tags)
            if "related" in self.held:
                self.row.related_entries.all().delete()
            for entry in self.related:
                entry.post = self.row
            RelatedPost.objects.bulk_create(self.related)


def missing_fields(model: type[models.Model], held: dict) -> set[str]:
    """Fields that a version made today would hold, and this one does not: it is older than they are."""
    versioned = set(reversion.revisions._get_options(model).fields)
    there = {f.name for f in model._meta.concrete_fields if not f.primary_key} & versioned
    parts = {"tags", "related"} if model is Post else set()
    return (there - held["fields"].keys()) | (parts - held.keys())


# A version of a row that is there


def prepare(row: models.Model, held: dict) -> Restoration:
    """`row`, as it is now, with the content of the version, not saved."""
    restoration = Restoration(row, held)
    restoration.fill(_KEPT)
    return restoration


def what_changes(row: models.Model, held: dict) -> list:
    """What `restore` would change, for the page that asks for confirmation."""
    (now,) = (snapshot(complete) for complete in complete_rows(type(row), [row.pk]))
    kept = {name: value for name, value in now["fields"].items() if name in _KEPT}
    target = {**now, **held, "fields": {**now["fields"], **held["fields"], **kept}}
    target["corrections"] = now.get("corrections", [])
    return compare(type(row), now, target)


def restore(row: models.Model, version: Version, user, *, editorial_change: bool = False) -> list[str]:
    """Save the version's content as the newest version. Returns remarks; raises ValidationError."""
    comment = f"{Comment.RESTORED} {version.revision.date_created.isoformat()}"
    with recording(user, type(row), [row.pk], comment):
        restoration = prepare(row, stored(version))
        if editorial_change:
            row.mark_changed()
        restoration.save()
        audit.record(user, "restored", row, version=version.revision.date_created.isoformat())
    return restoration.remarks


# A row that was deleted


def recover(model: type[models.Model], held: dict, user) -> tuple[models.Model, list[str]]:
    """Bring a deleted row back under its own key. Returns it, and remarks; raises ValidationError."""
    with transaction.atomic():
        row = model(pk=held["pk"])
        restoration = Restoration(row, held)
        restoration.fill()
        if model is Post:
            _hide(row)
            _free_address(restoration)
            _refuse_twin(row)
        elif model is Page:
            row.is_published = False
        restoration.save()
        if model is Post:
            _recover_redirects(restoration)
            _recover_corrections(restoration)
        record(row, user, Comment.RECOVERED)
        audit.record(user, "restored", row)
    return row, restoration.remarks


def _hide(post: Post) -> None:
    """A post that readers knew answers 410 until somebody publishes it again; any other is a draft."""
    known = post.status in {Post.Status.PUBLISHED, Post.Status.WITHDRAWN} and post.published_at
    was_public = known and post.published_at <= timezone.now()
    post.status = Post.Status.WITHDRAWN if was_public else Post.Status.DRAFT


def _free_address(restoration: Restoration) -> None:
    """The address may have been given to another post, or lead to one, meanwhile."""
    post = restoration.row
    if post.published_at is None:
        return
    wanted, number = post.slug, 1
    while _is_taken(post):
        number += 1
        post.slug = f"{wanted[:190]}-{number}"
    if number > 1:
        text = _("The address is another post's now; this one has “%(slug)s” instead of “%(wanted)s”.")
        restoration.remarks.append(text % {"slug": post.slug, "wanted": wanted})


def _is_taken(post: Post) -> bool:
    same_day = Post.objects.filter(slug=post.slug, published_on=tokyo_date(post.published_at))
    path = canonical_path(post.get_absolute_url())
    return same_day.exists() or Redirect.objects.filter(old_path=path).exists()


def _refuse_twin(post: Post) -> None:
    """An import may have brought the article again: two with one identity would be one to feed readers."""
    twin = Post.objects.filter(
        models.Q(guid=post.guid) | models.Q(source_name=post.source_name, source_name__isnull=False)
    ).first()
    if twin:
        text = _("An import has brought this article again: “%(title)s”.")
        raise ValidationError(text % {"title": twin.title})


def _recover_redirects(restoration: Restoration) -> None:
    post, paths = restoration.row, restoration.held.get("redirects", [])
    taken = set(Redirect.objects.filter(old_path__in=paths).values_list("old_path", flat=True))
    Redirect.objects.bulk_create(Redirect(old_path=path, post=post) for path in paths if path not in taken)
    for path in paths:
        if path in taken:
            text = _("The old address %(path)s leads to another post now.")
            restoration.remarks.append(text % {"path": path})


def _recover_corrections(restoration: Restoration) -> None:
    notes = []
    for entry in restoration.held.get("corrections", []):
        note = Correction(
            post=restoration.row,
            kind=entry["kind"],
            text=entry["text"],
            published_at=datetime.datetime.fromisoformat(entry["published_at"]),
            created_by_id=_existing_user(entry.get("created_by")),
        )
        note.render()
        notes.append(note)
    Correction.objects.bulk_create(notes)


def _existing_user(key):
    users = Correction._meta.get_field("created_by").related_model._base_manager
    try:
        return key and users.only("pk").get(pk=key).pk
    except ObjectDoesNotExist:
        return None
