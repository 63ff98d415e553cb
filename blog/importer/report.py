"""What an import did, as data: the command prints it, a test compares it."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Finding:
    """Something to say about a file. `path` is relative to the site's folder, `line` counts from 1."""

    path: str
    line: int | None
    message: str


@dataclass
class Outcome:
    """Paths of files: `kept` those of what was edited here since, `failed` of what could not be imported."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


@dataclass
class Report:
    """`problems` keep something from being imported as it is, if only a cover; `notes` do not.

    Paths are relative to `root`, the site's folder. `pictures` are those that are new, `redirects` is their
    number. If `nothing_written`, the report says what would have happened.
    """

    root: Path
    nothing_written: bool = False
    posts: Outcome = field(default_factory=Outcome)
    pages: Outcome = field(default_factory=Outcome)
    pictures: list[str] = field(default_factory=list)
    redirects: int = 0
    problems: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)

    def problem(self, path: str, line: int | None, message: str) -> None:
        self.problems.append(Finding(_printable(path), line, str(message)))

    def note(self, path: str, line: int | None, message: str) -> None:
        self.notes.append(Finding(_printable(path), line, str(message)))


def _printable(path: str) -> str:
    """A name on disk need not be UTF-8; Python then holds its bytes as surrogates."""
    return path.encode(errors="surrogateescape").decode(errors="replace")
