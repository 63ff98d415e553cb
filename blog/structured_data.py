"""What search engines are told about a page: schema.org objects as JSON-LD (https://schema.org/NewsArticle).

Every function returns a plain dict; `as_script_text` writes such dicts safe to stand in a `<script>`.
"""

import json
from collections.abc import Iterable

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from blog.addresses import absolute_url
from blog.models import Author, Correction, Image, Post

# `</script>` and `<!--` would end or confuse the element (HTML, "Restrictions for contents of script
# elements"); U+2028 and U+2029 end a line in older JavaScript parsers.
_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def as_script_text(*things: dict) -> SafeString:
    """One JSON-LD document holding all `things`, for a `<script type="application/ld+json">`."""
    document = {"@context": "https://schema.org", "@graph": things}
    return mark_safe(json.dumps(document, ensure_ascii=False).translate(_ESCAPES))


def website() -> dict:
    """The site, with the address of its search."""
    return {
        "@type": "WebSite",
        "@id": absolute_url("/#website"),
        "url": absolute_url("/"),
        "name": settings.SITE_NAME,
        "description": settings.SITE_DESCRIPTION,
        "inLanguage": "ja",
        "publisher": {"@id": absolute_url("/#organization")},
        "potentialAction": {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": absolute_url(reverse("search")) + "?q={search_term_string}",
            },
            "query-input": "required name=search_term_string",
        },
    }


def organization() -> dict:
    """The publisher."""
    organization = {
        "@type": "NewsMediaOrganization",
        "@id": absolute_url("/#organization"),
        "name": settings.SITE_NAME,
        "url": absolute_url("/"),
        "logo": {
            "@type": "ImageObject",
            "url": absolute_url(static("img/icon-512.png")),
            "width": 512,
            "height": 512,
        },
    }
    if settings.SITE_X_ACCOUNT:
        organization["sameAs"] = [f"https://x.com/{settings.SITE_X_ACCOUNT.removeprefix('@')}"]
    return organization


def news_article(
    post: Post, description: str, tags: list[str], corrections: Iterable[Correction] = ()
) -> dict:
    """A post. `tags` are the names of its tags."""
    article = {
        "@type": "NewsArticle",
        "@id": post.get_canonical_url() + "#article",
        "url": post.get_canonical_url(),
        "mainEntityOfPage": post.get_canonical_url(),
        "headline": post.title,
        "description": description,
        "inLanguage": "ja",
        "isAccessibleForFree": True,
        "image": [image_object(post.cover)] if post.cover else [absolute_url(static("img/share.png"))],
        "author": _byline(post.author) if post.author else {"@id": absolute_url("/#organization")},
        "publisher": organization(),
    }
    if post.published_at:
        article["datePublished"] = localtime(post.published_at).isoformat()
        article["dateModified"] = localtime(post.changed_at).isoformat()
    if post.category:
        article["articleSection"] = post.category.name
    if tags:
        article["keywords"] = tags
    if corrections:
        article["correction"] = [correction_comment(correction) for correction in corrections]
    return article


def correction_comment(correction: Correction) -> dict:
    """https://schema.org/CorrectionComment"""
    return {
        "@type": "CorrectionComment",
        "name": str(correction.get_kind_display()),
        "text": correction.plain_text,
        "datePublished": localtime(correction.published_at).isoformat(),
    }


def image_object(image: Image) -> dict:
    picture = {
        "@type": "ImageObject",
        "url": absolute_url(image.file.url),
        "width": image.width,
        "height": image.height,
    }
    if image.alt:
        picture["caption"] = image.alt
    if image.credit:
        picture["creditText"] = image.credit
    return picture


def breadcrumbs(trail) -> dict:
    """The way from the front page: (name, path) pairs, the front page left out, the page itself last."""
    steps = [(settings.SITE_NAME, "/"), *trail]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": str(name), "item": absolute_url(path)}
            for position, (name, path) in enumerate(steps, start=1)
        ],
    }


def _byline(author: Author) -> dict:
    # A desk's byline ("編集部") is an organization's in the eyes of search engines, not a person's.
    is_desk = author.name.endswith("編集部") or settings.SITE_NAME in author.name
    return {
        "@type": "Organization" if is_desk else "Person",
        "name": author.name,
        "url": absolute_url(author.get_absolute_url()),
    }
