"""A file's bytes → front matter and body, and YAML that can do no harm."""

import re
from collections import Counter
from dataclasses import dataclass, field

import yaml
from django.utils.translation import gettext as _

MAX_BODY_BYTES = 10_000_000
MAX_HEAD_BYTES = 256 * 1024
MAX_DEPTH = 20
LONGEST_NUMBER = 40


class BadFileError(ValueError):
    """A file that cannot be used. `reason` is for the user; `line` counts from 1, None for the whole file."""

    def __init__(self, line: int | None, reason: str):
        super().__init__(reason)
        self.line = line
        self.reason = reason


@dataclass(frozen=True)
class Document:
    """The parts of a text file; joined together they are the file, to the byte.

    `opening` is the line `---` with whatever stands around the hyphens (a byte order mark, white space,
    a carriage return), `closing` the line `---` or `...` that ends the front matter.
    """

    opening: str
    yaml: str
    closing: str
    body: str

    @property
    def head(self) -> str:
        return self.opening + self.yaml + self.closing

    @property
    def newline(self) -> str:
        return "\r\n" if self.opening.endswith("\r\n") else "\n"

    @property
    def body_line(self) -> int:
        """The number of the line on which the body begins."""
        return self.head.count("\n") + 1


def decode(content: bytes) -> str:
    """UTF-8, strictly. Raises BadFileError with the line of the first byte that is none, or of a NUL."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadFileError(content.count(b"\n", 0, error.start) + 1, _("The file is not UTF-8.")) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise BadFileError(line, _("There is a NUL character, so this is no text."))
    return text


_OPENING = re.compile(r"\ufeff?---[ \t]*\r?\n")
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*\r?(?:\n|\Z)", re.MULTILINE)


def split(text: str) -> Document:
    """Raises BadFileError when there is no front matter, or when it or the body is too large."""
    opening = _OPENING.match(text)
    if not opening:
        raise BadFileError(1, _("There is no front matter: the first line must be ---."))
    closing = _CLOSING.search(text, opening.end())
    if not closing:
        raise BadFileError(1, _("The front matter has no end: a line --- is missing."))
    document = Document(opening[0], text[opening.end() : closing.start()], closing[0], text[closing.end() :])
    if len(document.yaml.encode()) > MAX_HEAD_BYTES:
        raise BadFileError(
            1, _("The front matter is larger than %(limit)d kB.") % {"limit": MAX_HEAD_BYTES // 1024}
        )
    if len(document.body.encode()) >= MAX_BODY_BYTES:
        raise BadFileError(document.body_line, _("The body has 10 MB or more."))
    return document


@dataclass(frozen=True)
class YamlMapping:
    """A YAML mapping: `values` as YAML understands them, and how it was written.

    `scalars` holds the text of each value that is a scalar (`"1.10"` where the value is 1.1),
    `lines` the line of each key, `repeated` the keys that stand more than once (the last one counts).
    """

    values: dict = field(default_factory=dict)
    scalars: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    repeated: tuple[str, ...] = ()


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Plain data only. What only looks like a number or a date (2025-02-30) stays a text."""


def _or_text(construct):
    def constructor(loader, node):
        try:
            if len(node.value) <= LONGEST_NUMBER:
                return construct(loader, node)
        except (ValueError, OverflowError):
            pass  # its key gets to judge it
        return loader.construct_scalar(node)

    return constructor


for _tag in ("int", "float", "timestamp"):
    _constructor = _or_text(getattr(_Loader, f"construct_yaml_{_tag}"))
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _constructor)


def load_yaml(text: str, first_line: int = 1) -> YamlMapping:
    """The mapping that the text is; empty for an empty text. `first_line` is the text's place in its file.

    Raises BadFileError for broken YAML, for anything but a mapping, and for what an attack needs: aliases
    (the "billion laughs"), tags that make objects, nesting deeper than 20.
    """
    try:
        _refuse_bombs(text, first_line)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            values = None if node is None else loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
        line = first_line + mark.line if mark else first_line
        raise BadFileError(line, _("The YAML is broken: %(reason)s.") % {"reason": reason}) from error
    if values is None:
        return YamlMapping()
    if not isinstance(values, dict):
        raise BadFileError(first_line, _("The YAML must be a list of keys with values."))
    keys = [(str(key.value), value) for key, value in node.value]
    return YamlMapping(
        values,
        {key: value.value for key, value in keys if isinstance(value, yaml.ScalarNode)},
        {str(key.value): first_line + key.start_mark.line for key, value in node.value},
        tuple(key for key, count in Counter(key for key, _value in keys).items() if count > 1),
    )


def _refuse_bombs(text: str, first_line: int) -> None:
    depth = 0
    for event in yaml.parse(text, _Loader):
        line = first_line + event.start_mark.line
        if isinstance(event, yaml.AliasEvent):
            raise BadFileError(line, _("YAML aliases (*name) are not accepted."))
        if isinstance(event, yaml.ScalarEvent) and not _is_storable(event.value):
            raise BadFileError(line, _("There is an escape for a character that no text may hold."))
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise BadFileError(line, _("The YAML is nested more than %(limit)d deep.") % {"limit": MAX_DEPTH})


def _is_storable(text: str) -> bool:
    """PostgreSQL stores no NUL, and UTF-8 has no surrogates; YAML has escapes for both."""
    return "\0" not in text and not re.search("[\ud800-\udfff]", text)
