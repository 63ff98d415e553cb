"""The admin's front page: what waits for whom."""

import datetime
from dataclasses import dataclass

from django.contrib.admin import AdminSite
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext as _

from blog.addresses import TOKYO
from blog.editing.wording import person
from blog.feeds.desk import alarms as feed_alarms
from blog.models import Author, Post, Transition
from blog.outbox.desk import alarms as outbox_alarms
from blog.overview.problems import Problem, has_problem
from blog.querysets import PostQuerySet, public_filter, scheduled_filter, written_filter
from blog.workflow import roles
from blog.workflow.steps import RETURN

ROWS = 6  # of each block; the list of posts has the rest
NOTE_SHOWN = 60  # characters of the note with which a post was returned


@dataclass
class Block:
    """One list on the desk; `count` may be more than its rows, which are posts with a `note` each."""

    name: str
    title: str
    query: str
    rows: list[Post]
    count: int
    empty: str

    @property
    def url(self) -> str:
        return list_url(self.query)


@dataclass
class Warning:
    problem: Problem
    count: int

    @property
    def url(self) -> str:
        return list_url(f"problem={self.problem.value}")


def list_url(query: str) -> str:
    return f"{reverse('admin:blog_post_changelist')}?{query}"


def short_day(moment) -> str:
    """`11月26日(木) 9:00`, in Tokyo time; with the year if it is not this one."""
    local = timezone.localtime(moment, TOKYO)
    this_year = local.year == timezone.localtime(timezone=TOKYO).year
    return date_format(local, _("D, M j, H:i") if this_year else _("D, M j Y, H:i"))


def how_long(moment, text: str) -> str:
    """How long ago, in one unit, put into the text (`"%s ago"`)."""
    if timezone.now() - moment < datetime.timedelta(minutes=1):
        return _("just now")
    return text % timesince(moment, depth=1)


def how_soon(moment) -> str:
    return timeuntil(moment, depth=1)


@dataclass
class Alarm:
    """Something beside the posts that must be mended, and where."""

    text: str
    url: str


def alarms(request: HttpRequest) -> list[Alarm]:
    """Broken or empty feeds, and what the outbox has given up or does not come to; two queries and one."""
    found = []
    if request.user.has_perm("blog.view_feedstate"):
        url = reverse("admin:blog_feedstate_changelist")
        found += [Alarm(text, url) for text in feed_alarms()]
    if request.user.has_perm("blog.view_task"):
        url = reverse("admin:blog_task_changelist")
        found += [Alarm(text, f"{url}?{query}") for text, query in outbox_alarms()]
    return found


def desk_context(request: HttpRequest, site: AdminSite) -> dict:
    """The desk as this user may see it, in a number of queries that does not grow with the posts."""
    admin = site.get_model_admin(Post)
    if not admin.has_view_or_change_permission(request):
        return {"may_view_posts": False}
    posts = admin.get_queryset(request).order_by()
    counts = _counts(posts, request.user)
    return {
        "may_view_posts": True,
        "may_add_posts": admin.has_add_permission(request),
        "has_byline": Author.objects.filter(user=request.user).exists(),
        "blocks": _blocks(posts, counts, request.user),
        "alarms": alarms(request),
        "warnings": [Warning(p, counts[p.value]) for p in Problem if counts[p.value]],
        "public_count": counts["public"],
        "is_first_day": not counts["all"],
    }


def _counts(posts: PostQuerySet, user) -> dict[str, int]:
    """All numbers on the desk, by one query over the table."""
    now = timezone.now()
    conditions = {
        "drafts": written_filter(user) & Q(status=Post.Status.DRAFT),
        "waiting": Q(status=Post.Status.IN_REVIEW),
        "scheduled": scheduled_filter(now),
        "public": public_filter(now=now),
        "to_apply": roles.draft_filter(user),
        **{problem.value: has_problem(problem, now) for problem in Problem},
    }
    counted = {name: Count("pk", filter=condition) for name, condition in conditions.items()}
    return posts.aggregate(all=Count("pk"), **counted)


def _own_drafts(posts: PostQuerySet, user) -> PostQuerySet:
    """Those that were returned come first: `returned` is the note with which that was done, or None."""
    steps = Transition.objects.filter(post=OuterRef("pk")).order_by("-at", "-pk")
    return (
        posts.written_by(user)
        .filter(status=Post.Status.DRAFT)
        .annotate(last_step=Subquery(steps.values("name")[:1]))
        .annotate(returned=Case(When(last_step=RETURN.name, then=Subquery(steps.values("note")[:1]))))
        .order_by(Case(When(last_step=RETURN.name, then=Value(0)), default=Value(1)), "-updated_at", "-pk")
    )


def _to_apply(posts: PostQuerySet, user) -> PostQuerySet:
    """Whose working drafts wait for somebody who may publish; who waits longest comes first."""
    return (
        posts.filter(roles.draft_filter(user))
        .select_related("working_draft__updated_by")
        .defer("working_draft__values", "working_draft__live")
        .order_by("working_draft__updated_at", "pk")
    )


def _draft_note(draft) -> str:
    who = person(draft.updated_by) if draft.updated_by else "—"
    return _("saved by %(who)s, %(when)s") % {"who": who, "when": how_long(draft.updated_at, _("%s ago"))}


def _blocks(posts: PostQuerySet, counts: dict[str, int], user) -> list[Block]:
    def block(name, title, query, rows, empty, note):
        rows = list(rows.without_text()[:ROWS]) if counts[name] else []
        for post in rows:
            post.note = note(post)
            post.when = short_day(post.published_at) if name in {"scheduled", "public"} else ""
            post.returned_with = Truncator(getattr(post, "returned", None) or "").chars(NOTE_SHOWN)
        return Block(name, title, query, rows, counts[name], empty)

    handed_in = Transition.objects.filter(post=OuterRef("pk"), to_state="in_review").order_by("-at", "-pk")
    waiting = (
        posts.filter(status=Post.Status.IN_REVIEW)
        .annotate(waiting_since=Coalesce(Subquery(handed_in.values("at")[:1]), F("updated_at")))
        .order_by("waiting_since", "pk")
    )
    blocks = [
        block(
            "drafts",
            _("My drafts"),
            "mine=yes&state=draft",
            _own_drafts(posts, user),
            _("No drafts of yours."),
            lambda post: how_long(post.updated_at, _("edited %s ago")),
        ),
        block(
            "waiting",
            _("Waiting for review"),
            "state=in_review",
            waiting,
            _("Nothing waits for review."),
            lambda post: how_long(post.waiting_since, _("waiting for %s")),
        ),
        block(
            "scheduled",
            _("Scheduled posts"),
            "state=scheduled",
            posts.scheduled().order_by("published_at", "pk"),
            _("Nothing is scheduled."),
            lambda post: _("in %s") % how_soon(post.published_at),
        ),
        block(
            "public",
            _("Recently published"),
            "state=public",
            posts.public().newest_first(),
            _("Nothing is published yet."),
            lambda post: how_long(post.published_at, _("%s ago")),
        ),
    ]
    if counts["to_apply"] and user.has_perm("blog.publish_post"):
        waiting = block(
            "to_apply",
            _("Working drafts to apply"),
            "working_draft=yes",
            _to_apply(posts, user),
            "",
            lambda post: _draft_note(post.working_draft),
        )
        blocks.insert(0, waiting)
    return blocks
