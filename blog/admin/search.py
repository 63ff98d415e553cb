"""Finding posts in the admin."""

import unicodedata

from django.db.models import Exists, OuterRef, Q

from blog.models import TaggedPost
from blog.naming import name_key
from blog.querysets import PostQuerySet

_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}  # Unicode block FF00, `AI` → `ＡＩ`
_WORDS = 10
_IDS_AT_ONCE = 10_000  # SQLite takes 32,766 parameters


def search_posts(posts: PostQuerySet, query: str, *, in_text: bool) -> PostQuerySet:
    """The posts that hold every word of the query in title, slug, excerpt, tags or (`in_text`) body.

    A word is found in full width and in half width. Reading all bodies is what a search costs, so it
    is done once and not again for each of the list's queries.
    """
    found = posts
    for word in query.replace("\0", " ").split()[:_WORDS]:  # PostgreSQL refuses to look for NUL
        found = found.filter(_holds(word, in_text))
    if not in_text:
        return found
    ids = list(found.order_by().values_list("pk", flat=True)[: _IDS_AT_ONCE + 1])
    return found if len(ids) > _IDS_AT_ONCE else posts.filter(pk__in=ids)


def _holds(word: str, in_text: bool) -> Q:
    plain = unicodedata.normalize("NFKC", word)
    condition = Q(
        Exists(TaggedPost.objects.filter(content_object=OuterRef("pk"), tag__key__contains=name_key(word)))
    )
    for spelling in dict.fromkeys([word, plain, plain.translate(_FULL_WIDTH)]):
        condition |= (
            Q(title__icontains=spelling) | Q(slug__icontains=spelling) | Q(excerpt__icontains=spelling)
        )
    if in_text:
        for spelling in dict.fromkeys([word, plain]):
            condition |= Q(body__icontains=spelling)
    return condition
