"""Folded text as the terms that an index holds. Pure functions; C does what costs.

A text is a row of units: a CJK character, a run of letters, a run of digits, or one of a few signs.
`gpt-5の発表` is the five units gpt, 5, の, 発, 表. Its terms are grams: every unit of it, every two and three
that stand side by side, and every four to eight kanji or katakana that do. A text holds a gram or does not:
the index keeps no positions. What is longer than a gram is looked for in the row itself.
"""

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, groupby, zip_longest

from blog.search.folding import CJK, KATAKANA, LATIN

_SIGNS = r"%+#$&@_\u00a3\u20ac"
_WORD = re.compile(rf"([{LATIN}]{{1,40}}|[0-9]{{1,40}}|[{_SIGNS}])")
_A_WORD = "\ue000"  # in the place of a word; folded text never holds it
_SEPARATORS = re.compile(rf"[^{CJK}{_A_WORD}]+")
_BETWEEN_WORDS = re.compile(f"{_A_WORD} (?={_A_WORD})")
# Around a word, or "openai" and "open ai" would be the same.
JOINT = "\u00b7"

SHORT, LONG = 3, 8  # units of a gram: of any, of one script
_ONE_SCRIPT = re.compile(rf"[\u3005\u3007\u3400-\u9fff]{{{SHORT + 1},}}|[{KATAKANA}]{{{SHORT + 1},}}")
# A compound and what is said of it: 人工知能だけでは. Only whole ones are indexed, so that one that is there
# proves itself, and one that is not proves nothing.
_WITH_KANA = re.compile(
    rf"(?:[\u3005\u3007\u3400-\u9fff]{{2,{LONG}}}|[{KATAKANA}]{{2,{2 * LONG}}})"
    rf"[\u3041-\u3096]{{2,{LONG}}}(?![\u3041-\u3096])"
)
_GAPS = {" ", "\n"}
_MOST = 16  # grams that a phrase is looked up by


@dataclass(frozen=True)
class Row:
    """A folded text as its units.

    `line` has a character for each unit, the same one for every word, and a space where something else stands
    between two of them; `words` are the words of that, in order.
    """

    line: str
    words: list[str]

    @classmethod
    def of(cls, folded: str) -> "Row":
        parts = _WORD.split(folded)
        line = _SEPARATORS.sub(" ", _A_WORD.join(parts[::2])).strip()
        words = parts[1::2]
        joined = {word: f"{JOINT}{word}{JOINT}" for word in set(words)}
        return cls(_BETWEEN_WORDS.sub(_A_WORD, line), list(map(joined.__getitem__, words)))

    @cached_property
    def text(self) -> str:
        """A phrase is in the text if its `joined` units are a part of this."""
        return "".join(chain.from_iterable(zip_longest(self.line.split(_A_WORD), self.words, fillvalue="")))

    def grams(self) -> set[str]:
        found = set(self._from_each_character())
        found.update([gram[:2] for gram in found])
        found.update([gram[0] for gram in found])
        return found | self._beside_words() | self._of_one_script()

    def _from_each_character(self) -> list[str]:
        """Each CJK character with the two after it, or as many as stand there."""
        units = array("I", (self.line.replace(_A_WORD, " ") + " " * SHORT).encode("utf-32-le"))
        grams = array("I", (" " * ((SHORT + 1) * len(self.line))).encode("utf-32-le"))
        for place in range(SHORT):
            grams[place :: SHORT + 1] = units[place : place + len(self.line)]
        return grams.tobytes().decode("utf-32-le").split()

    def _beside_words(self) -> set[str]:
        """What holds a word."""
        row = ["\n", "\n", *self.line, "\n", "\n"]
        places, place = [], 1
        for word in self.words:
            place = row.index(_A_WORD, place + 1)
            places.append(place)
            row[place] = word
        found = set(self.words)
        for place in places:
            first, before, word, after, last = row[place - 2 : place + 3]
            if before not in _GAPS:
                found.add(before + word)
                if after not in _GAPS:
                    found.add(before + word + after)
                if first not in _GAPS:
                    found.add(first + before + word)
            if after not in _GAPS:
                found.add(word + after)
                if last not in _GAPS:
                    found.add(word + after + last)
        return found

    def _of_one_script(self) -> set[str]:
        """What is longer than three units."""
        found = set()
        for run in set(_ONE_SCRIPT.findall(self.line)):
            for size in range(SHORT + 1, min(len(run), LONG) + 1):
                found.update([run[start : start + size] for start in range(len(run) - size + 1)])
        found.update(_WITH_KANA.findall(self.line))
        return found


def units(folded: str) -> list[str]:
    """The units of a phrase, with `" "` where something else stands between two of them.

    What stands between two words does not count: gpt-5, gpt5 and gpt 5 are alike.
    """
    return _UNIT.findall(_GAP.sub(" ", folded).strip())


_GAP = re.compile(rf"[^{LATIN}0-9{_SIGNS}{CJK}]+")
_UNIT = re.compile(rf"[{CJK}]|[{LATIN}]{{1,40}}|[0-9]{{1,40}}|[{_SIGNS}]| (?:(?<=[{CJK}] )|(?=[{CJK}]))")


def is_cjk(unit: str) -> bool:
    return unit >= "\u0370" and unit != "\u20ac"


def joined(row: Sequence[str], *, begins: bool = False) -> str:
    """The units as they stand in `Row.text`; with `begins`, the last is how a word begins."""
    text = "".join(unit if unit == " " or is_cjk(unit) else f"{JOINT}{unit}{JOINT}" for unit in row)
    return text.removesuffix(JOINT) if begins else text


@dataclass(frozen=True)
class Proof:
    """The grams of every text that holds some units; `is_complete` if every text with them holds the units.

    `beginning` is how one gram more begins, or empty. A text with the gram `enough`, if there is one, is sure
    to hold the units, but others may hold them too.
    """

    grams: tuple[str, ...]
    beginning: str
    is_complete: bool
    enough: str


@lru_cache(1000)
def proof(row: tuple[str, ...], *, begins: bool = False) -> Proof:
    needed = []
    for gap, group in groupby(row, key=" ".__eq__):
        if not gap:
            needed += _covering([joined([unit]) for unit in group])
    beginning = needed.pop().removesuffix(JOINT) if begins else ""
    is_complete = len(needed) + begins == 1
    if len(needed) > _MOST:
        needed = [needed[place * len(needed) // _MOST] for place in range(_MOST)]
    text = "" if begins else joined(row)
    enough = text if _WITH_KANA.fullmatch(text) else ""
    return Proof(tuple(dict.fromkeys(needed)), beginning, is_complete, enough)


def _covering(run: list[str]) -> list[str]:
    """The fewest grams that hold all of a run of units, the last unit in the last."""
    if len(run) <= SHORT:
        return ["".join(run)]
    line = "".join(unit if len(unit) == 1 else _A_WORD for unit in run)
    covered = [found.span() for found in _ONE_SCRIPT.finditer(line)]
    grams = [
        line[at : min(at + LONG, end)]
        for start, end in covered
        for at in range(start, max(start, end - LONG) + 1)
    ]
    grams += [
        "".join(run[start : start + SHORT])
        for start in range(len(run) - SHORT + 1)
        if not any(first <= start and start + SHORT <= end for first, end in covered)
    ]
    return grams
