"""Names of categories, authors and tags: how they are stored, compared, put into addresses and typed.

Pure functions. A name is stored in Unicode NFKC form (UAX #15), so that full-width and half-width
spellings are one name; it is found again by its key, which also ignores case.
"""

import re
import unicodedata

NAME_LENGTH = 100
SLUG_LENGTH = 100

# In a slug these would vanish, and C, C++ and C# would be one tag.
_SPELT_OUT = {"+": "plus", "#": "sharp"}
_SEPARATORS = ",、，\n"
_TYPED_NAME = re.compile(
    rf'\s*(?:"(?P<quoted>(?:[^"]|"")*+)"|“(?P<curly>[^”]*+)”)\s*(?=[{_SEPARATORS}]|\Z)'
    rf"|(?P<plain>[^{_SEPARATORS}]+)"
)
_LOOSE = re.compile(r"[\W_ー]+")
_NEEDS_QUOTES = re.compile(rf'[{_SEPARATORS}]|\A["“]')


def normalise_name(name: str) -> str:
    """NFKC, nothing invisible, single spaces and none at the ends: `ＡＩ　活用 ` → `AI 活用`."""
    # What is invisible goes first: it could stand between a letter and its mark.
    name = "".join(c for c in name if c.isspace() or unicodedata.category(c) not in {"Cc", "Cf", "Cs"})
    return " ".join(unicodedata.normalize("NFKC", name).split())


def name_key(name: str) -> str:
    """What two spellings of one name share: `ＡＩ`, `AI` and `ai` have the key `ai`."""
    return unicodedata.normalize("NFKC", normalise_name(name).casefold())


def loose_key(key: str) -> str:
    """What the keys share of names that may be one: `生成 ai` and `生成-ai`, `サーバ` and `サーバー`."""
    return _LOOSE.sub("", key)


def slugify(name: str) -> str:
    """The part of an address made from a name; it keeps Japanese and is never empty.

    Letters, marks and digits stay, in lower case; everything else becomes a hyphen, as Jekyll did it.
    `+` and `#` are spelt out (`C++` → `c-plus-plus`); a name without letters or digits is made of
    its characters' Unicode names (`!?` → `exclamation-mark-question-mark`).
    """
    key = name_key(name)
    spelt = "".join(f" {_SPELT_OUT[c]} " if c in _SPELT_OUT else c for c in key)
    if not _hyphenated(key):
        spelt = " ".join(unicodedata.name(c, f"u{ord(c):x}") for c in key) or "unnamed"
    return _hyphenated(spelt.lower())[:SLUG_LENGTH].rstrip("-")


def _hyphenated(text: str) -> str:
    kept = (c if unicodedata.category(c)[0] in "LM" or unicodedata.category(c) == "Nd" else "-" for c in text)
    return re.sub(r"-+", "-", "".join(kept)).strip("-")


def parse_tags(text: str) -> list[str]:
    """The names in a typed tag string, in the order typed, each once.

    `,`, `、`, `，` and line breaks separate; spaces do not (`EU AI Act` is one tag). A name in double
    quotes may hold separators, and a doubled quote stands for itself (RFC 4180 section 2).
    """
    by_key = {}
    for typed in _TYPED_NAME.finditer(text or ""):
        name = typed["plain"] or typed["curly"] or (typed["quoted"] or "").replace('""', '"')
        name = normalise_name(name)
        if name:
            by_key.setdefault(name_key(name), name)
    return list(by_key.values())


def join_tags(tags) -> str:
    """The tag string that `parse_tags` reads back as these tags."""
    return ", ".join(_quoted(tag.name) if _NEEDS_QUOTES.search(tag.name) else tag.name for tag in tags)


def _quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))
