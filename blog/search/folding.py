"""One spelling for text that reads the same: what the index holds and what a query is compared by.

Pure functions. Folding keeps the order of the text, and a line break stays one.
"""

import re
import unicodedata

# Found by any part of a word: ideographs, kana, Hangul, signs such as 々; emoji; scripts other than Latin.
CJK = (
    r"\u0370-\u1fff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    r"\u3105-\u31ff\u3400-\u4dbf\u4e00-\ua4cf\uac00-\ud7ff\uf900-\ufaff\u2600-\u27bf"
    r"\U0001b000-\U0001b16f\U0001f000-\U0001faff\U00020000-\U0003fffd"
)
LATIN = r"a-z\u00df-\u024f"  # folded
KANJI = r"\u3005\u3007\u3400-\u9fff\U00020000-\U0003fffd"
KATAKANA = r"\u30a1-\u30fa\u30fc"

# What NFKC, lower case and the removal of accents leave alone, but for A–Z, which `str.lower` sees to.
_ODD = re.compile(
    r"[^\n -~\u2010-\u2027\u3001-\u3003\u3005-\u3035\u3041-\u3094\u30a1-\u30f3\u30f5\u30f6\u30fb\u30fc"
    r"\u3400-\u4dbf\u4e00-\u9fff]+"
)
_INVISIBLE = {"Cc", "Cf", "Cs", "Cn", "Co"}
_KEEPS_MARKS = re.compile(r"[\u3040-\u30ff]")

_MARK = re.compile(r"[\u0300-\u036f\u3099\u309a]")
_VU = re.compile("ヴ([ァィェォュ]?)|ゔ")
_VU_TO = {"ヴァ": "バ", "ヴィ": "ビ", "ヴェ": "ベ", "ヴォ": "ボ", "ヴュ": "ビュ", "ヴ": "ブ", "ゔ": "ぶ"}
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})
# Each begins with what is rare, which the matcher then looks for at the speed of memory.
_MIDDLE_DOT = re.compile(rf"[・·•‧](?<=[{KATAKANA}].)(?=[{KATAKANA}])")
_HYPHEN = re.compile("ー(?<=[a-z]ー)(?=[a-z0-9])")  # typed with the key of the long vowel
_DIGIT_COMMA = re.compile(r",(?<=[0-9],)(?=[0-9]{3}(?![0-9]))")
# APIs; not AWS or OSS.
_ABBREVIATIONS = re.compile(r"s(?<=[A-Z]{2}s)(?![A-Za-z])")
# GPUs, models, Google's; not bus, class, analysis, news or https.
_PLURAL = re.compile(
    r"s(?![a-z])(?:(?<=[a-z]{2}[a-hj-rtv-z]s)|(?<=[cgnt]pus)|(?<=\b[ak]pis)|(?<=\b(?:pc|ev|vm)s))(?<!news)(?<!https)"
)
_POSSESSIVE = re.compile(r"['\u2019]s(?<=[a-z]['\u2019]s)(?![a-z])")
_SPACE_BESIDE_CJK = re.compile(rf" (?:(?<=[{CJK}] )(?=[{LATIN}0-9])|(?<=[{LATIN}0-9] )(?=[{CJK}]))")


def fold(text: str) -> str:
    """The folded text.

    Full width, half width and compatibility forms are one (NFKC); case, accents, invisible characters, the
    comma in 1,000, an English plural s and the space between 生成 and AI do not count, nor do the dot in
    ディープ・ラーニング and ヴ for ブ. The last long vowel of サーバー stays: see `tokens.spellings`.
    """
    if _MARK.search(text):
        text = unicodedata.normalize("NFC", text)
    text = _ABBREVIATIONS.sub("", _ODD.sub(_plain, text)).lower()
    if "ヴ" in text or "ゔ" in text:
        text = _VU.sub(lambda found: _VU_TO[found[0]], text)
    text = _MIDDLE_DOT.sub("", text)
    if "ー" in text:
        text = _HYPHEN.sub("-", text)
    if "," in text:
        text = _DIGIT_COMMA.sub("", text)
    text = _PLURAL.sub("", _POSSESSIVE.sub("", text))
    return _SPACE_BESIDE_CJK.sub("", text)


def _plain(odd: re.Match) -> str:
    text = "".join(c for c in odd[0] if c.isspace() or unicodedata.category(c) not in _INVISIBLE)
    text = unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS)
    if not _KEEPS_MARKS.search(text):
        text = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
    return unicodedata.normalize("NFKC", text)
