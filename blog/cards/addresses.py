"""Where a card is. The address holds a digest of all that it shows, and so a copy is good for ever."""

import hashlib

from django.conf import settings

from blog.cards.drawing import VERSION
from blog.models import Post


def digest(post: Post) -> str:
    shown = [str(VERSION), settings.SITE_NAME, post.title, post.category.name if post.category else ""]
    return hashlib.blake2b("\0".join(shown).encode(), digest_size=8).hexdigest()


def card_path(post: Post) -> str:
    return f"{post.get_absolute_url()}card-{digest(post)}.png"
