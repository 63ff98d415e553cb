from blog.overview.views.calendar import CalendarDay, CalendarMonth, CalendarToday, MovePost
from blog.overview.views.figures import Figures
from blog.overview.views.filters import AddFilter, SavedFilters

__all__ = [
    "AddFilter",
    "CalendarDay",
    "CalendarMonth",
    "CalendarToday",
    "Figures",
    "MovePost",
    "SavedFilters",
]
