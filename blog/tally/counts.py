"""Numbers of posts as expressions, for queries."""

from django.db.models import IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from blog.tally.models import Tally


class CountOf(Subquery):
    """The number of rows of a query set, as part of another query."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) _counted)"
    output_field = IntegerField()


def published(scope: Tally.Scope, now) -> Coalesce:
    """How many posts of each row (a category, an author, a tag) have the status published and have not
    expired at `now`, whether their hour has come or not."""
    tallied = Tally.objects.filter(scope=scope, ref=OuterRef("pk"), unit=Tally.Unit.ALL, until__gt=now)
    return Coalesce(Subquery(tallied.order_by().values("scope").annotate(n=Sum("count")).values("n")), 0)


def waiting(rows: QuerySet) -> CountOf:
    """How many rows there are, which should be few: those whose hour has not come."""
    return CountOf(rows.order_by().values("pk"))
