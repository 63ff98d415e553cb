"""Characters and visible text."""

import html
import math
import re

CHARACTERS_A_MINUTE = 500
CHARACTERS_A_WORD = 2.5  # 200 words a minute

# Characters set as wide as a kanji, punctuation and half-width kana included; Hangul apart, for Korean
# puts spaces between words. From the blocks of Unicode's EastAsianWidth.txt (UAX #11).
_WIDE = (
    r"\u2e80-\u2fff\u3001-\u303e\u3041-\ua4cf\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff9f\uffe0-\uffe6"
    r"\U0001b000-\U0001b16f\U0001f200-\U0001f2ff\U00020000-\U0003fffd"
)
_HANGUL = r"\u1100-\u11ff\ua960-\ua97f\uac00-\ud7ff\uffa0-\uffdc"
WIDE = re.compile(f"[{_WIDE}]")
CJK = re.compile(f"[{_WIDE}{_HANGUL}]")
_CJK_RUN = re.compile(f"[{_WIDE}{_HANGUL}]+")
_BROKEN_WORD = re.compile(rf"\n(?<=[{_WIDE}]\n)(?=[{_WIDE}])")
_WORD = re.compile(r"\w[\w.'’-]*")

_UNREADABLE = re.compile("[\0\ud800-\udfff]")
# Other controls and noncharacters: HTML or XML (section 2.2; so a feed) may not hold them.
_UNPRINTABLE = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufeff\ufffe\uffff]")

# The note's number in the text and the arrow back to it are for clicking, not for reading.
_APPARATUS = re.compile(r'<sup class="footnote-ref">.*?</sup>|<a [^<>]*"footnote-backref"[^<>]*>[^<]*</a>')
_PHRASE = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|cite|code|del|dfn|em|i|ins|kbd|mark|q|rp|rt|ruby|s|samp|small|span|strong|sub|sup"
    r'|time|u|var|wbr)(?: [^\s=]+="[^"]*")*>'
)
_TAG = re.compile(r'</?[a-z][a-z0-9]*(?: [^\s=]+="[^"]*")*>')


def without_controls(text: str) -> str:
    """Only characters that HTML and XML allow; NUL and lone surrogates become U+FFFD, others go."""
    return _UNPRINTABLE.sub("", _UNREADABLE.sub("\ufffd", text))


def visible_lines(fragment: str) -> str:
    """What a reader sees of sanitised HTML: a line for each block, footnote numbers left out.

    A line break within a Japanese sentence is nothing, not a space.
    """
    text = _BROKEN_WORD.sub("", _PHRASE.sub("", _without_apparatus(fragment)))
    blocks = _TAG.sub("\0", text).split("\0")
    lines = (" ".join(html.unescape(block).split()) for block in blocks)
    return "\n".join(filter(None, lines))


def visible_text(fragment: str) -> str:
    """The same in one line."""
    return visible_lines(fragment).replace("\n", " ")


def characters(fragment: str) -> str:
    """What stands between the tags of sanitised HTML, white space as it is, footnote numbers left out."""
    return html.unescape(_TAG.sub("", _without_apparatus(fragment))).strip()


def _without_apparatus(fragment: str) -> str:
    return _APPARATUS.sub("", fragment) if "footnote" in fragment else fragment


def reading_minutes(text: str) -> int:
    """Minutes to read `text`, rounded up, at least 1.

    500 Japanese characters a minute, punctuation counted as 文字数 counts it; a word in another script
    takes as long as 2.5 of them. White space and other symbols take no time.
    """
    others, runs = _CJK_RUN.subn(" ", text)
    wide = len(text) - (len(others) - runs)
    characters = wide + CHARACTERS_A_WORD * len(_WORD.findall(others))
    return max(1, math.ceil(characters / CHARACTERS_A_MINUTE))
