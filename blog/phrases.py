"""Where a Japanese headline may break. Pure."""

import re

import budoux

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


def phrases_of(headline: str) -> list[str]:
    """Its phrases, none of which should be parted. Costs about 0.05 ms for a headline of 40 characters."""
    return _SIDES.sub("\0", _WITHIN.sub("", "\0".join(_parser.parse(headline)))).split("\0")
