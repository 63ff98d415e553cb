"""The state of a post in the lists: found by the database, shown as a badge."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from blog.querysets import PostQuerySet
from blog.workflow.states import State, state_of

__all__ = ["CoverFilter", "State", "StateFilter", "badge", "in_state", "state_of"]


# A shape for each, because colour alone says nothing to many eyes.
_SHAPES = {
    State.DRAFT: "○",
    State.IN_REVIEW: "◐",
    State.SCHEDULED: "◔",
    State.PUBLIC: "●",
    State.EXPIRED: "◌",
    State.WITHDRAWN: "×",
}


def in_state(posts: PostQuerySet, state: State) -> PostQuerySet:
    """The posts for which `state_of` gives that state, found by the database."""
    if state == State.PUBLIC:
        return posts.public()
    if state == State.SCHEDULED:
        return posts.scheduled()
    if state == State.EXPIRED:
        return posts.expired()
    return posts.filter(status=state)


def badge(state: State):
    return format_html(
        '<span class="state state-{}"><span aria-hidden="true">{}</span> {}</span>',
        state.value,
        _SHAPES[state],
        state.label,
    )


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return State.choices

    def queryset(self, request, queryset):
        return in_state(queryset, State(self.value())) if self.value() in State.values else queryset


class CoverFilter(admin.SimpleListFilter):
    title = _("cover image")
    parameter_name = "cover"

    def lookups(self, request, model_admin):
        return [("yes", _("With a cover")), ("no", _("Without a cover"))]

    def queryset(self, request, queryset):
        if self.value() in {"yes", "no"}:
            return queryset.filter(cover__isnull=self.value() == "no")
        return queryset
