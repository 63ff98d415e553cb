"""The newest corrections, for subscribers."""

from django.conf import settings
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _

from blog.addresses import absolute_url
from blog.feeds.portable import portable_html
from blog.feeds.views import LENGTH, SiteFeed
from blog.models import Correction


class CorrectionsFeed(SiteFeed):
    """An item for each note; its identity is its own, so that a post may have several."""

    url_name = "corrections_feed"

    def title(self, row) -> str:
        return f"{_('Corrections')} | {settings.SITE_NAME}"

    def description(self, row) -> str:
        text = _("What %(site)s has corrected, added or updated in its articles after publication.")
        return text % {"site": settings.SITE_NAME}

    def link(self, row) -> str:
        return absolute_url(reverse("corrections"))

    def items(self, row):
        notes = Correction.objects.public().newest_first().select_related("post", "post__author")
        return notes.defer("post__body", "post__body_html", "post__toc", "post__front_matter")[:LENGTH]

    def item_title(self, note: Correction) -> str:
        return f"{note.get_kind_display()}: {note.post.title}"

    def item_link(self, note: Correction) -> str:
        return absolute_url(note.get_absolute_url())

    def item_description(self, note: Correction) -> str:
        return escape(note.plain_text)

    def item_guid(self, note: Correction) -> str:
        return f"{note.post.guid}#correction-{note.pk}"

    def item_author_name(self, note: Correction) -> str | None:
        return super().item_author_name(note.post)

    def item_categories(self, note: Correction) -> list[str]:
        return [str(note.get_kind_display())]

    def item_pubdate(self, note: Correction):
        return note.published_at

    def item_updateddate(self, note: Correction):
        return note.published_at

    def item_enclosures(self, note: Correction) -> list:
        return []

    def item_extra_kwargs(self, note: Correction) -> dict:
        return {"content": portable_html(note.html, self.item_link(note))}
