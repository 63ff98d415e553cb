"""Where the hits are: in a title, and in the best passage of a body. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from blog.search.folding import CJK, KATAKANA, LATIN, fold
from blog.search.query import Needle
from blog.search.tokens import SIGNS, is_cjk, long_vowels

PASSAGE_LENGTH = 120
_SENTENCE = re.compile(r".+?(?:[。！？!?]+[」』）)]*|\.(?=\s|\Z)|\Z)\s*", re.DOTALL)
_CHARACTER = re.compile(r".[\u3099\u309a\uff9e\uff9f\u0300-\u036f]*", re.DOTALL)
# ヴァ folded one character at a time is ブァ.
_VU = {"バ": "(?:バ|ブァ)", "ビ": "(?:ビ|ブィ|ブ(?=ュ))", "ベ": "(?:ベ|ブェ)", "ボ": "(?:ボ|ブォ)"}
_WRITTEN = f"{LATIN}0-9{CJK}{SIGNS}"
_BETWEEN_WORDS = f"(?:[^{_WRITTEN}]{{0,3}}|ー)"
_LAST_VOWEL = f"(?:ー(?![{KATAKANA}]))?"
_IS_KATAKANA = re.compile(f"[{KATAKANA}]").match


@dataclass(frozen=True)
class Part:
    """A part of a text; `hit` says whether it is what was searched for."""

    text: str
    hit: bool


def marked(text: str, needles: Sequence[Needle]) -> list[Part]:
    """The whole text, in parts."""
    pattern = _pattern(needles)
    if pattern is None or not text:
        return [Part(text, False)] if text else []
    plain, places = _plain(text)
    parts, end = [], 0
    for found in pattern.finditer(plain):
        start, stop = places[found.start()], places[found.end()]
        if start > end:
            parts.append(Part(text[end:start], False))
        if stop > start:
            parts.append(Part(text[start:stop], True))
        end = max(end, stop)
    if end < len(text):
        parts.append(Part(text[end:], False))
    return parts


def best_passage(lines: str, needles: Sequence[Needle]) -> list[Part]:
    """The sentences that hold most of the needles, and what follows while there is room, or nothing."""
    patterns = [pattern for needle in needles if (pattern := _pattern([needle]))]
    best, score = "", 0
    for line, folded in zip(lines.split("\n"), fold(lines).split("\n"), strict=True):
        found = sum(pattern.search(folded) is not None for pattern in patterns)
        # A heading says less than a sentence.
        worth = found * 2 + (found and len(line) > 30)
        if worth > score:
            best, score = line, worth
            if found == len(patterns) and len(line) > 30:
                break
    return marked(_shortened(best, patterns), needles) if best else []


def _shortened(line: str, patterns: list[re.Pattern]) -> str:
    if len(line) <= PASSAGE_LENGTH:
        return line
    sentences = _SENTENCE.findall(line)
    counts = [sum(p.search(_plain(sentence)[0]) is not None for p in patterns) for sentence in sentences]
    first = counts.index(max(counts))
    last = first + 1
    while last < len(sentences) and len("".join(sentences[first : last + 1])) <= PASSAGE_LENGTH:
        last += 1
    text = "".join(sentences[first:last]).strip()
    if len(text) > PASSAGE_LENGTH * 1.5:
        text = _around_hit(text, patterns)
    return f"{'… ' if first and not text.startswith('…') else ''}{text}"


def _around_hit(sentence: str, patterns: list[re.Pattern]) -> str:
    """Of a sentence that is too long, what stands around its first hit, from one comma to another."""
    plain, places = _plain(sentence)
    hits = [found.start() for pattern in patterns if (found := pattern.search(plain))]
    hit = places[min(hits, default=0)]
    start = max(0, hit - PASSAGE_LENGTH // 3)
    comma = sentence.find("、", start, hit)
    start = 0 if start == 0 else comma + 1 or start
    stop = start + PASSAGE_LENGTH
    comma = sentence.rfind("、", hit + PASSAGE_LENGTH // 3, stop)
    stop = comma + 1 if comma > 0 and stop < len(sentence) else stop
    return f"{'…' if start else ''}{sentence[start:stop]}{'…' if stop < len(sentence) else ''}"


def _plain(text: str) -> tuple[str, list[int]]:
    """Folded one character at a time, and where in the text each character of that comes from."""
    plain, places = [], []
    for found in _CHARACTER.finditer(text):
        folded = fold(found[0])
        plain.append(folded)
        places += [found.start()] * len(folded)
    return "".join(plain), [*places, len(text)]


def _pattern(needles: Sequence[Needle]) -> re.Pattern | None:
    sources = [_source(needle) for needle in sorted(needles, key=lambda n: -len(n.units)) if needle.units]
    return re.compile("|".join(sources)) if sources else None


def _source(needle: Needle) -> str:
    row, source, before = needle.units, "", ""
    vowels = dict(long_vowels(row))
    for place, unit in enumerate(row):
        is_vowel = vowels.get(place)
        if is_vowel is False:
            source += "ー?"
        if is_vowel:
            source += "ー?" if place + 1 < len(row) else _LAST_VOWEL
        elif unit == " ":
            source += f"[^{_WRITTEN}]+"
        elif is_cjk(unit):
            source += _between(before, unit) + _VU.get(unit, re.escape(unit))
        else:
            is_last = place == len(row) - 1
            source += _between(before, unit) + _word(unit, open_end=is_last and needle.begins)
        before = unit
    return source + (_LAST_VOWEL if len(row) in vowels else "")


def _between(before: str, unit: str) -> str:
    """What folding leaves out of the text between two units."""
    if not before or before == " ":
        return ""
    if is_cjk(before) and is_cjk(unit):
        return "[・·•‧]?" if _IS_KATAKANA(before) and _IS_KATAKANA(unit) else ""
    return "\\s?" if is_cjk(before) or is_cjk(unit) else _BETWEEN_WORDS


def _word(unit: str, *, open_end: bool) -> str:
    if unit.isdigit():
        kind, source = "0-9", ",?".join(unit)
    elif re.match(f"[{LATIN}]", unit):
        kind, source = LATIN, f"{unit}(?:['’]?s)?"
    else:
        return re.escape(unit)
    return f"(?<![{kind}]){source}{'' if open_end else f'(?![{kind}])'}"
