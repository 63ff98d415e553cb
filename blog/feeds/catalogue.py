"""The list of all feeds, for people and for feed readers."""

from io import StringIO

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from blog.addresses import absolute_url
from blog.feeds.directory import listings
from blog.feeds.formats import FORMATS
from blog.feeds.formats.xml import XMLWriter
from blog.views.head import Head, HeadMixin

TAGS_ON_THE_PAGE = 60


class FeedsView(HeadMixin, TemplateView):
    """Every feed with its addresses, to copy; of the tags only the most used, for each has its own page."""

    template_name = "feeds/catalogue.html"

    def get_context_data(self, **kwargs):
        found = listings()
        groups = [
            (_("Everything"), found["site"]),
            (_("Categories"), found["categories"]),
            (_("Authors"), found["authors"]),
            (_("Tags"), found["tags"][:TAGS_ON_THE_PAGE]),
        ]
        return super().get_context_data(
            groups=[(name, [_row(listing) for listing in listed]) for name, listed in groups if listed],
            tags_left=max(0, len(found["tags"]) - TAGS_ON_THE_PAGE),
            **kwargs,
        )

    def get_head(self, context):
        return Head(
            title=_("Feeds"),
            description=_("Every feed of %(site)s, as RSS, Atom and JSON Feed.")
            % {"site": settings.SITE_NAME},
            url=absolute_url(reverse("feeds")),
            trail=((_("Feeds"), reverse("feeds")),),
        )


def _row(listing) -> dict:
    return {
        "name": listing.name,
        "home": listing.channel.home,
        "addresses": [(form.name, absolute_url(listing.channel.path(form))) for form in FORMATS.values()],
    }


@require_safe
def opml(request: HttpRequest) -> HttpResponse:
    """All feeds as a subscription list, OPML 2.0 (https://opml.org/spec2.opml)."""
    form = FORMATS["xml"]
    names = {
        "site": settings.SITE_NAME,
        "categories": _("Categories"),
        "authors": _("Authors"),
        "tags": _("Tags"),
    }
    out = StringIO()
    writer = XMLWriter(out, "utf-8", short_empty_elements=True)
    writer.startDocument()
    writer.startElement("opml", {"version": "2.0"})
    writer.startElement("head", {})
    writer.addQuickElement("title", _("Feeds of %(site)s") % {"site": settings.SITE_NAME})
    writer.endElement("head")
    writer.startElement("body", {})
    for kind, listed in listings().items():
        if not listed:
            continue
        writer.startElement("outline", {"text": names[kind]})
        for listing in listed:
            outline = {
                "type": "rss",
                "text": listing.name,
                "title": listing.channel.title,
                "xmlUrl": absolute_url(listing.channel.path(form)),
                "htmlUrl": absolute_url(listing.channel.home),
                "language": "ja",
            }
            writer.addQuickElement("outline", None, outline)
        writer.endElement("outline")
    writer.endElement("body")
    writer.endElement("opml")
    response = HttpResponse(out.getvalue(), content_type="text/x-opml; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="allforces.opml"'
    response["Cache-Control"] = "public, max-age=300"
    return response
