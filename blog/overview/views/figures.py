from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blog.overview import calendar, figures
from blog.overview.views.base import OverviewView


class Figures(OverviewView):
    """What a year published; without a year in the address, the newest."""

    title = gettext_lazy("A year in figures")
    template_name = "admin/overview/figures.html"

    def get(self, request, year: int | None = None):
        years = figures.published_years()
        if year is None:
            year = years[0] if years else calendar.today().year
        elif not calendar.FIRST_YEAR <= year <= calendar.LAST_YEAR:
            raise Http404(_("There is no such year."))
        context = self.get_context_data(
            year=year,
            years=years,
            charts=figures.year_charts(year),
            heat=figures.heat_map(year),
            months=range(1, 13),
        )
        return self.render_to_response(context)
