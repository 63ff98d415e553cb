"""Two versions of a form's values, field by field, for a page that shows how they differ."""

from django import forms
from django.utils.translation import gettext as _

from blog.editing.marks import marked
from blog.editing.merge import changed_blocks
from blog.editing.values import RELATED
from blog.models.posts import Post
from blog.querysets import is_key


def compared(form, old: dict, new: dict) -> list[dict]:
    """`label` and `changes` (pairs of marked texts, old and new) of each field that differs."""
    rows = []
    for name, value in new.items():
        before = old.get(name, [] if name == RELATED else "")
        if value == before or (name not in form.fields and name != RELATED):
            continue
        label = _("related posts") if name == RELATED else form.fields[name].label
        if name != RELATED and isinstance(value, str) and "\n" in value + str(before):
            changes = changed_blocks(str(before), value)
        else:
            changes = [(spoken(form, name, before), spoken(form, name, value))]
        rows.append({"label": label, "changes": [marked(*change) for change in changes]})
    return rows


def spoken(form, name: str, value) -> str:
    """A value in words: the name of a chosen row, yes or no, the titles of related posts."""
    if name == RELATED:
        titles = Post.objects.in_bulk(filter(is_key, value)) if value else {}
        return "\n".join(str(titles.get(int(key), key)) if is_key(key) else key for key in value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    field = form.fields[name]
    if value and hasattr(field, "queryset"):
        found = field.queryset.filter(pk=value).first() if is_key(value) else None
        return str(found) if found else ""
    if hasattr(field, "choices"):
        return str(dict(field.choices).get(value, value))
    return str(value).replace("T", " ") if isinstance(field, forms.DateTimeField) else str(value)
