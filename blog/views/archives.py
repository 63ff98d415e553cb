"""Posts by date. Every date is a Tokyo date."""

import datetime
from itertools import groupby

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from blog.addresses import absolute_url, tokyo_day
from blog.listing import Listing, next_month
from blog.models import Post
from blog.views.head import Head, HeadMixin
from blog.views.lists import PostListView


class PeriodView(PostListView):
    """The posts of a year, a month or a day; an empty one answers 404."""

    empty_is_missing = True

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        try:
            self.first = datetime.date(kwargs["year"], kwargs.get("month", 1), kwargs.get("day", 1))
        except ValueError as error:
            raise Http404(_("There is no such day.")) from error
        if not 1 < self.first.year < 9999:  # beyond, the moment in UTC would be out of Python's range
            raise Http404(_("There is no such day."))
        self.end = self.first_of_next()

    def first_of_next(self) -> datetime.date:
        """The first day after this period."""
        raise NotImplementedError

    def get_queryset(self):
        return Listing(start=self.first, end=self.end)

    def get_context_data(self, **kwargs):
        name = period_name(self.first, self.url_name)
        return super().get_context_data(heading=name, **kwargs)

    def get_head(self, context):
        page = context["page_obj"]
        title = _("Articles of %(period)s") % {"period": context["heading"]}
        description = _("Every article that %(site)s published in %(period)s.")
        description %= {"site": settings.SITE_NAME, "period": context["heading"]}
        units = ("year", "month", "day")
        units = units[: units.index(self.url_name) + 1]
        return Head(
            title=self.on_page(title, page),
            description=self.on_page(description, page),
            url=self.canonical_url(page),
            trail=(
                (_("Archive"), reverse("archive")),
                *((period_name(self.first, unit), period_path(self.first, unit)) for unit in units),
            ),
        )


class YearView(PeriodView):
    url_name = "year"
    template_name = "blog/year.html"

    def first_of_next(self):
        return self.first.replace(year=self.first.year + 1)

    def get_context_data(self, **kwargs):
        return super().get_context_data(months=self.object_list.months, **kwargs)


class NeighboursMixin:
    """`older` and `newer`: the nearest periods of the same length that have posts, as (name, path)."""

    def get_context_data(self, **kwargs):
        public = Post.objects.public()
        # Before the gate: of two upper bounds SQLite looks up the first in its index.
        older = Post.objects.filter(published_at__lt=tokyo_day(self.first)[0]).public().newest_first()
        newer = public.filter(published_at__gte=tokyo_day(self.end)[0]).order_by("published_at", "pk")
        nearest = Post.objects.in_any(older.values("pk")[:1], newer.values("pk")[:1])
        found = nearest.values_list("published_on", flat=True)
        dates = {"older" if date < self.first else "newer": date for date in found}
        unit = self.url_name
        neighbours = {n: (period_name(date, unit), period_path(date, unit)) for n, date in dates.items()}
        return super().get_context_data(neighbours=neighbours, **kwargs)


class MonthView(NeighboursMixin, PeriodView):
    url_name = "month"
    template_name = "blog/period.html"

    def first_of_next(self):
        return next_month(self.first)


class DayView(NeighboursMixin, PeriodView):
    url_name = "day"
    template_name = "blog/period.html"

    def first_of_next(self):
        return self.first + datetime.timedelta(days=1)


class ArchiveView(HeadMixin, TemplateView):
    """All years and their months, with the number of posts."""

    template_name = "blog/archive.html"

    def get_context_data(self, **kwargs):
        years = []
        for year, group in groupby(Listing().months, key=lambda month: month.first.year):
            months_of_year = list(group)
            count = sum(month.count for month in months_of_year)
            years.append({"first": datetime.date(year, 1, 1), "months": months_of_year, "count": count})
        return super().get_context_data(years=years, **kwargs)

    def get_head(self, context):
        return Head(
            title=_("Archive"),
            description=_("Every article that %(site)s has published, by year and month.")
            % {"site": settings.SITE_NAME},
            url=absolute_url(reverse("archive")),
            trail=((_("Archive"), reverse("archive")),),
        )


def period_name(date: datetime.date, unit: str) -> str:
    """The `unit` (year, month or day) that holds `date`: 2025年, 2025年10月, 2025年10月21日."""
    if unit == "year":
        return _("the year %(year)d") % {"year": date.year}
    return date_format(date, "YEAR_MONTH_FORMAT" if unit == "month" else "DATE_FORMAT")


def period_path(date: datetime.date, unit: str) -> str:
    parts = {"year": [date.year], "month": [date.year, date.month], "day": [date.year, date.month, date.day]}
    return reverse(unit, args=parts[unit])
