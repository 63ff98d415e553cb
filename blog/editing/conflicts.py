"""Both changed the same place: the page that shows the two texts side by side, and its answer."""

from dataclasses import asdict, dataclass
from functools import cached_property

from django import forms
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from blog.editing.blocks import unix_lines
from blog.editing.compare import spoken
from blog.editing.marks import marked
from blog.editing.merge import Block, Conflict
from blog.editing.values import MergedValues, merge_values
from blog.editing.wording import others_since, yourself

_CONTEXT = 60
_OWN = ("csrfmiddlewaretoken", "editing", "editing_serial", "_resolve")


class UndecidedError(Exception):
    """Some conflict has no answer yet."""


def is_answer(data) -> bool:
    return "_resolve" in data


@dataclass
class Found:
    """What the merge of `step` (`base` or `live`) was made of; `source` is what the form was opened from."""

    step: str
    base: dict
    mine: dict
    theirs: dict
    source: dict

    @cached_property
    def merged(self) -> MergedValues:
        return merge_values(self.base, self.mine, self.theirs)

    def resolve(self, data) -> dict:
        """The values with the decisions that were sent. Raises UndecidedError when one is missing."""
        values = dict(self.merged.values)
        for name, merged in self.merged.conflicts.items():
            decisions = [
                _decision(data, f"{name}-{number}", conflict)
                for number, conflict in enumerate(merged.conflicts)
            ]
            values[name] = merged.text(decisions)
        return values

    def rebase(self, session) -> None:
        """What was decided builds on what the page showed, and is compared with anything newer again."""
        session.base = self.source
        if self.step == "live":
            session.live = self.theirs


def _decision(data, key: str, conflict: Conflict) -> str:
    choice = data.get(f"decision-{key}")
    if choice == "text":
        return unix_lines(data.get(f"text-{key}", "")).strip("\n")
    if choice not in {"mine", "theirs", "both"}:
        raise UndecidedError
    return getattr(conflict, choice)


def page(saving, form, found: Found, undecided: bool = False) -> TemplateResponse:
    """Nothing is saved; what was typed is kept with the form's row, and shown whole on the page."""
    saving.session.conflict = asdict(found)
    saving.keep_copy()
    request, post, merged = saving.request, saving.post, found.merged
    others = others_since(post, saving.session.base_at, request.user)
    title = _("Somebody else changed the same place")
    if others == yourself():
        title = _("You changed the same place in another window")
    return TemplateResponse(
        request,
        "admin/editing/conflict.html",
        {
            "title": title,
            "post": post,
            "session": saving.session,
            "others": others,
            "of_live": found.step == "live",
            "rows": [
                _row(form[name], merged, found, request.POST)
                for name, merged in found.merged.conflicts.items()
            ],
            "taken": [saving.label(name) for name in merged.taken],
            "hidden": [
                (name, value)
                for name, values in request.POST.lists()
                if name not in _OWN and not name.startswith(("decision-", "text-"))
                for value in values
            ],
            "undecided": undecided,
        },
    )


def _row(bound, merged, found: Found, data) -> dict:
    widget = bound.field.widget
    is_text = isinstance(widget, (forms.Textarea, forms.TextInput)) and not isinstance(
        widget, forms.DateTimeInput
    )
    pieces = []
    for place, part in enumerate(merged.parts):
        if not isinstance(part, Conflict):
            continue
        key = f"{bound.name}-{len(pieces)}"
        ours, others = part.mine, part.theirs
        if not is_text:
            ours, others = (spoken(bound.form, bound.name, value) or "—" for value in (ours, others))
        my_marks, their_marks = marked(ours, others)
        pieces.append(
            {
                "key": key,
                "before": _context(merged.parts[place - 1 : place], last=True),
                "after": _context(merged.parts[place + 1 : place + 2]),
                "base": part.base,
                "mine": my_marks,
                "theirs": their_marks,
                "choice": data.get(f"decision-{key}", ""),
                "text": data.get(f"text-{key}", part.mine),
            }
        )
    return {
        "label": bound.label,
        "is_text": is_text,
        "is_long": isinstance(widget, forms.Textarea) and bound.name != "title",
        "pieces": pieces,
        "mine": found.mine[bound.name],
        "theirs": found.theirs[bound.name],
    }


def _context(parts: list, last: bool = False) -> str:
    """How the neighbouring paragraph ends or begins, so that one knows where one is."""
    text = parts[0].text if parts and isinstance(parts[0], Block) else ""
    if len(text) <= _CONTEXT:
        return text
    return f"…{text[-_CONTEXT:]}" if last else f"{text[:_CONTEXT]}…"
