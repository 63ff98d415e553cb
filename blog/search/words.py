"""The words of a text, each once, as terms: long words that are in every text are found by these much sooner.

By `tokens.positional`, whether a text holds 人工知能 is found by going through every place of 人工, 工知 and
知能 in it, of which a long text may have hundreds. A word here is kanji, katakana and Latin letters
in a row, three units or more, and its terms are its overlapping threes, then its overlapping fours: most
words that are asked for have three or four units, and one term is found at once. Pure functions.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from blog.search.folding import KANJI, KATAKANA, LATIN
from blog.search.tokens import is_cjk

_WORD = re.compile(rf"[{KANJI}{KATAKANA}{LATIN}]{{3,}}")
_UNIT = re.compile(rf"[{KANJI}{KATAKANA}]|[{LATIN}]{{1,40}}")
# A private-use character, with which every term begins; alone, it stands between two words.
_MARK = "\ue002"


def words(folded: str) -> str:
    """The terms of every word, for an index with positions, in which a longer word is a row of neighbours."""
    return _MARK.join(map(_terms, dict.fromkeys(_WORD.findall(folded))))


def word_phrase(row: Sequence[str]) -> list[str]:
    """The neighbouring terms that prove these units; none if they are no word or part of one."""
    if not all(map(_UNIT.fullmatch, row)) or any(not is_cjk(a) and not is_cjk(b) for a, b in pairwise(row)):
        return []  # between two words of Latin letters, something may stand in the text
    return _parts(row, min(len(row), 4)) if len(row) > 2 else []


@lru_cache(8192)
def _terms(word: str) -> str:
    row = _UNIT.findall(word)
    return f" {' '.join([*_parts(row, 3), _MARK, *_parts(row, 4)])} "


def _parts(row: Sequence[str], size: int) -> list[str]:
    return [_MARK + "".join(row[start : start + size]) for start in range(len(row) - size + 1)]
