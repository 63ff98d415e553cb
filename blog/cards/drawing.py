"""A share card, drawn with Pillow. Open Graph wants 1200 x 630 (https://ogp.me/#structured)."""

import io
import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from noto_cjk_sans_jp_bold import FONT_PATH
from PIL import Image, ImageDraw, ImageFont

from blog.phrases import phrases_of

VERSION = 2  # of the drawing: whoever changes it raises this, so that cards have new addresses
SIZE = WIDTH, HEIGHT = 1200, 630
PAPER, INK, RED = "#efe8da", "#14202c", "#d5402b"
MARGIN = 80
ROOM = WIDTH - 2 * MARGIN, 300  # for the headline
SIZES = (84, 76, 68, 60, 54, 48, 42)
LEADING = 1.35
LONGEST = 150  # characters that are looked at
_WORD = re.compile(r"\s*\S+\s*")
_OPENING = tuple("「『【（〈《")  # of a full width, half of which is empty


def draw(headline: str, category: str, wordmark: Path) -> bytes:
    """A PNG. A headline that is too long for the smallest size ends with an ellipsis."""
    card = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(card)
    pen.rectangle((0, 0, WIDTH, 15), fill=INK)
    pen.rectangle((0, 21, WIDTH, 24), fill=INK)
    pen.rectangle((0, HEIGHT - 16, WIDTH, HEIGHT), fill=RED)
    if category:
        pen.text((MARGIN, 78), _drawable(category)[:30], RED, _font(34))
    size, lines = _fitted(_drawable(headline))
    leading = round(size * LEADING)
    top = 140 + (ROOM[1] - leading * len(lines)) // 2
    for number, line in enumerate(lines):
        left = MARGIN - size // 2 if line.startswith(_OPENING) else MARGIN
        pen.text((left, top + number * leading), line, INK, _font(size))
    pen.line((MARGIN, 496, WIDTH - MARGIN, 496), fill=INK, width=3)
    with Image.open(wordmark) as mark:
        mark = mark.convert("RGBA")
        mark.thumbnail((340, 60), Image.Resampling.LANCZOS)
        card.paste(mark, (MARGIN, 526), mark)
    output = io.BytesIO()
    card.quantize(64, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(output, "PNG", optimize=True)
    return output.getvalue()


@lru_cache(maxsize=len(SIZES) + 1)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT_PATH), size)


def _drawable(text: str) -> str:
    """Without emoji and what else the font lacks, and without invisible characters; on one line."""
    return " ".join("".join(filter(_has_glyph, unicodedata.normalize("NFC", text))).split())


@lru_cache(maxsize=5000)
def _has_glyph(character: str) -> bool:
    if character.isspace():
        return True
    if unicodedata.category(character) in {"Cc", "Cf"} or "\ufe00" <= character <= "\ufe0f":
        return False
    font = _font(SIZES[-1])
    return bytes(font.getmask(character)) != bytes(font.getmask("\U0010ffff"))  # the box for what it lacks


def _fitted(headline: str) -> tuple[int, list[str]]:
    """The largest size in which it has room, and its lines, about as long as each other."""
    cut = headline if len(headline) <= LONGEST else f"{headline[:LONGEST]}…"
    phrases = [word for phrase in phrases_of(cut) for word in _WORD.findall(phrase)]
    for size in SIZES:
        lines = _lines(phrases, size, ROOM[0])
        if len(lines) <= _most(size):
            return size, _balanced(phrases, size, lines)
    lines = lines[: _most(size)]
    while lines[-1] and _width(f"{lines[-1]}…", size) > ROOM[0]:
        lines[-1] = lines[-1][:-1]
    return size, [*lines[:-1], f"{lines[-1].rstrip('、。 ')}…"]


def _most(size: int) -> int:
    return ROOM[1] // round(size * LEADING)


def _balanced(phrases: list[str], size: int, lines: list[str]) -> list[str]:
    """As many lines, in the narrowest room that takes no more of them."""
    number = len(lines)
    for width in range(ROOM[0], ROOM[0] // 2, -size // 2):
        narrower = _lines(phrases, size, width)
        if len(narrower) > number:
            break
        lines = narrower
    return lines


def _lines(phrases: list[str], size: int, width: int) -> list[str]:
    """Broken between phrases, and within one that is too long for a line."""
    lines = [""]
    for phrase in phrases:
        if _width((lines[-1] + phrase).rstrip(), size) <= width:
            lines[-1] += phrase
            continue
        if lines[-1]:
            lines.append("")
        for character in phrase:
            if _width(lines[-1] + character, size) > width:
                lines.append("")
            lines[-1] += character
    return [line.strip() for line in lines if line.strip()] or [""]


def _width(text: str, size: int) -> float:
    return _font(size).getlength(text)
