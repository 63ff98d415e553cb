"""The first pass: every article is read and judged; what is kept of it is little."""

import datetime
import hashlib
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext as _

from blog import jekyll
from blog.importer.folder import SiteFolder
from blog.importer.pictures import PictureFiles
from blog.importer.report import Report
from blog.importer.site import Site
from blog.models import Author, Category, Image, Post, Tag
from blog.naming import name_key

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

    @property
    def address(self) -> tuple[datetime.date, str] | None:
        return self.date and (jekyll.address_date(self.date), self.slug)


@dataclass(frozen=True)
class ArticleFile:
    """All that one file says. `pictures` are the paths of the pictures in its body."""

    document: jekyll.Document
    front: jekyll.FrontMatter
    title: str
    slug: str
    cover: str | None
    pictures: tuple[str, ...]
    digest: str


class ArticleReader:
    """Reads an article from the folder; what is wrong with it goes to `report`, if there is one."""

    def __init__(self, folder: SiteFolder, site: Site, pictures: PictureFiles):
        self.folder = folder
        self.site = site
        self.pictures = pictures

    def read(self, path: str, report: Report | None = None) -> ArticleFile:
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
        cover = self._cover(path, front, report)
        in_body = self.pictures.named_in(document)
        digest = hashlib.sha256(content)
        digest.update(self.site.zone.key.encode())
        for picture in filter(None, (cover, *in_body)):
            seen = self.pictures.look_at(picture)
            digest.update(f"\0{picture}\0{seen.digest}{seen.problem and '!'}".encode())
        if report is not None:
            if not front.title:
                reason = _("The title is empty. The article is imported as “%(title)s”.") % {"title": title}
                report.problem(path, front.line("title"), reason)
            for line, message in front.remarks:
                report.note(path, line, message)
            for picture, line in in_body.items():
                problem = self.pictures.look_at(picture).problem
                if problem:
                    report.note(path, line, f"{picture}: {problem}")
        return ArticleFile(document, front, title, slug, cover, tuple(in_body), digest.hexdigest())

    def _cover(self, path: str, front: jekyll.FrontMatter, report: Report | None) -> str | None:
        if not front.image:
            return None
        try:
            cover = jekyll.picture_path(front.image, self.site.origins)
            problem = cover and self.pictures.look_at(cover).problem
        except jekyll.BadFileError as error:
            cover, problem = None, error.reason
        if report is not None:
            line = front.line("image")
            if problem:
                report.problem(path, line, f"{front.image}: {problem}")
            elif cover is None:
                report.note(path, line, _("The cover is on another site and is not copied."))
        return cover


def survey(reader: ArticleReader, report: Report, track) -> list[Article]:
    """All articles that can be imported, in the order of their paths. The others are named in the report."""
    paths = [*reader.folder.files(jekyll.POSTS), *reader.folder.files(jekyll.DRAFTS)]
    articles = {}
    for path in track(paths, len(paths), _("Reading")):
        try:
            article = _article(reader, path, report)
            twin = articles.get(article.source_name)
            if twin:
                raise jekyll.BadFileError(None, _("Its name is that of %(twin)s.") % {"twin": twin.path})
        except jekyll.BadFileError as error:
            shown = path.encode(errors="surrogateescape").decode(errors="replace")
            report.failed.append(shown)
            report.problem(shown, error.line, error.reason)
        else:
            articles[article.source_name] = article
    return list(articles.values())


def _article(reader: ArticleReader, path: str, report: Report) -> Article:
    try:
        source_name = unicodedata.normalize("NFC", path)
        source_name.encode()
    except UnicodeEncodeError as error:
        raise jekyll.BadFileError(None, _("The name of the file is not UTF-8.")) from error
    _refuse_longer(Post, "source_name", source_name, None)
    file = reader.read(path, report)
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
    )


def _stored_slug(title: str, slug: str) -> str:
    """The slug as the model would store it."""
    post = Post(title=title, slug=slug)
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
            _refuse_longer(model, field, name_key(value) if field == "name" else value, front.line(key))


def _refuse_longer(model, field: str, value: str, line: int | None) -> None:
    limit = model._meta.get_field(field).max_length
    if len(value) > limit:
        raise jekyll.BadFileError(
            line,
            _("“%(value)s…” is longer than %(limit)d characters.") % {"value": value[:20], "limit": limit},
        )
