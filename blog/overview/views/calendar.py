import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blog.addresses import TOKYO, tokyo_date
from blog.models import Post
from blog.overview import calendar
from blog.overview.desk import short_day
from blog.overview.moves import MoveForm, move
from blog.overview.views.base import OverviewView

UNDO = "calendar_undo"


class CalendarView(OverviewView):
    title = gettext_lazy("Editorial calendar")

    def may_move(self, post: Post | None = None) -> bool:
        return self.request.user.has_perm("blog.publish_post") and self.posts_admin.has_change_permission(
            self.request, post
        )

    def month_context(self, year: int, month: int) -> dict:
        days = calendar.month_days(year, month, self.posts, self.may_move())
        return {
            "month": datetime.date(year, month, 1),
            "days": days,
            "weekdays": [date_format(day.date, "D") for day in days[:7]],
            "previous": self._month_url(*calendar.previous_month(year, month)),
            "next": self._month_url(*calendar.next_month(year, month)),
            "today": self._month_url(calendar.today().year, calendar.today().month),
            "has_entries": any(day.entries for day in days),
        }

    def day_context(self, date: datetime.date) -> dict:
        return {
            "month": date.replace(day=1),
            "day": calendar.one_day(date, self.posts, self.may_move()),
            "title": date_format(date, _("l, F j, Y")),
        }

    @staticmethod
    def _month_url(year: int, month: int) -> str:
        if not calendar.FIRST_YEAR <= year <= calendar.LAST_YEAR:
            return ""
        return reverse("admin:calendar_month", args=[year, f"{month:02}"])

    def get_context_data(self, **kwargs):
        undo = self.request.session.pop(UNDO, None) if self.request.method == "GET" else None
        return super().get_context_data(**{"may_move": self.may_move(), "undo": undo, **kwargs})


class CalendarToday(CalendarView):
    def get(self, request):
        return redirect(self._month_url(calendar.today().year, calendar.today().month))


class CalendarMonth(CalendarView):
    template_name = "admin/overview/calendar_month.html"

    def get(self, request, year: int, month: int):
        _date_or_404(year, month)
        return self.render_to_response(self.get_context_data(**self.month_context(year, month)))


class CalendarDay(CalendarView):
    template_name = "admin/overview/calendar_day.html"

    def get(self, request, year: int, month: int, day: int):
        date = _date_or_404(year, month, day)
        return self.render_to_response(self.get_context_data(**self.day_context(date)))


class MovePost(CalendarView):
    """Answers a script in JSON, and a form with the page it came from."""

    def post(self, request, pk: int):
        post = get_object_or_404(self.posts.only("title", "status", "published_at", "expires_at"), pk=pk)
        if not self.may_move(post):
            raise PermissionDenied
        form = MoveForm(request.POST)
        try:
            if not form.is_valid():
                raise ValidationError([e for errors in form.errors.values() for e in errors])
            moved, before = move(pk, form, request.user)
        except ValidationError as error:
            return self._refused(post, " ".join(error.messages))
        text = _("“%(title)s” was moved to %(moment)s.")
        text %= {"title": moved.title, "moment": short_day(moved.published_at)}
        self.posts_admin.log_change(request, moved, text)
        return self._moved(moved, before, text)

    @property
    def _wants_json(self) -> bool:
        return self.request.accepts("application/json") and not self.request.accepts("text/html")

    def _moved(self, post: Post, before: datetime.datetime, text: str) -> HttpResponse:
        undo = None
        if before > timezone.now():
            undo = {"pk": post.pk, "seen": calendar.seen_token(post), **_parts(before)}
        if self._wants_json:
            now = {"seen": calendar.seen_token(post), **_parts(post.published_at)}
            return JsonResponse({"message": text, "now": now, "undo": undo})
        messages.success(self.request, text)
        self.request.session[UNDO] = undo
        date = tokyo_date(post.published_at)
        if self._came_from_a_day:
            return redirect("admin:calendar_day", date.year, f"{date.month:02}", f"{date.day:02}")
        return redirect(self._month_url(date.year, date.month))

    def _refused(self, post: Post, reason: str) -> HttpResponse:
        if self._wants_json:
            return JsonResponse({"message": reason}, status=409)
        refused = {"pk": post.pk, "reason": reason, **self.request.POST.dict()}
        date = tokyo_date(post.published_at) if post.published_at else calendar.today()
        if self._came_from_a_day:
            self.template_name = CalendarDay.template_name
            context = self.day_context(date)
        else:
            self.template_name = CalendarMonth.template_name
            context = self.month_context(date.year, date.month)
        return self.render_to_response(self.get_context_data(**context, refused=refused), status=409)

    @property
    def _came_from_a_day(self) -> bool:
        return self.request.POST.get("page") == "day"


def _parts(moment: datetime.datetime) -> dict[str, str]:
    local = moment.astimezone(TOKYO)
    return {"day": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}"}


def _date_or_404(year: int, month: int, day: int = 1) -> datetime.date:
    try:
        date = datetime.date(year, month, day)
    except (ValueError, OverflowError) as error:
        raise Http404(_("There is no such day.")) from error
    if not calendar.FIRST_YEAR <= date.year <= calendar.LAST_YEAR:
        raise Http404(_("There is no such day."))
    return date
