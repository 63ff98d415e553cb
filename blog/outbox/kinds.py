"""What the kinds of tasks are called at the desk."""

from django.utils.translation import gettext_lazy as _

KINDS = {
    "announce": _("News of a post"),
    "check_feed": _("Check of a feed"),
    "websub": _("WebSub hub"),
    "indexnow": _("IndexNow"),
    "sitemap": _("Sitemap ping"),
    "purge": _("CDN purge"),
    "renditions": _("Smaller versions of a picture"),
}


def name_of(kind: str) -> str:
    return str(KINDS.get(kind, kind))
