"""Versions are written: one for each change that was saved, with who and when; none where nothing changed.

Whatever way a row was changed (an import, a command), what the table holds is kept as a version before it is
changed again: nothing is ever lost.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum

import reversion
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Max, Model, QuerySet
from reversion.models import Version

from blog.history.snapshots import complete_rows, snapshot, stored, substance


class Comment(StrEnum):
    """Why a version was made, if not simply saved. After RESTORED stands the moment of the old one."""

    IMPORTED = "imported"
    ELSEWHERE = "elsewhere"
    DELETED = "deleted"
    RESTORED = "restored"
    RECOVERED = "recovered"


def versions_of(model: type[Model], key) -> QuerySet:
    """Newest first."""
    kind = ContentType.objects.get_for_model(model)
    versions = Version.objects.filter(db="default", content_type=kind, object_id=str(key))
    return versions.select_related("revision__user").order_by("-pk")


@contextmanager
def recording(user, model: type[Model], keys: Iterable, comment: str = "") -> Iterator[None]:
    """Whatever is saved in this block to the rows with these keys becomes one version of each, by `user`.

    The block is one transaction. Twelve queries or so, however many rows; five more for each that changed.
    """
    keys = list(keys)
    with transaction.atomic():
        before = {row.pk: (row, snapshot(row)) for row in complete_rows(model, keys)}
        yield
        after = {row.pk: (row, snapshot(row)) for row in complete_rows(model, keys)}
        changed = [
            pk
            for pk, (_row, held) in after.items()
            if pk not in before or substance(held) != substance(before[pk][1])
        ]
        latest = _latest(model, changed)
        for pk in changed:
            if pk in before:
                _keep(*before[pk], latest.get(pk))
            _write(after[pk][0], user, comment)


def record(row: Model, user, comment: str = "") -> None:
    """A version of what the table holds of `row` now, unless the newest version says the same."""
    with transaction.atomic():
        newest = _latest(type(row), [row.pk]).get(row.pk)
        for complete in complete_rows(type(row), [row.pk]):
            if newest is None or substance(newest) != substance(snapshot(complete)):
                _write(complete, user, comment)


def record_deletion(user, model: type[Model], keys: Iterable) -> None:
    """The last state of rows that are about to be deleted, by whom and when."""
    with transaction.atomic():
        for row in complete_rows(model, list(keys)):
            _write(row, user, Comment.DELETED)


def _latest(model: type[Model], keys: list) -> dict:
    """What the newest version of each row holds; rows without one are missing."""
    if not keys:
        return {}
    kind = ContentType.objects.get_for_model(model)
    versions = Version.objects.filter(db="default", content_type=kind, object_id__in=map(str, keys))
    newest = versions.order_by().values("object_id").annotate(newest=Max("pk")).values("newest")
    return {int(version.object_id): stored(version) for version in Version.objects.filter(pk__in=newest)}


def _keep(row: Model, held: dict, newest: dict | None) -> None:
    """What stands in the table and in no version: from an import, or saved outside the desk."""
    if newest is not None and substance(newest) == substance(held):
        return
    imported_at = getattr(row, "imported_at", None)
    imported = imported_at is not None and row.updated_at <= imported_at
    _write(row, None, Comment.IMPORTED if imported else Comment.ELSEWHERE, row.updated_at)


def _write(row: Model, user, comment: str = "", moment=None) -> None:
    with reversion.create_revision(manage_manually=True):
        reversion.set_user(user)
        reversion.set_comment(comment)
        if moment is not None:
            reversion.set_date_created(moment)
        reversion.add_to_revision(row)
