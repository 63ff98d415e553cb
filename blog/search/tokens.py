"""Folded text as the terms that an index holds. Pure functions; C does what costs.

A text is a row of units: a CJK character, a run of letters, a run of digits, or one of a few signs.
`gpt-5の発表` is the five units gpt, 5, の, 発, 表. No term holds a space, a quote or a backslash.
"""

import re
from array import array
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, groupby, product
from operator import add

from blog.search.folding import CJK, KATAKANA, LATIN

SIGNS = r"%+#$&@_\u00a3\u20ac"
_WORD = re.compile(rf"([{LATIN}]{{1,40}}|[0-9]{{1,40}}|[{SIGNS}])")
_SEPARATORS = re.compile(rf"[^{CJK}\ue000]+")
# Private-use characters, which folded text never holds.
_A_WORD = "\ue000"
_BEFORE_A_WORD = "\ue001"


def positional(folded: str) -> str:
    """The terms in their order, for an index with positions, in which any phrase is a row of neighbours.

    A CJK run is overlapping pairs, its first and its last character also stand alone; the last has a mark if
    a word follows at once: `生成ai活用` → `生 生成 成\ue001 ai 活 活用 用`.
    """
    parts = _WORD.split(folded)
    line = f" {_SEPARATORS.sub(' ', _A_WORD.join(parts[::2]))} "
    pairs = array("I", (" " * (3 * (len(line) - 1))).encode("utf-32-le"))
    pairs[0::3] = array("I", line.encode("utf-32-le"))[:-1]
    pairs[1::3] = array("I", line.replace(_A_WORD, _BEFORE_A_WORD).encode("utf-32-le"))[1:]
    texts = pairs.tobytes().decode("utf-32-le").split(_A_WORD)
    words = [f"{word} " for word in parts[1::2]]
    terms = "".join(chain.from_iterable(zip(texts, [*words, ""], strict=True)))
    return terms.replace(f" {_BEFORE_A_WORD} ", " ")


def units(folded: str) -> list[str]:
    """The units of a phrase, with `" "` where something else stands between two of them.

    What stands between two words does not count: gpt-5, gpt5 and gpt 5 are alike.
    """
    return _UNIT.findall(_GAP.sub(" ", folded).strip())


_GAP = re.compile(rf"[^{LATIN}0-9{SIGNS}{CJK}]+")
_UNIT = re.compile(rf"[{CJK}]|[{LATIN}]{{1,40}}|[0-9]{{1,40}}|[{SIGNS}]| (?:(?<=[{CJK}] )|(?=[{CJK}]))")


def is_cjk(unit: str) -> bool:
    return unit >= "\u0370" and unit != "\u20ac"


_VOWEL = "ー"
_LONG = 3  # sounds of a katakana word of which the last long vowel is written or not: サーバー, not キー
_DOUBTS = 3  # such words of a phrase that are tried both ways


def long_vowels(row: Sequence[str]) -> list[tuple[int, bool]]:
    """The places in a row where a last long vowel may be written, and whether it is.

    サーバー管理 has one at 3, and it is; サーバ管理 has it there as well, and it is not.
    """
    found, sounds = [], 0
    for place, unit in enumerate(row):
        sounds = sounds + 1 if _IS_KATAKANA(unit) else 0
        ends = place + 1 == len(row) or not _IS_KATAKANA(row[place + 1])
        if ends and unit == _VOWEL and sounds > _LONG:
            found.append((place, True))
        elif ends and unit != _VOWEL and sounds >= _LONG:
            found.append((place + 1, False))
    return found


_IS_KATAKANA = re.compile(f"[{KATAKANA}]").fullmatch


@lru_cache(1024)
def spellings(row: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """All rows of units of which a text holds one, if it holds these with or without last long vowels.

    At the end of the row none is needed: whoever writes サーバー writes サーバ too.
    """
    parts, choices, start = [], [], 0
    for number, (place, is_written) in enumerate(long_vowels(row)):
        parts.append(row[start:place])
        start = place + is_written
        written = (_VOWEL,) if is_written else ()
        choices.append([()] if start == len(row) else [(), (_VOWEL,)] if number < _DOUBTS else [written])
    rest = row[start:]
    return tuple(
        (*chain.from_iterable(chain(part, vowel) for part, vowel in zip(parts, chosen, strict=True)), *rest)
        for chosen in product(*choices)
    )


def phrase(row: Sequence[str]) -> tuple[list[str], bool]:
    """The neighbouring terms of `positional` that prove these units; whether the last is but a beginning."""
    terms = []
    for place, unit in enumerate(row):
        before = row[place - 1] if place else ""
        after = row[place + 1] if place + 1 < len(row) else ""
        if unit == " ":
            continue
        if not is_cjk(unit):
            terms.append(unit)
            continue
        if before and not is_cjk(before):  # the first of a run
            terms.append(unit)
        if after:
            terms.append(unit if after == " " else unit + (after if is_cjk(after) else _BEFORE_A_WORD))
        elif not before:
            return [unit], True
    return terms, False


# Between two words that are one gram, or "openai" and "open ai" would be the same.
_JOINT = "\u00b7"


def grams(row: Sequence[str]) -> dict[str, int]:
    """Every unit of the row, and every two and three that stand side by side: for an index without positions.

    With each, how often it occurs; a three counts once. A phrase of up to three units is proved by one of
    these, a longer one all but proved by those in it.
    """
    joined = _joined(row)
    two = list(map(add, joined, joined[1:]))
    counts = Counter(row)
    counts.update(two)
    found = dict.fromkeys(map(add, two, joined[2:]), 1) | counts
    return {gram: count for gram, count in found.items() if " " not in gram}


def pairs(row: Sequence[str]) -> list[str]:
    """Those of the grams that hold two units."""
    joined = _joined(row)
    return [gram for gram in map(add, joined, joined[1:]) if " " not in gram]


def phrase_grams(row: Sequence[str]) -> list[str]:
    """The fewest grams that prove these units."""
    needed = []
    joined = _joined(row)
    for run in _runs(list(zip(row, joined, strict=True))):
        if len(run) == 1:
            needed.append(run[0][0])
        else:
            texts = [text for _unit, text in run]
            size = min(3, len(texts))
            needed += ["".join(texts[start : start + size]) for start in range(len(texts) - size + 1)]
    return needed


def _joined(row: Sequence[str]) -> list[str]:
    joined = {unit: unit if unit == " " or is_cjk(unit) else f"{_JOINT}{unit}{_JOINT}" for unit in set(row)}
    return list(map(joined.__getitem__, row))


def _runs(row: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    return [list(run) for gap, run in groupby(row, key=lambda pair: pair[0] == " ") if not gap]
