"""The outbox in figures, looked up by one query whenever Prometheus asks."""

from collections.abc import Iterator

from django.db import InterfaceError, OperationalError
from django.db.models import Count, Min, Q
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily

from blog.outbox.models import OPEN, Task, due_filter


class Backlog:
    """A collector: https://prometheus.github.io/client_python/collector/custom/"""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        now = timezone.now()
        up = GaugeMetricFamily("allforces_database_up", "Whether the database answers")
        tasks = GaugeMetricFamily("allforces_outbox_tasks", "Tasks of the outbox", labels=["kind", "state"])
        late = GaugeMetricFamily(
            "allforces_outbox_oldest_seconds", "How long ago the oldest task was due", labels=["kind"]
        )
        try:
            rows = backlog(now)
        except (OperationalError, InterfaceError):  # the other figures are wanted most just then
            rows = None
        up.add_metric([], rows is not None)
        for row in rows or ():
            for state in ("scheduled", "due", "in_work", "given_up"):
                tasks.add_metric([row["kind"], state], row[state])
            since = (now - row["oldest"]).total_seconds() if row["oldest"] else 0
            late.add_metric([row["kind"]], since)
        yield up
        yield tasks
        yield late


def backlog(now) -> list[dict]:
    """Of each kind, how many tasks are in which state, and since when the oldest one is due."""
    is_due = due_filter(now)
    is_in_work = OPEN & Q(leased_until__gt=now)
    return list(
        Task.objects.filter(done_at__isnull=True)
        .order_by()
        .values("kind")
        .annotate(
            scheduled=Count("pk", filter=OPEN & Q(due_at__gt=now) & ~is_in_work),
            due=Count("pk", filter=is_due),
            in_work=Count("pk", filter=is_in_work),
            given_up=Count("pk", filter=Q(given_up_at__isnull=False)),
            oldest=Min("due_at", filter=is_due),
        )
    )
