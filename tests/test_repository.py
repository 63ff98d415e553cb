"""Facts about the repository itself: import direction, migrations, translations, documentation."""

import ast
import gettext
import re
import subprocess
from pathlib import Path

import pytest
from babel.messages import extract, pofile
from django.conf import settings
from django.core.management import call_command
from django.template.loader import get_template
from django.utils.translation.template import templatize

from allforces import environment

ROOT = Path(settings.BASE_DIR)
CATALOGUE = ROOT / "locale" / "ja" / "LC_MESSAGES"

# What each room may import of ours. A room is the first part of a module's name below `blog`.
PURE = {"jekyll", "rendering", "naming", "phrases"}
ALLOWED = {
    "jekyll": set(),
    "rendering": set(),
    "naming": set(),
    "addresses": set(),
    "apps": {"checks", "history", "pagecache", "tally", "telemetry"},
    "audit": {"models"},
    "querysets": {"naming", "pagecache", "search", "tally"},
    "tally": {"models"},
    "prepared": set(),
    "listing": {"addresses", "models", "prepared", "querysets", "tally"},
    "media": {"naming", "outbox", "pagecache", "rendering"},
    "outbox": {"models", "telemetry"},
    "telemetry": {"models"},
    "workflow": {"audit", "history", "links", "models", "querysets", "rendering"},
    "accounts": {"audit", "models"},
    "editing": {"history", "models", "naming", "querysets", "views", "workflow"},
    "importer": {"addresses", "jekyll", "media", "models", "naming", "pagecache", "search"},
    "search": {"models", "prepared", "rendering"},
    "models": {
        "accounts",
        "addresses",
        "audit",
        "editing",
        "media",
        "naming",
        "outbox",
        "pagecache",
        "push",
        "querysets",
        "rendering",
        "search",
    },
    "exporter": {"jekyll", "models", "addresses", "media", "naming"},
    "cards": {"models", "phrases"},
    "phrases": set(),
    "links": {"addresses", "models"},
    "tasks": {"media", "push"},
    "replica": {"pagecache"},
    "middleware": {"models", "addresses"},
    "history": {"models", "addresses", "audit"},
}
OUTER = {
    "admin",
    "feeds",
    "management",
    "overview",
    "pagecache",
    "push",
    "sitemaps",
    "templatetags",
    "urls",
    "views",
}


def sources():
    for path in sorted((ROOT / "blog").rglob("*.py")):
        if "migrations" not in path.parts:
            yield path


# In the package of a subject, a file with one of these names belongs to the room of that name.
ROLES = {"models", "admin", "views", "feeds", "urls"}


def room(parts: list[str]) -> str:
    role = parts[1] if len(parts) > 1 else ""
    return role if role == "models" or (role in ROLES and parts[0] not in OUTER | PURE) else parts[0]


def room_of(path: Path) -> str:
    return room(list(path.relative_to(ROOT / "blog").with_suffix("").parts))


def imported_rooms(path: Path) -> set[str]:
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module] if node.module != "blog" else [f"blog.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        rooms |= {room(name.split(".")[1:]) for name in names if name.startswith("blog.")}
    return rooms - {room_of(path)}


@pytest.mark.parametrize("path", list(sources()), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_downwards_only(path):
    room = room_of(path)
    if room in ALLOWED:
        assert imported_rooms(path) <= ALLOWED[room]
    elif room not in OUTER:
        assert not imported_rooms(path) & OUTER, "only the outer rooms may import each other"


def test_no_migration_is_missing(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def tracked_files():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


@pytest.mark.parametrize(
    "template", sorted(p.relative_to(ROOT / "templates") for p in (ROOT / "templates").rglob("*.*")), ids=str
)
def test_every_template_compiles(template):
    get_template(str(template))


def messages_in_the_code() -> set:
    found = set()
    options = {"encoding": "utf-8"}
    keywords = extract.DEFAULT_KEYWORDS | {
        "gettext_lazy": None,
        "ngettext_lazy": (1, 2),
        "pgettext_lazy": ((1, "c"), 2),
        "_": None,
    }
    for path in [*sources(), *(ROOT / "allforces").glob("*.py")]:
        with path.open("rb") as file:
            for _line, _name, message, _comments in extract.extract_python(file, keywords, [], options):
                found.add(message)
    for path in (ROOT / "templates").rglob("*.*"):
        text = templatize(path.read_text(), origin=str(path))
        for call in re.finditer(r"\b(?:gettext|_|ngettext|pgettext)\((.*?)\)\s", text, re.S):
            found |= {ast.literal_eval(s) for s in re.findall(r"u?'(?:[^'\\]|\\.)*'", call[1])[:1]}
    plain = {m if isinstance(m, str) else m[-1] if m and m[0] is None else m[0] for m in found if m}
    return {message for message in plain if message}


def catalogue():
    with (CATALOGUE / "django.po").open("rb") as file:
        return pofile.read_po(file, locale="ja")


def test_every_interface_text_has_a_japanese_translation():
    translated = set()
    for message in catalogue():
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        if all(strings) and not message.fuzzy:
            translated |= set(ids)
    missing = {text for text in messages_in_the_code() if text not in translated}
    assert not missing


def test_the_compiled_translations_are_those_in_the_source():
    with (CATALOGUE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in catalogue():
        if not message.id:
            continue
        singular = message.id[0] if isinstance(message.id, tuple) else message.id
        expected = message.string[0] if isinstance(message.string, tuple) else message.string
        if message.context:
            assert compiled.pgettext(message.context, singular) == expected
        elif isinstance(message.id, tuple):
            assert compiled.ngettext(*message.id, 1) == expected
        else:
            assert compiled.gettext(singular) == expected


def test_the_readme_lists_every_environment_variable_and_no_other():
    table = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text(), re.M))
    assert table == set(environment.VARIABLES)


def test_every_make_target_in_the_readme_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"`make ([a-z]+)", (ROOT / "README.md").read_text())) <= targets


def test_every_path_in_the_readme_exists():
    for path in re.findall(
        r"`((?:blog|templates|static|tests|allforces|deploy|locale|docs)/[\w./-]*)`",
        (ROOT / "README.md").read_text(),
    ):
        assert (ROOT / path).exists(), path


def test_pinned_files_carry_hashes_and_no_address():
    for name in (
        "requirements.txt",
        "deploy/requirements.txt",
        "tests/requirements.txt",
        "tests/s3/requirements.txt",
    ):
        text = (ROOT / name).read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text
