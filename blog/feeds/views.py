"""How a feed answers: to a reader's poll, to a person's browser, to nonsense."""

from django.db import OperationalError
from django.http import Http404, HttpResponse, HttpResponseNotModified, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.generic import View

from blog.addresses import absolute_url
from blog.feeds.channels import BadQueryError, CategoryChannel, Channel
from blog.feeds.counting import count
from blog.feeds.documents import channel_document, refusal_document
from blog.feeds.formats import FORMATS, Format
from blog.feeds.polling import Stamp, is_unchanged, stamp_of
from blog.pagecache.keys import depends_on
from blog.pagecache.policy import Rendering
from blog.views.head import Head

PAGES = 100_000  # a number that no archive reaches, and no database stumbles over
SECONDS_UNTIL_RETRY = 120


class BadPageError(ValueError):
    """The page asked for is no number."""


@method_decorator(require_safe, name="dispatch")
class FeedView(View):
    """One channel in one format.

    A browser that navigates to it (Sec-Fetch-Dest, which no feed reader sends) gets a page to read instead.
    """

    channel: type[Channel] = Channel
    form: Format = FORMATS["xml"]

    def dispatch(self, request, *args, **kwargs):
        try:
            response = super().dispatch(request, *args, **kwargs)
        except BadPageError:
            response = self.refusal(400, _("The page must be a number from 1 on."))
        except BadQueryError:
            response = self.refusal(400, _("Say what to search for: add ?q= and the words."))
        except Http404:
            response = self.refusal(404, _("There is no such feed."))
        except OperationalError:
            response = self.refusal(503, _("The feed cannot be read just now."))
            response["Retry-After"] = str(SECONDS_UNTIL_RETRY)
        patch_vary_headers(response, ["Sec-Fetch-Dest"])
        return response

    def get(self, request, **kwargs):
        channel, page = self.channel.asked_for(request, **kwargs), self.page_number()
        if request.headers.get("Sec-Fetch-Dest") == "document":
            return self.moved(channel) or self.readable(channel)
        stamp = stamp_of(channel, page)
        if stamp.is_empty:
            if moved := self.moved(channel):
                return moved
            channel.require()
            if page > 1:
                raise Http404
            stamp = stamp.with_words(channel.title, channel.description)
        unchanged = is_unchanged(request, stamp, self.form)
        if rendering := Rendering.of(request):
            depends_on(*channel.surrogate_keys)
            rendering.feed = (channel.key, self.form.extension)
        else:
            agent = request.headers.get("User-Agent", "")
            count(channel.key, self.form.extension, agent, unchanged=unchanged)
        if unchanged:
            return self.with_headers(HttpResponseNotModified(), stamp)
        body = channel_document(channel, self.form, page, has_more=stamp.has_more)
        media_type = f"{self.form.media_type}; charset=utf-8"
        return self.with_headers(HttpResponse(body, content_type=media_type), stamp)

    def moved(self, channel: Channel) -> HttpResponse | None:
        """To where the feed of a renamed or merged subject is now, for good."""
        present = channel.moved_to()
        if present is None:
            return None
        present.require()
        return HttpResponsePermanentRedirect(present.path(self.form))

    def page_number(self) -> int:
        asked = self.request.GET.get("page", "1")
        if not (asked.isascii() and asked.isdigit() and int(asked[:9]) > 0):
            raise BadPageError
        if len(asked) > 9 or int(asked) > PAGES:
            raise Http404
        return int(asked)

    def with_headers(self, response: HttpResponse, stamp: Stamp) -> HttpResponse:
        response["ETag"] = stamp.etag(self.form)
        if changed := stamp.last_modified():
            response["Last-Modified"] = changed
        age = stamp.max_age()
        response["Cache-Control"] = f"public, max-age={age}, s-maxage={min(age, 60)}"
        return response

    def readable(self, channel: Channel) -> HttpResponse:
        """The feed for a person: what it is, how to subscribe, the newest articles."""
        channel.require()
        head = Head(
            title=_("Feed: %(title)s") % {"title": channel.title},
            description=channel.description,
            url=absolute_url(channel.home),
            noindex=True,
        )
        context = {
            "head": head,
            "channel": channel,
            "form": self.form,
            "rows": channel.rows_on(1),
            "addresses": [(form.name, absolute_url(channel.path(form))) for form in FORMATS.values()],
        }
        response = render(self.request, "feeds/readable.html", context)
        response["Cache-Control"] = (
            "private, no-store"  # a cache that ignores Vary must not give it to a reader
        )
        return response

    def refusal(self, status: int, reason: str) -> HttpResponse:
        address = absolute_url(Channel().path(self.form))
        media_type = f"{self.form.media_type}; charset=utf-8"
        return HttpResponse(refusal_document(self.form, reason, address), media_type, status)


class OldCategoryFeed(FeedView):
    """The old site's `/feeds/tech.xml`."""

    def get(self, request, slug: str):
        channel = CategoryChannel(slug)
        return HttpResponsePermanentRedirect(reverse("category_feed", args=[channel.subject.slug]))
