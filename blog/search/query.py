"""What somebody typed, as needles. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from blog.search.folding import KANJI, KATAKANA, LATIN, fold
from blog.search.tokens import is_cjk, units

QUERY_LENGTH = 200
NEEDLES = 10

_PIECE = re.compile(
    r"(?P<minus>(?<!\S)-)?"
    r'(?:"(?P<straight>[^"]+)"|\u201c(?P<curly>[^\u201d]+)\u201d|「(?P<corner>[^」]+)」|『(?P<double>[^』]+)』'
    r'|(?P<word>[^\s"\u201c\u201d「」『』]+))'
)
_NAME = re.compile(rf"[{LATIN}]+")
_VERSION = re.compile(r"[0-9]{1,2}(?![0-9])[0-9a-z.\-]*")
# Where a long word comes apart: kanji, hiragana, katakana, Latin letters, digits.
_SCRIPT = re.compile(rf"[{KANJI}]+|[{KATAKANA}]+|[{LATIN}]+|[0-9]+")


@dataclass(frozen=True)
class Needle:
    """A word or phrase, folded: its units side by side. With `begins`, the last is how a word begins."""

    units: tuple[str, ...]
    begins: bool = False

    @classmethod
    def of(cls, text: str, begins: bool = False) -> "Needle | None":
        """None for a text of nothing that the index holds."""
        found = tuple(units(fold(text)))
        return cls(found, begins) if found else None

    def uncut(self) -> "Needle":
        """Without its first word, and with its last one open, where there is more than that."""
        row = self.units
        if len(row) > 1 and not is_cjk(row[0]):
            row = row[2:] if row[1] == " " else row[1:]
        return Needle(row, begins=not is_cjk(row[-1]))


@dataclass(frozen=True)
class Query:
    """Posts that hold all the `needles` (`any_of`: one of them at least) and none of the `excluded`."""

    needles: tuple[Needle, ...]
    excluded: tuple[Needle, ...] = ()
    any_of: bool = False
    words: tuple[str, ...] = field(default=(), compare=False)
    typed: str = field(default="", compare=False)

    def attempts(self) -> Iterator[tuple[str, "Query"]]:
        """This query, then ever less of it, each with its name: `"all"`, `"pieces"`, `"any"`."""
        if not self.needles:
            return
        yield "all", self
        pieces = self._pieces()
        for less in (self._without_cut_words(), pieces):
            if less.needles and less.needles != self.needles:
                yield "pieces", less
        if len(pieces.needles) > 1:
            yield "any", Query(pieces.needles, self.excluded, any_of=True)

    def _without_cut_words(self) -> "Query":
        """A piece copied out of a text may begin and end within a word: `oogleが発表、Gem`."""
        return Query(tuple(needle.uncut() for needle in self.needles), self.excluded)

    def _pieces(self) -> "Query":
        """Every needle taken apart where the script changes: 生成AI活用術 → 生成 AI 活用術."""
        parts = [part for word in self.words for part in _SCRIPT.findall(fold(word)) or [word]]
        needles = dict.fromkeys(filter(None, map(Needle.of, parts)))
        telling = [needle for needle in needles if len(needle.units) > 1 or not is_cjk(needle.units[0])]
        return Query(tuple(telling or needles)[:NEEDLES], self.excluded)


def clean(typed: str) -> str:
    """NFKC, without control characters, words apart by one space, not too long."""
    text = unicodedata.normalize("NFKC", typed[:QUERY_LENGTH])
    text = "".join(
        " " if unicodedata.category(c)[0] in "CZ" and c not in "\u200b\u200c\u200d\ufeff" else c for c in text
    )
    return " ".join(text.split())[:QUERY_LENGTH]


def parse(typed: str, *, unfinished: bool = False) -> Query:
    """Words are ANDed, "…" and 「…」 are phrases, `-word` excludes. Whatever is typed is a query.

    A name and its version are one: `GPT 5` and `Llama 3.1` are `GPT-5` and `Llama-3.1`. While the query is
    being typed (`unfinished`), its last word may be the beginning of one.
    """
    words: list[str] = []
    excluded: list[str] = []
    joinable = False
    typed = clean(typed)
    for minus, text, is_word in _pieces(typed):
        if minus:
            excluded.append(text)
            joinable = False
        elif is_word and joinable and _VERSION.fullmatch(fold(text)):
            words[-1] += f" {text}"
            joinable = False
        else:
            words.append(text)
            joinable = is_word and _NAME.fullmatch(fold(text)) is not None
    last = len(words) - 1
    needles = [Needle.of(word, unfinished and place == last) for place, word in enumerate(words)]
    return Query(
        tuple(dict.fromkeys(filter(None, needles)))[:NEEDLES],
        tuple(dict.fromkeys(filter(None, map(Needle.of, excluded))))[:NEEDLES],
        words=tuple(words[:NEEDLES]),
        typed=typed,
    )


def _pieces(text: str) -> Iterator[tuple[bool, str, bool]]:
    for found in _PIECE.finditer(text):
        word = found["word"]
        if word and not found["minus"] and word.strip("-") == "":
            continue
        yield bool(found["minus"]), found[found.lastgroup], bool(word)
