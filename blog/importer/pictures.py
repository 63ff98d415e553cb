"""Covers and the pictures in bodies: from the folder's files into media."""

import hashlib
import re
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from blog import jekyll
from blog.importer.folder import SiteFolder
from blog.importer.report import Report
from blog.importer.site import Site
from blog.media.pictures import MAX_BYTES, PictureInfo, UnusablePicture, inspect
from blog.models import FormerFile, Image

# Only paths from the site's root. What may not stand inside keeps a hostile text from costing more than one
# pass.
_IN_BODY = re.compile(
    r"""!\[[^\[\]\n]{0,500}\]\(\s{0,9}<?(/[^)>\s]{1,500})|<img\b[^<>]{0,500}?\bsrc\s{0,9}=\s{0,9}["'](/[^"'\n]{1,500})""",
    re.IGNORECASE,
)
PATH_LENGTH = Image._meta.get_field("old_path").max_length


class SeenPicture:
    """A picture file: `digest` of its bytes (empty if it cannot be read), and what a thread finds out.

    `inspection` is missing when media has the picture already.
    """

    __slots__ = ("_inspection", "_unreadable", "digest")

    def __init__(self, digest: str, unreadable: str = "", inspection: Future | None = None):
        self.digest = digest
        self._unreadable = unreadable
        self._inspection = inspection

    @property
    def problem(self) -> str:
        """Why it cannot be stored; empty if it can."""
        if self._inspection is not None:
            try:
                self._inspection.result()
            except (jekyll.BadFileError, UnusablePicture) as error:
                return str(error)
        return self._unreadable

    @property
    def info(self) -> PictureInfo | None:
        return self._inspection and self._inspection.result()


class PictureFiles:
    """The folder's pictures, each looked at once.

    Decoding them is much of an import's work. It happens in threads, beside the rendering of the articles
    (Pillow lets other threads run), and not at all for what media has already.
    """

    def __init__(self, folder: SiteFolder, site: Site):
        self.folder = folder
        self.site = site
        self._threads = ThreadPoolExecutor(max_workers=2)
        self._seen: dict[str, SeenPicture] = {}

    def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)

    def named_in(self, document: jekyll.Document) -> dict[str, int]:
        """Paths of the pictures that a body shows, with the line of the first mention."""
        found: dict[str, int] = {}
        line, counted = document.body_line, 0
        for match in _IN_BODY.finditer(document.body):
            line += document.body.count("\n", counted, match.start())
            counted = match.start()
            try:
                path = jekyll.picture_path(match[1] or match[2], self.site.origins)
            except jekyll.BadFileError:
                continue  # shown as it stands; nothing is read for it
            if path:
                found.setdefault(path, line)
        return found

    def read(self, path: str) -> bytes:
        return self.folder.read(path.removeprefix("/"), MAX_BYTES)

    def see(self, path: str) -> SeenPicture:
        """Returns at once; the properties of the result wait for what they need."""
        if path not in self._seen:
            self._seen[path] = self._look_at(path)
        return self._seen[path]

    def _look_at(self, path: str) -> SeenPicture:
        if len(path) > PATH_LENGTH:
            return SeenPicture("", unreadable=_("The path is too long."))
        try:
            digest = hashlib.sha256(self.read(path)).hexdigest()
        except jekyll.BadFileError as error:
            return SeenPicture("", unreadable=error.reason)
        if Image.objects.filter(sha256=digest).exists():
            return SeenPicture(digest)
        # The thread reads the file again: bytes waiting for it would fill the memory.
        return SeenPicture(digest, inspection=self._threads.submit(lambda: inspect(self.read(path))))


class PictureStore:
    """Puts pictures into media, and takes them away again when their transaction is rolled back."""

    def __init__(self, files: PictureFiles, report: Report, dry_run: bool):
        self.files = files
        self.report = report
        self.dry_run = dry_run
        self.written: list[str] = []
        self._reported: set[str] = set()

    def store(self, path: str, alt: str = "", credit: str = "") -> Image | None:
        """The row of a picture; None if it cannot be stored (the survey has said why) or in a dry run."""
        seen = self.files.see(path)
        if seen.problem:
            return None
        image = Image.objects.filter(sha256=seen.digest).first()
        given = self.files.site.pictures.get(path, {})
        fields = {"alt": given.get("alt") or alt, "credit": given.get("credit") or credit}
        fields |= {name: given.get(name, "") for name in ("licence", "notes")}
        if image:
            self._complete(image, path, fields)
            return image
        self._report(path)
        return None if self.dry_run else self._new(path, seen, fields)

    def _new(self, path: str, seen: SeenPicture, fields: dict[str, str]) -> Image:
        if not path.startswith(settings.MEDIA_URL):  # where an export puts what was uploaded here
            Image.objects.filter(old_path=path).update(old_path=None)  # the file there is another one now
            fields["old_path"] = path
        content, name = self.files.read(path), PurePosixPath(path).name
        info = seen.info or inspect(content)
        image = Image.objects.store(content, info, name, **fields)
        self.written.append(image.file.name)
        self._lead_here(image, path)
        return image

    @staticmethod
    def _lead_here(image: Image, path: str) -> None:
        """A path in media that an exported article names from before the picture was replaced."""
        file = path.removeprefix(settings.MEDIA_URL)
        if file not in {path, image.file.name}:
            FormerFile.objects.get_or_create(path=file, defaults={"image": image})

    def _complete(self, image: Image, path: str, fields: dict[str, str]) -> None:
        """Fill what the row does not say yet."""
        self._lead_here(image, path)
        missing = {name: value for name, value in fields.items() if value and not getattr(image, name)}
        if path not in {image.old_path, settings.MEDIA_URL + image.file.name}:
            if image.old_path:
                self.report.note(path, None, _("The same picture as %(twin)s.") % {"twin": image.old_path})
            else:
                Image.objects.filter(old_path=path).update(old_path=None)
                missing["old_path"] = path
        if missing:
            for name, value in missing.items():
                setattr(image, name, value)
            image.save(update_fields=missing)

    def _report(self, path: str) -> None:
        if path not in self._reported:
            self._reported.add(path)
            self.report.pictures.append(path)

    def roll_back(self, kept: int = 0) -> None:
        """Delete the files written since `len(written)` was `kept`."""
        for name in self.written[kept:]:
            default_storage.delete(name)
        del self.written[kept:]
