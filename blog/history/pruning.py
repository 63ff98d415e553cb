"""Old versions are thinned out, so that the history does not outgrow the articles.

Kept for good: the first version, the newest one, every version that was published, what was imported, and the
last of each Tokyo day. Everything of the last 90 days is kept, too.
"""

import datetime
from collections.abc import Iterator

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from reversion.models import Revision, Version

from blog.addresses import tokyo_date
from blog.history.recording import Comment
from blog.history.snapshots import stored
from blog.models import Page, Post

DAYS = 90
BATCH = 200


def prune(days: int = DAYS, *, dry_run: bool = False) -> tuple[int, int]:
    """Delete what may go. Returns the numbers of versions that went and that stayed."""
    before = timezone.now() - datetime.timedelta(days=days)
    gone = total = 0
    for model in (Post, Page):
        doomed = list(_superfluous(model, before))
        total += _versions(model).count()
        gone += len(doomed)
        if not dry_run:
            with transaction.atomic():
                for start in range(0, len(doomed), BATCH):
                    _delete(doomed[start : start + BATCH])
    return gone, total - gone


def _versions(model: type[Model]):
    return Version.objects.filter(content_type=ContentType.objects.get_for_model(model))


def _superfluous(model: type[Model], before: datetime.datetime) -> Iterator[int]:
    """Keys of versions that may go; one row is read after the other, its texts one at a time."""
    rows = _versions(model).order_by().values_list("object_id", flat=True).distinct()
    for key in rows.filter(revision__date_created__lt=before).iterator():
        of_row = _versions(model).filter(object_id=key).select_related("revision").order_by("pk")
        facts = list(of_row.values_list("pk", "revision__date_created", "revision__comment"))
        last_of_day = {tokyo_date(moment): pk for pk, moment, _comment in facts}
        first, newest = facts[0][0], facts[-1][0]
        for pk, moment, comment in facts:
            if moment >= before or comment == Comment.IMPORTED:
                continue
            if pk in {first, newest, last_of_day[tokyo_date(moment)]}:
                continue
            if not _was_published(Version.objects.get(pk=pk)):
                yield pk


def _was_published(version: Version) -> bool:
    fields = stored(version)["fields"]
    return fields.get("status") == Post.Status.PUBLISHED or fields.get("is_published") is True


def _delete(keys: list[int]) -> None:
    revisions = set(Version.objects.filter(pk__in=keys).values_list("revision", flat=True))
    Version.objects.filter(pk__in=keys).delete()
    Revision.objects.filter(pk__in=revisions, version=None).delete()
