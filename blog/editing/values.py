"""What a form says, by field: as it was opened, as it was typed, and both sides merged.

A value is what the browser would send, as text (`true` and `false` for boxes to tick). `related` is
the ordered list of related posts: ids, or `entry:7` for an imported entry whose post is not here.
"""

from dataclasses import dataclass, field

from django import forms

from blog.editing.blocks import unix_lines
from blog.editing.merge import Merged, merge_list, merge_text, merge_value
from blog.models.posts import Post
from blog.models.taxonomy import Tag
from blog.naming import join_tags, name_key, parse_tags

RELATED = "related"
_PREFIX = "related_entries"
_MOST_RELATED = 1000


# From a form


def shown_values(form: forms.ModelForm) -> dict:
    """What an unbound form shows, as a browser would send it."""
    values = {}
    for name, form_field in form.fields.items():
        value = form[name].value()
        if isinstance(form_field.widget, forms.CheckboxInput):
            values[name] = bool(value)
        else:
            text = form_field.widget.format_value(value)
            text = text[0] if isinstance(text, list) and text else text
            values[name] = unix_lines(str(text)) if text else ""
    return values


def stored_values(form: forms.ModelForm) -> dict:
    """What is stored of the post of an unbound form, its related posts included."""
    return shown_values(form) | {RELATED: stored_related(form.instance)}


def typed_values(form: forms.ModelForm, data) -> dict:
    """What a browser sent; fields that are not in the form, or were not sent, are left out."""
    values = {}
    for name, form_field in form.fields.items():
        if isinstance(form_field.widget, forms.CheckboxInput):
            values[name] = bool(form_field.widget.value_from_datadict(data, {}, name))
        elif not form_field.widget.value_omitted_from_data(data, {}, name):
            values[name] = _text(form_field.widget.value_from_datadict(data, {}, name))
    if f"{_PREFIX}-TOTAL_FORMS" in data:
        values[RELATED] = _typed_related(data)
    return values


def autosaved_values(fields: dict, known: dict) -> dict:
    """What the page's script sent, by the names in the form; only what `known` has, too, is taken."""
    values = {}
    for name, value in fields.items():
        if isinstance(known.get(name), bool):
            values[name] = bool(value)
        elif isinstance(known.get(name), str):
            values[name] = _text(value)
    if f"{_PREFIX}-TOTAL_FORMS" in fields:
        values[RELATED] = _typed_related(fields)
    return values


def _text(value) -> str:
    """What any database can keep as JSON: no NUL, no half of a surrogate pair."""
    text = unix_lines(str(value or "")).replace("\0", "")
    return text.encode("utf-8", "replace").decode()


# To a form


def form_data(data, changes: dict, post: Post | None):
    """A copy of the data that a browser sent, with these values in their place."""
    data = data.copy()
    for name, value in changes.items():
        if name == RELATED:
            for key in [key for key in data if key.startswith(f"{_PREFIX}-")]:
                del data[key]
            data.update(related_data(post, value))
        elif value is False:
            data.pop(name, None)
        else:
            data[name] = "on" if value is True else value
    return data


def related_data(post: Post | None, wanted: list[str]) -> dict:
    """The fields of the list of related posts that turn what is stored into what is wanted."""
    entries = list(post.related_entries.all()) if post and post.pk else []
    places = {key: number for number, key in enumerate(wanted, 1)}
    rows = []
    for entry in entries:
        key = _related_key(entry)
        row = {"id": entry.pk, "post": post.pk, "target": entry.target_id or ""}
        row |= {"position": places.pop(key)} if key in places else {"position": 0, "DELETE": "on"}
        rows.append(row)
    for key, place in places.items():
        if not key.startswith("entry:"):
            rows.append({"id": "", "post": post.pk if post else "", "target": key, "position": place})
    data = {"TOTAL_FORMS": len(rows), "INITIAL_FORMS": len(entries)}
    data |= {"MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": _MOST_RELATED}
    data |= {f"{number}-{name}": value for number, row in enumerate(rows) for name, value in row.items()}
    return {f"{_PREFIX}-{name}": str(value) for name, value in data.items()}


def stored_related(post: Post) -> list[str]:
    return [_related_key(entry) for entry in post.related_entries.all()] if post.pk else []


def _related_key(entry) -> str:
    return str(entry.target_id) if entry.target_id else f"entry:{entry.pk}"


def _typed_related(data) -> list[str]:
    total = str(data.get(f"{_PREFIX}-TOTAL_FORMS", ""))
    rows = []
    for number in range(min(int(total) if total.isdecimal() else 0, _MOST_RELATED)):
        target, entry, position, removed = (
            data.get(f"{_PREFIX}-{number}-{name}") for name in ("target", "id", "position", "DELETE")
        )
        if (target or entry) and not removed:
            place = int(position) if str(position or "").isdecimal() else 0
            rows.append((place, number, str(target or f"entry:{entry}")))
    return list(dict.fromkeys(key for _place, _number, key in sorted(rows)))


# Both sides


@dataclass
class MergedValues:
    """`values` are complete but for the fields in `conflicts`, where they are mine."""

    values: dict = field(default_factory=dict)
    conflicts: dict[str, Merged] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)  # the fields in which theirs went in


def merge_values(base: dict, mine: dict, theirs: dict) -> MergedValues:
    merged = MergedValues()
    for name, value in mine.items():
        if name not in theirs or theirs[name] == value:
            merged.values[name] = value
            continue
        other = theirs[name]
        if isinstance(value, bool):
            result = merge_value(base.get(name, value), value, other)
        elif isinstance(value, list):
            result = merge_list(base.get(name, []), value, other)
        elif name == "tags":
            result = _merge_tags(base.get(name, ""), value, other)
        else:
            merging = merge_text(base.get(name, ""), value, other)
            if merging.conflicts:
                merged.conflicts[name] = merging
            result = value if merging.conflicts else merging.text()
        merged.values[name] = result
        if result != value:
            merged.taken.append(name)
    return merged


def _merge_tags(base: str, mine: str, theirs: str) -> str:
    names = merge_list(*map(parse_tags, (base, mine, theirs)), key=name_key)
    for typed in (mine, theirs):
        if parse_tags(typed) == names:
            return typed
    return join_tags([Tag(name=name) for name in names])
