"""The folder that an export writes, and nothing outside of it."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _


class TargetFolder:
    """Files are replaced as a whole, symbolic links are not followed, and nothing is ever deleted."""

    def __init__(self, folder: str | os.PathLike):
        """Made if it is not there. Raises NotADirectoryError, with a reason for the user, for a file."""
        self.root = Path(folder)
        if self.root.exists() and not self.root.is_dir():
            raise NotADirectoryError(_("%(folder)s is no folder.") % {"folder": folder})
        self.root.mkdir(parents=True, exist_ok=True)
        self.written: set[str] = set()

    def read(self, relative: str) -> str:
        """The text that is there, empty if there is none."""
        path = self._inside(relative)
        return path.read_bytes().decode() if path.is_file() else ""

    def write(self, relative: str, content: bytes) -> bool:
        """False if the same content was there already. Raises OSError."""
        path = self._inside(relative)
        self.written.add(relative)
        if path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".export-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        return True

    def others(self, folder: str) -> Iterator[str]:
        """Relative paths of the files below `folder` that this export has not written."""
        for path in sorted((self.root / folder).rglob("*")):
            relative = path.relative_to(self.root).as_posix()
            if relative not in self.written and not path.is_dir() and not path.name.startswith("."):
                yield relative

    def _inside(self, relative: str) -> Path:
        path = self.root
        for part in PurePosixPath(relative).parts:
            if part in {"..", "/"}:
                raise OSError(_("The path leads out of the folder."))
            path /= part
            if path.is_symlink():
                raise OSError(_("Symbolic links are not followed."))
        return path
