"""The pages beside the news: `pages/*.md` with `title`, `slug`, `description`, `position`, `published`."""

from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from blog import jekyll
from blog.importer.pictures import PictureStore
from blog.importer.report import Report
from blog.importer.survey import MAX_FILE_BYTES
from blog.models import Page

FOLDER = "pages"
KEYS = ("title", "slug", "description", "position", "published")


def import_pages(pictures: PictureStore, force: bool, report: Report) -> None:
    """A page that is here with another content is replaced only with `force`: somebody may have edited it."""
    for path in pictures.files.folder.files(FOLDER):
        try:
            with transaction.atomic():
                _import_page(path, pictures, force, report)
        except jekyll.BadFileError as error:
            report.pages.failed.append(path)
            report.problem(path, error.line, error.reason)


def _import_page(path: str, pictures: PictureStore, force: bool, report: Report) -> None:
    if not jekyll.is_markdown(path):
        raise jekyll.BadFileError(None, _("This is no Markdown file (.md)."))
    document = jekyll.split(jekyll.decode(pictures.files.folder.read(path, MAX_FILE_BYTES)))
    yaml = jekyll.load_yaml(document.yaml, first_line=2)
    fields = {
        "title": yaml.scalars.get("title", "").strip(),
        "slug": yaml.scalars.get("slug", "").strip() or PurePosixPath(path).stem,
        "description": yaml.scalars.get("description", "").strip(),
        "position": yaml.values.get("position") or 0,
        "is_published": yaml.values.get("published") is not False,
        "body": document.body,
    }
    page = Page.objects.filter(slug=fields["slug"]).first() or Page()
    if page.pk and all(getattr(page, name) == value for name, value in fields.items()):
        report.pages.unchanged.append(path)
        return
    if page.pk and not force:
        report.pages.kept.append(path)
        report.note(path, None, _("The page is another one here. It stays as it is; --force replaces it."))
        return
    done = report.pages.updated if page.pk else report.pages.created
    for name, value in fields.items():
        setattr(page, name, value)
    try:
        page.full_clean()
    except ValidationError as error:
        key, messages = next(iter(error.message_dict.items()))
        raise jekyll.BadFileError(yaml.lines.get(key, 1), f"{key}: {' '.join(messages)}") from error
    unknown = [key for key in yaml.lines if key not in KEYS]
    if unknown:
        report.note(path, None, _("Keys that a page does not keep: %(keys)s") % {"keys": ", ".join(unknown)})
    for picture, line in pictures.files.named_in(document).items():
        problem = pictures.files.see(picture).problem
        if problem:
            report.note(path, line, f"{picture}: {problem}")
        pictures.store(picture)
    page.save()
    done.append(path)
