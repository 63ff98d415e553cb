"""What the outbox does when a post has appeared, changed or gone: tell hubs and search engines.

WebSub: https://www.w3.org/TR/websub/ (the publisher's request is that of PubSubHubbub 0.4, section 7.1)
IndexNow: https://www.indexnow.org/documentation
"""

import json
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.urls import reverse

from blog.addresses import absolute_url
from blog.feeds.channels import Channel, CorrectionsChannel
from blog.feeds.checks import check_channel
from blog.feeds.directory import channel_for, channels_of
from blog.feeds.formats import FORMATS
from blog.feeds.models import FeedCheck
from blog.models import Post
from blog.outbox.queue import tell
from blog.push import cdn
from blog.push.http import post as send

FORM = "application/x-www-form-urlencoded"


@transaction.atomic
def announce(payload: dict) -> None:
    """A post's readers' view has changed: spread that out into one task for each that must be told.

    `payload`: `post`, its key, and `paths`, the addresses at which it was seen until now. Of a post that was
    deleted only the feeds of the site are told.
    """
    posts = Post.objects.select_related("category", "author").prefetch_related("tags")
    post = posts.filter(pk=payload["post"]).first()
    paths = set(payload["paths"])
    if post and post.is_public:
        paths.add(post.get_absolute_url())
    channels = channels_of(post) if post else [Channel(), CorrectionsChannel()]
    topics = [absolute_url(channel.path(form)) for channel in channels for form in FORMATS.values()]
    for hub in settings.WEBSUB_HUBS:
        for topic in topics:
            tell("websub", f"{hub} {topic}", {"hub": hub, "topic": topic})
    for channel in channels:
        tell("check_feed", channel.key, {"channel": channel.key})
    if settings.INDEXNOW_KEY:
        for path in sorted(paths):
            tell("indexnow", path, {"url": absolute_url(path)})
    for address in settings.SITEMAP_PINGS:
        tell("sitemap", address, {"address": address})


def check_feed(payload: dict) -> None:
    """Look at a feed in every format, and keep what is wrong with it for the desk."""
    channel = channel_for(payload["channel"])
    try:
        channel.require()
        is_gone = channel.moved_to() is not None
    except Http404:  # its last post is gone, and so is the feed
        is_gone = True
    if is_gone:
        FeedCheck.objects.filter(key=channel.key).delete()
    else:
        check_channel(channel)


def websub(payload: dict) -> None:
    """Tell a hub that a topic has news."""
    topic = payload["topic"]
    fields = {"hub.mode": "publish", "hub.url": topic, "hub.topic": topic}
    send(payload["hub"], urlencode(fields).encode(), FORM)


def indexnow(payload: dict) -> None:
    body = {
        "host": settings.SITE_HOST,
        "key": settings.INDEXNOW_KEY,
        "keyLocation": absolute_url(reverse("indexnow_key")),
        "urlList": [payload["url"]],
    }
    send(settings.INDEXNOW_ENDPOINT, json.dumps(body).encode(), "application/json; charset=utf-8")


def sitemap(payload: dict) -> None:
    """Have a crawler read the sitemap again."""
    address = payload["address"].replace("{sitemap}", absolute_url(reverse("sitemap")))
    send(address, b"", "")


HANDLERS = {
    "announce": announce,
    "check_feed": check_feed,
    "websub": websub,
    "indexnow": indexnow,
    "sitemap": sitemap,
    cdn.KIND: cdn.purge,
}
