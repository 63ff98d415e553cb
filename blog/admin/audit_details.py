"""What the details of an entry of the audit log are called and how they read, for people."""

from django.apps import apps
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blog.admin.base import short_moment

NAMES = {
    "active": gettext_lazy("active"),
    "added": gettext_lazy("added"),
    "before": gettext_lazy("before"),
    "by": gettext_lazy("by way of"),
    "confirmed": gettext_lazy("confirmed warnings"),
    "count": gettext_lazy("number"),
    "created": gettext_lazy("new posts"),
    "folder": gettext_lazy("folder"),
    "groups": gettext_lazy("groups"),
    "kind": gettext_lazy("kind"),
    "moment": gettext_lazy("for"),
    "name": gettext_lazy("name"),
    "note": gettext_lazy("note"),
    "out_of": gettext_lazy("out of"),
    "pages": gettext_lazy("pages"),
    "permissions": gettext_lazy("permissions"),
    "pictures": gettext_lazy("pictures"),
    "posts": gettext_lazy("posts"),
    "removed": gettext_lazy("removed"),
    "sessions_ended": gettext_lazy("sessions ended"),
    "slug": gettext_lazy("slug"),
    "source": gettext_lazy("merged"),
    "staff": gettext_lazy("staff"),
    "superuser": gettext_lazy("superuser"),
    "until": gettext_lazy("until"),
    "updated": gettext_lazy("updated posts"),
    "version": gettext_lazy("version of"),
}
WORDS = {
    "app": gettext_lazy("authenticator app"),
    "mail": gettext_lazy("mail"),
    "passkey": gettext_lazy("passkey"),
    "recovery codes": gettext_lazy("recovery codes"),
}
_CHANGES = {"active", "groups", "permissions", "staff", "superuser"}  # lists of what was and what is


def in_words(details: dict) -> list[tuple[str, str]]:
    """Name and value of each detail, in the language of whoever reads."""
    return [(str(NAMES.get(key, key)), _value(key, value)) for key, value in sorted(details.items())]


def _value(key: str, value) -> str:
    if key in _CHANGES and isinstance(value, list) and len(value) == 2:
        return " → ".join(_text(one) for one in value)
    if key in {"moment", "until", "version"} and (moment := parse_datetime(str(value))):
        return short_moment(moment)
    if key == "kind":
        return str(apps.get_model("blog", value)._meta.verbose_name)
    if key in {"added", "removed", "by"}:
        return str(WORDS.get(value, value))
    return _text(value)


def _text(value) -> str:
    if isinstance(value, dict):
        return _(", ").join(f"{name}: {text}" for name, text in in_words(value))
    if isinstance(value, list):
        return _(", ").join(map(str, value)) or "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "–" if value is None else str(value)
