"""What somebody typed, as needles. Pure."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from blog.search.folding import KANJI, KATAKANA, LATIN, fold
from blog.search.tokens import is_cjk, spellings, units

QUERY_LENGTH = 200
NEEDLES = 10
_LONGEST_PART = 16  # units, of a word that has to be taken apart
_INVISIBLE = {"Cf", "Cs", "Cn", "Co"}

_PIECE = re.compile(
    r"(?P<minus>(?<!\S)-)?"
    r'(?:"(?P<straight>[^"]+)"|\u201c(?P<curly>[^\u201d]+)\u201d|「(?P<corner>[^」]+)」|『(?P<double>[^』]+)』'
    r'|(?P<word>[^\s"\u201c\u201d「」『』]+))'
)
_NAME = re.compile(rf"[{LATIN}]+")
_VERSION = re.compile(r"(?!(?:19|20)[0-9]{2})[0-9]{1,4}(?![0-9])[0-9a-z.\-]*")  # no year
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

    @property
    def spellings(self) -> tuple[tuple[str, ...], ...]:
        """Its units, and those of other ways to write it."""
        return spellings(self.units)

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
    excluded_words: tuple[str, ...] = field(default=(), compare=False)
    typed: str = field(default="", compare=False)

    def attempts(self, is_held: Callable[[tuple[str, ...]], bool]) -> Iterator[tuple[str, "Query"]]:
        """This query, then ever less of it, each with its name: `"all"`, `"pieces"`, `"any"`.

        `is_held` says whether any text holds these units side by side.
        """
        if self.needles:
            yield "all", self
        apart = parse(self.typed, joining=False)
        if apart.needles != self.needles:
            yield "all", apart
        pieces = self._pieces()
        for less in (self._without_cut_words(), pieces):
            if less.needles and less.needles != self.needles:
                yield "pieces", less
        cut = self._cut(pieces, is_held)
        if cut.needles not in ((), pieces.needles):
            yield "pieces", cut
        if len(cut.needles) > 1:
            yield "any", Query(cut.needles, self.excluded, any_of=True)

    def _without_cut_words(self) -> "Query":
        """A piece copied out of a text may begin and end within a word: `oogleが発表、Gem`."""
        return Query(tuple(needle.uncut() for needle in self.needles), self.excluded)

    def _pieces(self) -> "Query":
        """Every needle taken apart where the script changes: 生成AI活用術 → 生成 AI 活用術.

        A piece that begins with a hyphen excludes nothing if nothing else was typed.
        """
        words = self.words or self.excluded_words
        parts = [(part, True) for word in words for part in _SCRIPT.findall(fold(word)) or [word]]
        return self._of(map(Needle.of, _names_joined(parts)))

    def _cut(self, pieces: "Query", is_held: Callable[[tuple[str, ...]], bool]) -> "Query":
        """Each piece that no text holds, in the longest parts that some do.

        人工知能規制法案 → 人工知能 規制 法案.
        """
        found: list[Needle] = []
        for needle in pieces.needles:
            if is_held(needle.units):
                found.append(needle)
                continue
            row = needle.units
            for _ in range(NEEDLES):
                length = _longest_start(row, is_held)
                if length > 2 and len(row) - length == 1:  # 規制 法案, not 規制法 案
                    length -= 1
                if length:
                    found.append(Needle(row[:length]))
                row = row[length or 1 :]
        return self._of(found)

    def _of(self, needles: Iterable[Needle | None]) -> "Query":
        """Without single characters, which say little, if there is anything else."""
        found = dict.fromkeys(filter(None, needles))
        telling = [needle for needle in found if len(needle.units) > 1 or not is_cjk(needle.units[0])]
        return Query(tuple(telling or found)[:NEEDLES], self.excluded if self.needles else ())


def _longest_start(row: tuple[str, ...], is_held: Callable[[tuple[str, ...]], bool]) -> int:
    lengths = range(1, min(len(row), _LONGEST_PART) + 1)
    return bisect_left(lengths, True, key=lambda length: not is_held(row[:length]))


def clean(typed: str) -> str:
    """NFKC, without invisible characters, words apart by one space, not too long."""
    text = unicodedata.normalize("NFKC", typed[:QUERY_LENGTH])
    seen = ((c, unicodedata.category(c)) for c in text)
    text = "".join(" " if kind[0] in "CZ" else c for c, kind in seen if kind not in _INVISIBLE)
    return " ".join(text.split())[:QUERY_LENGTH]


def parse(typed: str, *, unfinished: bool = False, joining: bool = True) -> Query:
    """Words are ANDed, "…" and 「…」 are phrases, `-word` excludes. Whatever is typed is a query.

    A name and its version are one, if `joining`: `GPT 5` and `Llama 3.1` are `GPT-5` and `Llama-3.1`.
    While the query is being typed (`unfinished`), its last word may be the beginning of one.
    """
    typed = clean(typed)
    pieces = list(_pieces(typed))
    wanted = [(text, is_word and joining) for minus, text, is_word in pieces if not minus]
    words = list(_names_joined(wanted))
    excluded = [text for minus, text, _is_word in pieces if minus]
    last = len(words) - 1
    needles = [Needle.of(word, unfinished and place == last) for place, word in enumerate(words)]
    return Query(
        tuple(dict.fromkeys(filter(None, needles)))[:NEEDLES],
        tuple(dict.fromkeys(filter(None, map(Needle.of, excluded))))[:NEEDLES],
        words=tuple(words[:NEEDLES]),
        excluded_words=tuple(excluded[:NEEDLES]),
        typed=typed,
    )


def _names_joined(words: Iterable[tuple[str, bool]]) -> list[str]:
    """With a version and the name before it as one word; each word with whether it may be such a part."""
    joined: list[str] = []
    after_name = False
    for text, may_join in words:
        folded = fold(text)
        if may_join and after_name and _VERSION.fullmatch(folded):
            joined[-1] += f" {text}"
            after_name = False
        else:
            joined.append(text)
            after_name = may_join and _NAME.fullmatch(folded) is not None
    return joined


def _pieces(text: str) -> Iterator[tuple[bool, str, bool]]:
    for found in _PIECE.finditer(text):
        word = found["word"]
        if word and not found["minus"] and word.strip("-") == "":
            continue
        yield bool(found["minus"]), found[found.lastgroup], bool(word)
