"""What differs between two versions: in words for a list, in full for a page."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blog.history.diffs import Fold, Line, Span, count, diff_lines, diff_text, folded
from blog.models import Correction

# In the order in which an article is read; what a model has beyond these comes after.
_ORDER = (
    *(
        "title",
        "body",
        "excerpt",
        "description",
        "cover",
        "category",
        "author",
        "tags",
        "related",
        "corrections",
    ),
    *("status", "published_at", "expires_at", "last_modified_at", "slug"),
)
# Facts of an import and of the table, which say nothing about the article.
_SILENT = {"guid", "created_at", "front_matter", "source_name", "imported_digest", "imported_at"}
_PART_LABELS = {
    "tags": gettext_lazy("tags"),
    "related": gettext_lazy("related posts"),
    "corrections": gettext_lazy("correction notices"),
}


SHOWN_OF_NOTES = 40


@dataclass(frozen=True)
class Change:
    """One field. `old` and `new` are texts as a reader of the page understands them."""

    name: str
    label: str
    old: str
    new: str

    template = "admin/history/_value.html"

    def __str__(self):
        return self.label


class LineChange(Change):
    """A short text."""

    template = "admin/history/_line.html"

    @cached_property
    def spans(self) -> list[Span]:
        return diff_text(self.old, self.new)


class TextChange(Change):
    """A text of paragraphs."""

    template = "admin/history/_text.html"

    @cached_property
    def lines(self) -> list[Line | Fold]:
        return folded(diff_lines(self.old, self.new))

    def __str__(self):
        come, gone = count(self.old, self.new)
        numbers = [f"+{come}" if come else "", f"−{gone}" if gone else ""]
        counted = [_("%s characters") % number for number in numbers if number]
        return " ".join([self.label, *counted])


class ShortChange(Change):
    """A value whose words fit into the list."""

    def __str__(self):
        nothing = _("none")
        return f"{self.label}: {self.old or nothing} → {self.new or nothing}"


@dataclass(frozen=True)
class CoverChange(Change):
    template = "admin/history/_cover.html"

    old_key: int | None = None
    new_key: int | None = None


@dataclass(frozen=True)
class ListChange(Change):
    """Tags, related posts, corrections. Nothing gone and nothing come: only the order is another."""

    template = "admin/history/_list.html"

    gone: list[str] = field(default_factory=list)
    come: list[str] = field(default_factory=list)

    def __str__(self):
        marked = [f"＋{text}" for text in self.come] + [f"−{text}" for text in self.gone]
        return f"{self.label} {' '.join(marked) or _('order')}"


def compare(model: type[models.Model], old: dict, new: dict) -> list[Change]:
    """`old` and `new` are what two versions of a row hold."""
    names = {**dict.fromkeys(_ORDER), **old["fields"], **new["fields"]}
    changes = []
    for name in names:
        if name in _PART_LABELS:
            changes += _part_change(name, old, new)
        elif name not in _SILENT:
            changes += _field_change(model, name, old, new)
    return changes


def summary(model: type[models.Model], old: dict, new: dict) -> str:
    """`本文 +312字 −20字、タグ ＋規制`; empty when no reader could see a difference."""
    return _("; ").join(map(str, compare(model, old, new)))


def label_of(model: type[models.Model], name: str) -> str:
    """A field that the model has no more is called by its name in the table."""
    if name in _PART_LABELS:
        return str(_PART_LABELS[name])
    try:
        return str(model._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:
        return name


def _field_change(model: type[models.Model], name: str, old: dict, new: dict) -> Iterable[Change]:
    before, after = old["fields"].get(name), new["fields"].get(name)
    if before == after or (before in (None, "") and after in (None, "")):
        return
    label = label_of(model, name)
    try:
        definition = model._meta.get_field(name)
    except FieldDoesNotExist:
        yield Change(name, label, str(before or ""), str(after or ""))
        return
    said = displayed(definition, before, old), displayed(definition, after, new)
    if name == "cover":
        yield CoverChange(name, label, *said, before, after)
    elif isinstance(definition, models.TextField):
        change = TextChange(name, label, *said)
        if change.lines and any(isinstance(line, Line) and line.kind != "same" for line in change.lines):
            yield change
    elif isinstance(definition, models.CharField) and not definition.choices:
        yield LineChange(name, label, *said)
    else:
        yield ShortChange(name, label, *said)


def displayed(definition: models.Field, value, held: dict) -> str:
    """A stored value in words; `held` names the rows that are pointed to."""
    if value is None or value == "":
        return ""
    if isinstance(definition, models.ForeignKey):
        return held.get("names", {}).get(definition.name) or f"#{value}"
    if isinstance(definition, models.BooleanField):
        return _("yes") if value else _("no")
    if isinstance(definition, models.DateTimeField):
        return _moment(value)
    return str(dict(definition.flatchoices).get(value, value))


def _moment(value: str) -> str:
    try:
        moment = datetime.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return str(value)
    return date_format(timezone.localtime(moment), _("Y/m/d H:i"))


def _part_change(name: str, old: dict, new: dict) -> Iterable[Change]:
    before, after = _entries(name, old), _entries(name, new)
    if list(before) != list(after):
        gone = [text for key, text in before.items() if key not in after]
        come = [text for key, text in after.items() if key not in before]
        old_text, new_text = _(", ").join(before.values()), _(", ").join(after.values())
        yield ListChange(name, str(_PART_LABELS[name]), old_text, new_text, gone, come)


@lru_cache(1000)
def _shortened(markdown: str) -> str:
    """A correction as its readers see it, without its marks."""
    note = Correction(text=markdown)
    note.render()
    return Truncator(note.plain_text).chars(SHOWN_OF_NOTES)


def _entries(name: str, held: dict) -> dict:
    """What a list held, as texts by what makes each entry the same one."""
    entries = held.get(name, [])
    if name == "tags":
        return dict(entries)
    if name == "related":
        return {
            entry["target"] or str(entry["reference"]): entry["title"] or str(entry["reference"])
            for entry in entries
        }
    kinds = dict(Correction.Kind.choices)
    return {
        (entry["kind"], entry["published_at"], entry["text"]): " ".join(
            [
                str(kinds.get(entry["kind"], entry["kind"])),
                _moment(entry["published_at"]),
                _shortened(entry["text"]),
            ]
        )
        for entry in entries
    }
