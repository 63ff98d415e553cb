"""What the list of posts has beyond Django's: saved filters as tabs, two filters, a telling date."""

from dataclasses import dataclass

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blog.admin.base import short_moment
from blog.admin.states import State, state_of
from blog.models import SavedFilter
from blog.overview.desk import how_soon, list_url, short_day
from blog.overview.links import check_post
from blog.overview.problems import Problem, with_problem
from blog.workflow.roles import draft_filter

_PLACES = {"p", "e", "all", "_facets"}  # where one is in a list, not which list it is
_SUBJECTS = {"category", "author", "tag_names"}  # columns that make room for the dead links
_DATES = ("year", "month", "day", "gte", "lt")

SHIPPED = (
    (gettext_lazy("All posts"), ""),
    (gettext_lazy("My drafts"), "mine=yes&state=draft"),
    (gettext_lazy("In review"), "state=in_review"),
    (gettext_lazy("Scheduled"), "state=scheduled"),
    (gettext_lazy("Public"), "state=public"),
)


class MineFilter(admin.SimpleListFilter):
    title = gettext_lazy("byline")
    parameter_name = "mine"

    def lookups(self, request, model_admin):
        return [("yes", _("My posts"))]

    def queryset(self, request, queryset):
        return queryset.written_by(request.user) if self.value() == "yes" else queryset


class WorkingDraftFilter(admin.SimpleListFilter):
    title = gettext_lazy("working draft")
    parameter_name = "working_draft"

    def lookups(self, request, model_admin):
        return [("yes", _("With a working draft"))]

    def queryset(self, request, queryset):
        return queryset.filter(draft_filter(request.user)) if self.value() == "yes" else queryset


class ProblemFilter(admin.SimpleListFilter):
    title = gettext_lazy("to look after")
    parameter_name = "problem"

    def lookups(self, request, model_admin):
        return Problem.choices

    def queryset(self, request, queryset):
        return with_problem(queryset, Problem(self.value())) if self.value() in Problem.values else queryset


def known_parameters(model_admin, request) -> set[str]:
    """Every parameter that the list of posts understands and that says which list it is."""
    names = {"q", "o", "tags__id__exact"}
    names |= {f"{model_admin.date_hierarchy}__{part}" for part in _DATES}
    for given in model_admin.get_list_filter(request):
        if isinstance(given, str):
            is_relation = model_admin.opts.get_field(given).is_relation
            names.add(f"{given}__id__exact" if is_relation else f"{given}__exact")
        else:
            names.add(given.parameter_name)
    return names


def normalised_query(text: str) -> str:
    """One spelling for a query: without places in the list, sorted."""
    query = QueryDict(text.lstrip("?"))
    pairs = sorted((name, query[name]) for name in query if name not in _PLACES and query[name])
    result = QueryDict(mutable=True)
    result.update(dict(pairs))
    return result.urlencode()


def checked_query(text: str, known: set[str]) -> str:
    """The query in the form in which it is stored. Raises ValidationError with a reason for the user."""
    query = normalised_query(text)
    if not query:
        raise ValidationError(_("Choose a filter or search for something first."))
    if unknown := set(QueryDict(query)) - known:
        raise ValidationError(_("The list of posts does not know this filter: %s") % min(unknown))
    if len(query) > SavedFilter._meta.get_field("query").max_length:
        raise ValidationError(_("The search is too long to be saved."))
    return query


@dataclass
class Tab:
    name: str
    query: str
    is_active: bool
    owner: str = ""

    @property
    def url(self) -> str:
        return list_url(self.query)


class OverviewList:
    """Mixed into PostAdmin."""

    change_list_template = "admin/overview/post_list.html"

    def get_list_display(self, request):
        columns = super().get_list_display(request)
        if not _asks_for_dead_links(request):
            return columns
        return [*(name for name in columns if name not in _SUBJECTS), "dead_link_list"]

    def get_queryset(self, request):
        posts = super().get_queryset(request)
        return posts.prefetch_related("dead_links") if _asks_for_dead_links(request) else posts

    def changelist_view(self, request, extra_context=None):
        active = normalised_query(request.GET.urlencode())
        saved = SavedFilter.objects.for_user(request.user).select_related("user")
        tabs = [Tab(str(name), query, query == active) for name, query in SHIPPED]
        for one in saved:
            owner = "" if one.user_id == request.user.pk else str(one.user)
            tabs.append(Tab(one.name, one.query, one.query == active, owner))
        context = {
            "tabs": tabs,
            "active_query": active,
            "may_save_filter": active and not any(tab.is_active for tab in tabs),
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def log_addition(self, request, obj, message):
        check_post(obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request, obj, message):
        """However it was changed at the desk: by the form, a step, or an old version restored."""
        check_post(obj)
        return super().log_change(request, obj, message)

    @admin.display(description=gettext_lazy("publication"), ordering="published_at", empty_value="")
    def publication(self, post):
        """When it was published; for what is still to come, also in words."""
        state = state_of(post)
        if state == State.SCHEDULED:
            coming = _("in %s") % how_soon(post.published_at)
            return format_html(
                '<strong>{}</strong> <span class="coming">{}</span>', short_day(post.published_at), coming
            )
        if post.published_at and state in {State.DRAFT, State.IN_REVIEW}:
            return _("planned: %s") % short_day(post.published_at)
        return short_moment(post.published_at)

    @admin.display(description=gettext_lazy("dead links"))
    def dead_link_list(self, post):
        items = format_html_join("", "<li>{}</li>", ((link.path,) for link in post.dead_links.all()))
        return format_html('<ul class="plain">{}</ul>', items)


def _asks_for_dead_links(request) -> bool:
    return request.GET.get("problem") == Problem.DEAD_LINKS
