"""The folder that an import reads, and nothing outside of it."""

import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from blog import jekyll


class SiteFolder:
    """A Jekyll site on disk. Every method refuses symbolic links and paths that lead out of it."""

    def __init__(self, folder: str | os.PathLike):
        """`folder` is the site, or its `_posts`. Raises NotADirectoryError with a reason for the user."""
        path = Path(folder)
        if not path.is_dir():
            raise NotADirectoryError(_("%(folder)s is no folder.") % {"folder": folder})
        if not (path / jekyll.POSTS).exists() and path.resolve().name == jekyll.POSTS:
            path = path.parent if path.name == jekyll.POSTS else path.resolve().parent
        if not any((path / name).exists() for name in (jekyll.POSTS, jekyll.DRAFTS)):
            raise NotADirectoryError(
                _("%(folder)s holds no _posts folder, and is none.") % {"folder": folder}
            )
        self.root = path

    def holds(self, relative: str) -> bool:
        """Whether there is anything at that path; `read` says whether it can be used."""
        return os.path.lexists(self.root / relative)

    def files(self, name: str) -> Iterator[str]:
        """Relative paths of what is in the folder `name` and below, sorted; hidden files are left out.

        What is no regular file (a symbolic link, a device) is listed too: `read` refuses it by name.
        """
        folder = self.root / name
        if folder.is_symlink() or not folder.is_dir():
            if folder.is_symlink() or folder.exists():
                yield name
            return
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        for entry in found:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from self.files(f"{name}/{entry.name}")
            else:
                yield f"{name}/{entry.name}"

    def read(self, relative: str, limit: int) -> bytes:
        """The file's bytes. Raises BadFileError if it is missing, no plain file or over `limit` bytes."""
        try:
            path = self._inside(relative)
            if not path.exists():
                raise jekyll.BadFileError(None, _("The file is missing."))
            if not path.is_file():
                raise jekyll.BadFileError(None, _("This is no regular file."))
            if path.stat().st_size > limit:
                raise jekyll.BadFileError(
                    None, _("The file is larger than %(limit)d MB.") % {"limit": limit // 1_000_000}
                )
            return path.read_bytes()
        except OSError as error:
            reason = error.strerror or str(error)
            raise jekyll.BadFileError(
                None, _("The file cannot be read: %(reason)s.") % {"reason": reason}
            ) from error

    def _inside(self, relative: str) -> Path:
        path = self.root
        for part in PurePosixPath(relative).parts:
            if part in {"..", "/"}:
                raise jekyll.BadFileError(None, _("The path leads out of the folder."))
            path = self._spelt_as_on_disk(path, part)
            if path.is_symlink():
                raise jekyll.BadFileError(None, _("Symbolic links are not followed."))
        return path

    @staticmethod
    def _spelt_as_on_disk(folder: Path, part: str) -> Path:
        """A name may stand on disk in NFD (macOS) and in an article in NFC, or the other way round."""
        spellings = (part, unicodedata.normalize("NFC", part), unicodedata.normalize("NFD", part))
        return next((folder / s for s in spellings if os.path.lexists(folder / s)), folder / part)
