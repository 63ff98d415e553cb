"""Covers and the pictures in bodies: from the folder's files into media."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from blog import jekyll
from blog.importer.folder import SiteFolder
from blog.importer.report import Report
from blog.importer.site import Site
from blog.media.pictures import MAX_BYTES, PictureInfo, UnusablePicture, inspect
from blog.models import Image

# Only paths from the site's root; the limits keep a hostile text from costing more than one pass.
_IN_BODY = re.compile(
    r"""!\[[^\]\n]{0,500}\]\(\s{0,9}<?(/[^)>\s]{1,500})|<img\b[^>]{0,500}?\bsrc\s{0,9}=\s{0,9}["'](/[^"'\n]{1,500})""",
    re.IGNORECASE,
)


class PictureFiles:
    """The folder's pictures, each looked at once."""

    def __init__(self, folder: SiteFolder, site: Site):
        self.folder = folder
        self.site = site
        self._looked_at: dict[str, LookedAt] = {}

    def named_in(self, document: jekyll.Document) -> dict[str, int]:
        """Paths of the pictures that a body shows, with the line of the first mention."""
        found = {}
        for match in _IN_BODY.finditer(document.body):
            try:
                path = jekyll.picture_path(match[1] or match[2], self.site.origins)
            except jekyll.BadFileError:
                continue  # shown as it stands; nothing is read for it
            if path and path not in found:
                found[path] = document.body_line + document.body.count("\n", 0, match.start())
        return found

    def read(self, path: str) -> bytes:
        return self.folder.read(path.removeprefix("/"), MAX_BYTES)

    def look_at(self, path: str) -> "LookedAt":
        """Decoding a picture is what costs most in an import: done once, and not if media has it already."""
        if path not in self._looked_at:
            digest, info, problem = "", None, ""
            try:
                content = self.read(path)
                digest = hashlib.sha256(content).hexdigest()
                if not Image.objects.filter(sha256=digest).exists():
                    info = inspect(content)
            except (jekyll.BadFileError, UnusablePicture) as error:
                problem = str(error)
            self._looked_at[path] = LookedAt(digest, info, problem)
        return self._looked_at[path]


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A picture's digest, empty when it cannot be read; why it cannot be stored; what `store` needs to know."""

    digest: str
    info: PictureInfo | None
    problem: str


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
        seen = self.files.look_at(path)
        if seen.problem:
            return None
        image = Image.objects.filter(sha256=seen.digest).first()
        if image is None:
            self._report(path)
            if self.dry_run:
                return None
            image = self._new(path, seen.info)
            self.written.append(image.file.name)
        self._complete(image, path, alt, credit)
        return image

    def _new(self, path: str, info: PictureInfo | None) -> Image:
        content, name = self.files.read(path), PurePosixPath(path).name
        return Image.objects.store(content, info, name) if info else Image.objects.keep(content, name)

    def _complete(self, image: Image, path: str, alt: str, credit: str) -> None:
        """Fill what the row does not say yet. `_data/pictures.yml` knows better than an article."""
        given = self.files.site.pictures.get(path, {})
        before = image.alt, image.credit, image.old_path
        image.alt = image.alt or given.get("alt") or alt
        image.credit = image.credit or given.get("credit") or credit
        if path not in {image.old_path, settings.MEDIA_URL + image.file.name}:
            if image.old_path:
                self.report.note(path, None, _("The same picture as %(twin)s.") % {"twin": image.old_path})
            else:
                Image.objects.filter(old_path=path).update(old_path=None)  # the file there is another one now
                image.old_path = path
        if before != (image.alt, image.credit, image.old_path):
            image.save()

    def _report(self, path: str) -> None:
        if path not in self._reported:
            self._reported.add(path)
            self.report.pictures.append(path)

    def roll_back(self, kept: int = 0) -> None:
        """Delete the files written since `len(written)` was `kept`."""
        for name in self.written[kept:]:
            default_storage.delete(name)
        del self.written[kept:]
