"""Opening the form of a post: with what is stored, with the working draft, or with an unsaved text."""

import uuid
from dataclasses import dataclass, field

from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils import timezone

from blog.editing.models import EditingSession, WorkingDraft
from blog.editing.values import RELATED, merge_values, shown_values, stored_related, stored_values
from blog.editing.wording import person, spoken_moment
from blog.models.posts import Post


def opened_with(form_class, values: dict):
    """The form, showing these values instead of what is stored."""

    class Opened(form_class):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            if not self.is_bound:
                self.initial |= {name: value for name, value in values.items() if name in self.fields}

    Opened.base_fields = form_class.base_fields  # Django has made them anew, without what was put into them
    return Opened


def current_values(draft: WorkingDraft, live: dict) -> dict:
    """The working draft with what was corrected in the live article since, where both agree."""
    return merge_values(draft.live, draft.values, live).values


@dataclass
class Opening:
    """A GET of the form. `values` take the place of what is stored; empty when that is what is shown."""

    may_publish: bool
    copy_id: str = ""
    wants_live: bool = False
    values: dict = field(default_factory=dict)
    live: dict | None = None
    working_draft: WorkingDraft | None = None
    session: EditingSession | None = None

    def choose(self, post: Post | None, form_class, user) -> dict:
        """Decides what the form shows, and returns it."""
        self.working_draft = WorkingDraft.objects.filter(post=post).select_related("updated_by").first()
        self.session = own_copy(self.copy_id, user, post)
        draft = self.working_draft
        if self.session:
            self.values = self.session.draft
        elif draft and not (self.wants_live and may_change_live(post, self.may_publish)):
            self.live = draft.live
            self.values = current_values(draft, stored_values(form_class(instance=post)))
        return self.values

    def open(self, post: Post | None, form, user) -> EditingSession:
        """The row of this opened form; `form` is the unbound form that is shown."""
        if self.session:
            self.session.page, self.session.serial, self.session.seen_at = new_page(), 0, timezone.now()
            self.session.save(update_fields=["page", "serial", "seen_at"])
            return self.session
        EditingSession.objects.prune()
        of_draft = self.live is not None
        related = self.values[RELATED] if RELATED in self.values else stored_related(post) if post else []
        self.session = EditingSession.objects.create(
            user=user,
            post=post,
            of_working_draft=of_draft,
            was_published=post is not None and post.status == Post.Status.PUBLISHED,
            base=shown_values(form) | {RELATED: related},
            base_version=self.working_draft.version if of_draft else post.version if post else 0,
            live=self.live,
            page=new_page(),
        )
        return self.session


def new_page() -> str:
    return uuid.uuid4().hex


def may_change_live(post: Post | None, may_publish: bool) -> bool:
    """What readers see, or will see at its minute, changes only with the permission to publish."""
    return may_publish or post is None or post.status != Post.Status.PUBLISHED


def own_copy(copy_id: str, user, post: Post | None) -> EditingSession | None:
    try:
        wanted = uuid.UUID(copy_id)
    except ValueError:
        return None
    return EditingSession.objects.copies(user, post).filter(pk=wanted).first()


def panel(request, session: EditingSession, post: Post | None, draft, may_publish: bool) -> dict:
    """What the templates in admin/editing/ show above the form and below it."""
    copies = EditingSession.objects.copies(request.user, post).exclude(pk=session.pk)
    protected = not may_change_live(post, may_publish)
    is_published = post is not None and post.status == Post.Status.PUBLISHED
    return {
        "session": session,
        "csrf": get_token(request),
        "address": reverse("admin:blog_post_editing"),
        "user_id": request.user.pk,
        "post": post,
        "others": [other for other in others_of(session) if not other.is_own],
        "copies": list(copies[:5]),
        "is_restored": session.drafted_at is not None,
        "working_draft": draft,
        "draft_by": person(draft.updated_by) if draft and draft.updated_by else "—",
        "draft_when": spoken_moment(draft.updated_at) if draft else "",
        "saves_draft": protected or session.of_working_draft,
        "offers_draft": is_published and not protected and not session.of_working_draft,
        "may_change_live": not protected,
        "is_public": post is not None and post.is_public,
    }


def others_of(session: EditingSession) -> list[EditingSession]:
    """One open form of the same post for each other user, with `is_own`: another window of this user."""
    if session.post_id is None:
        return []
    present = EditingSession.objects.present().filter(post=session.post_id).exclude(pk=session.pk)
    rows = present.select_related("user").defer("base", "live", "draft", "conflict").order_by("-opened_at")
    by_user = {row.user_id: row for row in rows[:50]}
    for user_id, row in by_user.items():
        row.is_own = user_id == session.user_id
    return list(by_user.values())[::-1]
