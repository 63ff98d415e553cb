"""What an import did, as data: the command prints it, a test compares it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """Something to say about a file. `path` is relative to the site's folder, `line` counts from 1."""

    path: str
    line: int | None
    message: str


@dataclass
class Report:
    """`problems` keep something from being imported; `notes` do not.

    The other fields hold file names: `kept` those of posts and pages that were edited here since their
    import, `failed` those that could not be imported. An article with a problem of its cover alone can be.
    After a dry run nothing was written, and the report says what would have been.
    """

    is_dry_run: bool = False
    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    redirects: int = 0
    problems: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)

    def problem(self, path: str, line: int | None, message: str) -> None:
        self.problems.append(Finding(path, line, str(message)))

    def note(self, path: str, line: int | None, message: str) -> None:
        self.notes.append(Finding(path, line, str(message)))
