"""What must be known of all posts before the first is written: their files, by which they refer."""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from django.conf import settings

from blog import jekyll
from blog.addresses import canonical_path
from blog.models import Post

STEM_BYTES = 180  # of the 255 that file systems allow, with room for a date and a number


@dataclass
class Catalogue:
    """`files` maps the keys of posts to their files, `stems` the files' names without extension to keys.

    `guid_url` is the origin that most GUIDs have: articles whose GUID it does not explain must name theirs.
    """

    files: dict[int, str] = field(default_factory=dict)
    stems: dict[str, int] = field(default_factory=dict)
    addresses: set[str] = field(default_factory=set)
    guid_url: str = field(default_factory=lambda: settings.SITE_URL)

    @property
    def origins(self) -> tuple[str, ...]:
        return self.guid_url, settings.SITE_URL

    def stem(self, post: int) -> str:
        return PurePosixPath(self.files[post]).stem


def make_catalogue() -> Catalogue:
    catalogue = Catalogue()
    origins = Counter()
    nameless = []
    posts = Post.objects.order_by("pk")
    rows = posts.values_list("pk", "source_name", "status", "slug", "published_at", "guid")
    for key, source_name, status, slug, date, guid in rows.iterator():
        if source_name and _fits(source_name, status, date):
            catalogue.files[key] = source_name
        else:
            nameless.append((key, slug, date))
        if date:
            address = jekyll.article_path(jekyll.address_date(date), slug)
            catalogue.addresses.add(canonical_path(address))
            origin = guid.removesuffix(jekyll.derived_guid("", address, ""))
            if origin != guid and re.fullmatch(r"https?://[^\s/?#]+", origin):
                origins[origin] += 1
    taken = {name.casefold() for name in catalogue.files.values()}
    for key, slug, date in nameless:
        catalogue.files[key] = _new_name(slug, date, taken)
        taken.add(catalogue.files[key].casefold())
    catalogue.stems = {catalogue.stem(key): key for key in catalogue.files}
    if origins:
        catalogue.guid_url = origins.most_common(1)[0][0]
    return catalogue


def _fits(source_name: str, status: str, date) -> bool:
    """Whether the file's name does not contradict what the post has become."""
    name = jekyll.parse_name(source_name)
    if name.is_draft:
        return status in {Post.Status.DRAFT, Post.Status.IN_REVIEW} and not (name.date and date is None)
    return date is not None


def _new_name(slug: str, date, taken: set[str]) -> str:
    stem = jekyll.title_slug(slug).encode()[:STEM_BYTES].decode(errors="ignore").strip(".-") or "post"
    if date:
        base = f"{jekyll.POSTS}/{jekyll.address_date(date)}-{stem}"
    else:
        base = f"{jekyll.DRAFTS}/{stem}"
        if jekyll.parse_name(f"{base}.md").date:
            base = f"{jekyll.DRAFTS}/draft-{stem}"
    name, number = f"{base}.md", 1
    while name.casefold() in taken:
        number += 1
        name = f"{base}-{number}.md"
    return name
