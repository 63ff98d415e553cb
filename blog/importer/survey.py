"""The first pass: every article is read and judged; what is kept of it is little."""

import datetime
import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from blog import jekyll
from blog.importer.folder import SiteFolder
from blog.importer.pictures import PictureFiles
from blog.importer.report import Report
from blog.importer.site import Site
from blog.models import Author, Category, Image, Post, Tag
from blog.naming import normalise_name

MAX_FILE_BYTES = jekyll.MAX_BODY_BYTES + 1024 * 1024


@dataclass(slots=True)
class Article:
    """What the import must know of each file at once, to give out addresses. The text is read again later.

    `source_name` is the path in NFC, the identity of the post; `path` is as it stands on disk. `slug` is the
    one wanted until the addresses are given out, and then the one in the address.
    """

    source_name: str
    path: str
    slug: str
    date: datetime.datetime | None
    status: str
    guid: str
    digest: str
    redirect_from: tuple[str, ...]
    is_named_by_its_file: bool

    @property
    def address(self) -> tuple[datetime.date, str] | None:
        return self.date and (jekyll.address_date(self.date), self.slug)


@dataclass(frozen=True)
class ArticleFile:
    """All that one file says.

    `cover` is the path of its cover, if that is one of this site; `refused_cover` says why it is none.
    `pictures` are those that the body shows, with their lines.
    """

    document: jekyll.Document
    front: jekyll.FrontMatter
    title: str
    slug: str
    cover: str | None
    refused_cover: str
    pictures: Mapping[str, int]
    digest: str


class ArticleReader:
    def __init__(self, folder: SiteFolder, site: Site, pictures: PictureFiles):
        self.folder = folder
        self.site = site
        self.pictures = pictures

    def read(self, path: str) -> ArticleFile:
        """Raises BadFileError when the article cannot be imported."""
        if not jekyll.is_markdown(path):
            raise jekyll.BadFileError(None, _("This is no Markdown file (.md)."))
        name = jekyll.parse_name(path)
        content = self.folder.read(path, MAX_FILE_BYTES)
        document = jekyll.split(jekyll.decode(content))
        front = jekyll.read(document, name, self.site.zone)
        title = front.title or jekyll.stand_in_title(document.body, name)
        slug = _stored_slug(title, front.slug)
        _refuse_unstorable(front, title, slug)
        cover, refused_cover = None, ""
        try:
            cover = jekyll.picture_path(front.image, self.site.origins) if front.image else None
        except jekyll.BadFileError as error:
            refused_cover = error.reason
        pictures = self.pictures.named_in(document)
        digest = hashlib.sha256(content)
        digest.update(self.site.zone.key.encode())
        for picture in filter(None, (cover, *pictures)):
            digest.update(f"\0{picture}\0{self.pictures.see(picture).digest}".encode())
        return ArticleFile(document, front, title, slug, cover, refused_cover, pictures, digest.hexdigest())


class Survey:
    """`articles` are those that can be imported, in the order of their paths; the others are reported."""

    def __init__(self, reader: ArticleReader, report: Report, track):
        self.reader = reader
        self.report = report
        self.articles: list[Article] = []
        self._mentions: list[tuple[str, int, str, bool]] = []
        paths = [*reader.folder.files(jekyll.POSTS), *reader.folder.files(jekyll.DRAFTS)]
        seen = {}
        for path in track(paths, len(paths), _("Reading")):
            try:
                source_name = _source_name(path)
                if source_name in seen:
                    raise jekyll.BadFileError(
                        None, _("Its name is that of %(twin)s.") % {"twin": seen[source_name]}
                    )
                self.articles.append(self._article(path, source_name))
                seen[source_name] = path
            except jekyll.BadFileError as error:
                report.posts.failed.append(path)
                report.problem(path, error.line, error.reason)

    def _article(self, path: str, source_name: str) -> Article:
        file = self.reader.read(path)
        self._say_what_is_odd(path, file)
        front = file.front
        return Article(
            source_name=source_name,
            path=path,
            slug=file.slug,
            date=front.date,
            status=front.status,
            guid=front.guid,
            digest=file.digest,
            redirect_from=(*front.redirect_from, *filter(None, [front.foreign_permalink])),
            is_named_by_its_file=front.slug == jekyll.title_slug(jekyll.parse_name(path).slug),
        )

    def _say_what_is_odd(self, path: str, file: ArticleFile) -> None:
        front = file.front
        for line, message in front.remarks:
            self.report.note(path, line, message)
        if not front.title:
            reason = _("The title is empty. The article is imported as “%(title)s”.") % {"title": file.title}
            self.report.problem(path, front.line("title"), reason)
        if file.refused_cover:
            self.report.problem(path, front.line("image"), f"{front.image}: {file.refused_cover}")
        elif file.cover:
            self._mentions.append((path, front.line("image"), file.cover, True))
        elif front.image:
            self.report.note(path, front.line("image"), _("The cover is on another site and is not copied."))
        self._mentions += [(path, line, picture, False) for picture, line in file.pictures.items()]

    def report_pictures(self) -> None:
        """Name the pictures that cannot be stored; one in a body was broken on the old site too."""
        for path, line, picture, is_cover in self._mentions:
            problem = self.reader.pictures.see(picture).problem
            if problem and is_cover:
                self.report.problem(path, line, f"{picture}: {problem}")
            elif problem:
                self.report.note(path, line, f"{picture}: {problem}")


def _source_name(path: str) -> str:
    try:
        source_name = unicodedata.normalize("NFC", path)
        source_name.encode()
    except UnicodeEncodeError as error:
        raise jekyll.BadFileError(None, _("The name of the file is not UTF-8.")) from error
    _refuse_longer(Post, "source_name", source_name, None)
    return source_name


def _stored_slug(title: str, slug: str) -> str:
    """The slug as the model would store it."""
    post = Post(title=title, slug=slug, guid="unused")  # the default asks the kernel for random bytes
    post.normalise()
    return post.slug


def _refuse_unstorable(front: jekyll.FrontMatter, title: str, slug: str) -> None:
    """What the database's constraints would refuse, with the line at which it stands."""
    if front.title is None:
        raise jekyll.BadFileError(front.line("title"), _("There is no title."))
    if front.date is None and front.status in {jekyll.Status.PUBLISHED, jekyll.Status.WITHDRAWN}:
        raise jekyll.BadFileError(front.line("status"), _("A published post needs a date."))
    if front.date and front.expires_at and front.expires_at <= front.date:
        raise jekyll.BadFileError(
            front.line("expires_at"), _("The post would expire before it is published.")
        )
    for model, field, key, values in (
        (Post, "title", "title", [title]),
        (Post, "slug", "slug", [slug]),
        (Post, "guid", "guid", [front.guid]),
        (Post, "canonical_url", "canonical_url", [front.canonical_url]),
        (Category, "name", "categories", front.categories[:1]),
        (Author, "name", "author", [front.author]),
        (Tag, "name", "tags", front.tags),
        (Image, "alt", "image_alt", [front.image_alt]),
        (Image, "credit", "image_credit", [front.image_credit]),
    ):
        for value in values:
            _refuse_longer(model, field, normalise_name(value) if field == "name" else value, front.line(key))


def _refuse_longer(model, field: str, value: str, line: int | None) -> None:
    limit = model._meta.get_field(field).max_length
    if len(value) > limit:
        raise jekyll.BadFileError(
            line,
            _("“%(value)s…” is longer than %(limit)d characters.") % {"value": value[:20], "limit": limit},
        )
