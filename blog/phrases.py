"""Where a Japanese headline may break. Pure."""

import re

import budoux

LONGEST = 9  # wide characters; the largest headlines on the narrowest phones have room for about ten

_parser = budoux.load_default_japanese_parser()
_KANJI = "[一-鿿々]"
# The model knows only Japanese prose: it would part 2026 and GPT-5, 8月 from its year, 事 and 例, もたら and
# す産業; and it leaves the two sides of ｜ and ： together.
_WITHIN = re.compile(
    r"(?<=[!-~])\0(?=[!-~])"
    r"|(?<=\d[年月])\0(?=\d)"
    rf"|(?<={_KANJI})\0(?={_KANJI})"
    rf"|\0(?=[ぁ-ん]{_KANJI})(?![おご])"
    r"|\0(?=[｜：、。！？）」』】])"
)
_SIDES = re.compile(r"(?<=[｜：])(?=[^\0])")
# Where a long phrase breaks rather than anywhere: between words of different scripts. AI and LLM stay with
# what follows them.
_SCRIPTS = re.compile(
    rf"(?<=[ァ-ヶー])(?=[A-Za-z0-9]|{_KANJI})"
    rf"|(?<={_KANJI})(?<![万億兆])(?=[ァ-ヶA-Za-z])"
    rf"|(?<=[A-Za-z]{{4}})(?=[ァ-ヶ]|{_KANJI})"
    r"|(?<=[・、）」』】])(?=[^ぁ-ん・｜：、。）」』】])|(?<=[^（「『【])(?=[（「『【])"
)


def phrases_of(headline: str) -> list[str]:
    """Its phrases, none of which should be parted. Costs about 0.05 ms for a headline of 40 characters."""
    phrases = _SIDES.sub("\0", _WITHIN.sub("", "\0".join(_parser.parse(headline)))).split("\0")
    return [part for phrase in phrases for part in (_SCRIPTS.split(phrase) if _is_long(phrase) else [phrase])]


def _is_long(phrase: str) -> bool:
    return sum(0.5 if character.isascii() else 1 for character in phrase) > LONGEST
