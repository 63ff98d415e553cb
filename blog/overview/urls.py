"""Addresses of the overview, below /admin/."""

from django.contrib import admin
from django.urls import path

from blog.overview import views


def staff(view):
    return admin.site.admin_view(view.as_view())


urlpatterns = [
    path("calendar/", staff(views.CalendarToday), name="calendar"),
    path("calendar/<int:year>/<int:month>/", staff(views.CalendarMonth), name="calendar_month"),
    path("calendar/<int:year>/<int:month>/<int:day>/", staff(views.CalendarDay), name="calendar_day"),
    path("calendar/move/<int:pk>/", staff(views.MovePost), name="calendar_move"),
    path("figures/", staff(views.Figures), name="figures"),
    path("figures/<int:year>/", staff(views.Figures), name="figures_year"),
    path("filters/", staff(views.SavedFilters), name="saved_filters"),
    path("filters/add/", staff(views.AddFilter), name="saved_filter_add"),
]
