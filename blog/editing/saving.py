"""Saving the form of a post over what others have saved meanwhile.

Everything happens in one transaction with the rows locked: what is compared is what is overwritten.
"""

import uuid
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from blog.editing import conflicts
from blog.editing.models import EditingSession, WorkingDraft
from blog.editing.opening import current_values, may_change_live
from blog.editing.values import MergedValues, form_data, merge_values, stored_values, typed_values
from blog.editing.wording import others_since, person, spoken_moment, yourself
from blog.models.posts import Post
from blog.querysets import is_key
from blog.workflow.states import state_of
from blog.workflow.steps import RECALL, pressed
from blog.workflow.transitions import steps_from


def locked_session(request) -> EditingSession | None:
    """The row of the form that was sent; a new row without a base when the old one is gone.

    None when the request does not come from our form at all.
    """
    token = request.POST.get("editing")
    if token is None:
        return None
    try:
        key = uuid.UUID(token)
    except ValueError:
        return EditingSession(user=request.user)
    sessions = EditingSession.objects.select_for_update()
    return sessions.filter(pk=key, user=request.user).first() or EditingSession(user=request.user)


@dataclass
class Saving:
    """A POST of the form of `post`. After `reconcile`, `request.POST` holds what both sides have made."""

    request: object
    session: EditingSession | None
    may_publish: bool
    post: Post | None = None
    draft: WorkingDraft | None = None
    live: dict = field(default_factory=dict)
    typed: dict = field(default_factory=dict)
    values: dict = field(default_factory=dict)
    saves_draft: bool = False
    became_public: bool = False
    taken: list[str] = field(default_factory=list)
    others: str = ""
    labels: dict = field(default_factory=dict)

    @property
    def publishes_draft(self) -> bool:
        return "_publish_draft" in self.request.POST

    @property
    def serial(self) -> int | None:
        """The number of the page's last autosave, as the form tells it."""
        sent = self.request.POST.get("editing_serial", "")
        return int(sent) if is_key(sent) else None

    def label(self, name: str) -> str:
        return str(self.labels.get(name) or _("related posts"))

    def reconcile(self, form_class):
        """Merge what was typed with what is stored. Returns the page of the conflicts, if there are any."""
        form = form_class(instance=self.post)
        self.labels = {name: form_field.label for name, form_field in form.fields.items()}
        self.live = stored_values(form)
        self.draft = WorkingDraft.objects.select_for_update().filter(post=self.post).first()
        self.values = self.typed = typed_values(form, self.request.POST)
        self._decide_target()
        if self.session is None:
            return None
        if self.session.post_id != self.post.pk:
            self.session = EditingSession(user=self.request.user, post=self.post)
        if self.session.conflict and conflicts.is_answer(self.request.POST):
            found = conflicts.Found(**self.session.conflict)
            try:
                self.values = found.resolve(self.request.POST)
            except conflicts.UndecidedError:
                return conflicts.page(self, form, found, undecided=True)
            found.rebase(self.session)
        draft_is_source = self.draft and (self.session.of_working_draft or self.saves_draft)
        source = current_values(self.draft, self.live) if draft_is_source else self.live
        steps = [("base", self.session.base, source)]
        if self.publishes_draft and self.draft and self.session.of_working_draft:
            steps.append(("live", self.session.live or self.draft.live, self.live))
        for step, base, theirs in steps:
            merged = merge_values(base, self.values, theirs)
            if merged.conflicts:
                found = conflicts.Found(step, base, self.values, theirs, source)
                return conflicts.page(self, form, found)
            self._take(merged)
        if self.taken:
            self.others = others_since(self.post, self.session.base_at, self.request.user)
        return None

    def _decide_target(self) -> None:
        session, is_published = self.session, self.post.status == Post.Status.PUBLISHED
        live_is_open = may_change_live(self.post, self.may_publish)
        if self.publishes_draft and not live_is_open:
            raise PermissionDenied
        self.became_public = bool(
            session and session.pk and session.base and is_published and not session.was_published
        )
        self.saves_draft = not self.publishes_draft and (
            not live_is_open
            or bool(session and session.of_working_draft)
            or ("_save_draft" in self.request.POST and is_published)
            or (self.became_public and not pressed(self.request.POST))
        )

    def _take(self, merged: MergedValues) -> None:
        self.taken += [name for name in merged.taken if name not in self.taken]
        self.values = merged.values

    def rewrite(self) -> None:
        """Let the form see the merged values."""
        changes = {name: value for name, value in self.values.items() if value != self.typed.get(name)}
        if changes:
            self.request.POST = form_data(self.request.POST, changes, self.post)

    def keep_copy(self) -> None:
        """Nothing was saved: what was typed stays, to be had back."""
        if self.session is None:
            return
        self.session.keep(self.typed, self.serial or 0)
        self.session.save()

    def store_draft(self) -> None:
        """Keep the form's values beside the article that readers see."""
        draft = self.draft or WorkingDraft(post=self.post, live=self.live, version=0)
        draft.values = draft.values | self.values if self.draft else self.values
        draft.version += 1
        draft.updated_by = self.request.user
        draft.save()
        self.draft = draft

    def settle(self) -> None:
        """The form was saved."""
        if self.publishes_draft and self.draft and self.session and self.session.of_working_draft:
            self.draft.delete()
            self.session.of_working_draft = False
        if self.session is not None and self.post is not None:
            if self.serial is not None:
                self.session.serial = self.serial
            self.session.of_working_draft |= self.saves_draft
            self.session.settle(self.post, self.typed)


def taken_away(post: Post, user) -> dict:
    """Why the user may not change the post any more: its state, who brought it there, and the way back."""
    state, last = state_of(post), post.transitions.select_related("user").first()
    told = {"state": state.label, "may_recall": RECALL in steps_from(post, user)}
    if last is None or last.to_state != state:
        return told  # it came there by its date
    who = person(last.user) if last.user else last.username
    if last.user == user:
        who = yourself()
    return told | {"who": who, "when": spoken_moment(last.at)}
