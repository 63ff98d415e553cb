"""The database as a Jekyll site: every post, page, picture and name, ready to be built or imported again.

catalogue   the names of all files
articles    a post as a file: its own front matter, and in it only what has changed
site        `_config.yml`, `_data`
pictures    the files in media
target      the folder that is written

An article that was imported and not changed here is written back byte for byte.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db.models import F, Prefetch
from django.utils.translation import gettext as _

from blog import jekyll
from blog.exporter import pictures
from blog.exporter.articles import article_text, named_picture
from blog.exporter.catalogue import make_catalogue
from blog.exporter.site import Spellings, config_text, data_files
from blog.exporter.target import TargetFolder
from blog.models import Page, Post, RelatedPost, TaggedPost

__all__ = ["ExportReport", "export_site"]

BATCH = 100
Track = Callable[[Iterable, int, str], Iterable]


@dataclass
class ExportReport:
    """Numbers of files; `problems` maps paths to what went wrong, `others` are files that no post has."""

    posts: int = 0
    pages: int = 0
    pictures: int = 0
    written: int = 0
    problems: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)


def untracked(items: Iterable, length: int, label: str) -> Iterable:
    return items


def export_site(folder: str | os.PathLike, *, track: Track = untracked) -> ExportReport:
    """Write everything below `folder`, which is made if need be. Files that are there and no post's stay.

    `track(items, length, label)` wraps the long loop to show progress. Raises NotADirectoryError.
    """
    return _Export(TargetFolder(folder)).run(track)


class _Export:
    def __init__(self, target: TargetFolder):
        self.target = target
        self.report = ExportReport()
        self.spellings = Spellings()
        self.catalogue = make_catalogue()

    def run(self, track: Track) -> ExportReport:
        for post in track(_posts().iterator(chunk_size=BATCH), len(self.catalogue.files), _("Exporting")):
            self.report.posts += self._attempt(
                self.catalogue.files[post.pk], lambda post=post: self._article(post)
            )
        for page in Page.objects.order_by("position", "slug").iterator():
            self.report.pages += self._attempt(
                f"pages/{page.slug}.md", lambda page=page: _page_text(page).encode()
            )
        for path, image in pictures.pictures():
            self.report.pictures += self._picture(path, image)
        self._attempt(
            "_config.yml", lambda: config_text(self.target.read("_config.yml"), self.catalogue).encode()
        )
        for path, text in data_files(self.spellings).items():
            self._attempt(path, text.encode)
        for name in (jekyll.POSTS, jekyll.DRAFTS, "pages"):
            self.report.others += self.target.others(name)
        return self.report

    def _attempt(self, path: str, content: Callable[[], bytes]) -> bool:
        """Write one file; what goes wrong with it is reported and does not stop the others."""
        try:
            self.report.written += self.target.write(path, content())
        except (OSError, ValueError) as error:
            self.report.problems[path] = str(error)
            return False
        return True

    def _article(self, post: Post) -> bytes:
        text, front = article_text(post, self.catalogue)
        self.spellings.add(front)
        named = named_picture(front, self.catalogue)
        if post.cover and named != pictures.path_of(post.cover):
            self._picture(named, post.cover)  # the same picture stood at two paths
        return text.encode()

    def _picture(self, path: str, image) -> bool:
        return self._attempt(path.removeprefix("/"), lambda: pictures.content(image))


def _posts():
    """With all that a file needs, in a constant number of queries a batch."""
    entries = RelatedPost.objects.order_by("position", "pk").annotate(target_title=F("target__title"))
    tagged = TaggedPost.objects.select_related("tag").order_by("pk")
    return (
        Post.objects.order_by("pk")
        .select_related("category", "author", "cover")
        .defer("body_html", "toc")
        .prefetch_related(
            Prefetch("tagged_posts", tagged),
            Prefetch("related_entries", entries),
            Prefetch("redirects"),
            Prefetch("corrections"),
        )
    )


def _page_text(page: Page) -> str:
    fields = {"title": page.title, "description": page.description, "position": page.position}
    keys = {key: value for key, value in fields.items() if value}
    if not page.is_published:
        keys["published"] = False
    return f"---\n{jekyll.dump_yaml(keys)}---\n{page.body}"
