"""What the desk's front page says of the outbox: what was given up, and what nobody works on."""

from urllib.parse import urlencode

from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blog.outbox.kinds import name_of
from blog.outbox.models import Task

LONGEST_ERROR = 160


def alarms() -> list[tuple[str, str]]:
    """Of each kind that must be looked after, what is the matter, and the query of its tasks in the list.

    One query; it reads the tasks that are not done.
    """
    now = timezone.now()
    given_up = Task.objects.given_up().filter(kind=OuterRef("kind")).order_by("-given_up_at", "-pk")
    kinds = (
        Task.objects.filter(done_at__isnull=True)
        .order_by("kind")
        .values("kind")
        .annotate(
            given_up=Count("pk", filter=Q(given_up_at__isnull=False)),
            last=Max("given_up_at"),
            error=Subquery(given_up.values("last_error")[:1]),
            late=Count("pk", filter=Q(pk__in=Task.objects.late(now).order_by().values("pk"))),
        )
        .filter(Q(given_up__gt=0) | Q(late__gt=0))
    )
    found = []
    for row in kinds:
        if row["given_up"]:
            found.append((_given_up(row), urlencode({"state": "given_up", "kind__exact": row["kind"]})))
        if row["late"]:
            found.append((_late(row), urlencode({"state": "late", "kind__exact": row["kind"]})))
    return found


def _given_up(row: dict) -> str:
    text = ngettext(
        "%(kind)s: %(count)d task was given up, after a last attempt at %(moment)s (%(error)s)",
        "%(kind)s: %(count)d tasks were given up, after a last attempt at %(moment)s (%(error)s)",
        row["given_up"],
    )
    moment = date_format(timezone.localtime(row["last"]), _("Y/m/d H:i"))
    error = " ".join(row["error"].split())[:LONGEST_ERROR]
    return text % {"kind": name_of(row["kind"]), "count": row["given_up"], "moment": moment, "error": error}


def _late(row: dict) -> str:
    text = ngettext(
        "%(kind)s: %(count)d task has been waiting for a worker for long; is the outbox running?",
        "%(kind)s: %(count)d tasks have been waiting for a worker for long; is the outbox running?",
        row["late"],
    )
    return text % {"kind": name_of(row["kind"]), "count": row["late"]}
