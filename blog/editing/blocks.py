"""A text in Markdown as a list of blocks: what stands between blank lines. Pure functions."""

import re
from dataclasses import dataclass

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_FENCE = re.compile(r" {0,3}(?P<mark>`{3,}|~{3,})(?P<rest>[^\n]*)")


@dataclass(frozen=True)
class Block:
    """`gap` is what follows the text up to the next block: a line break and blank lines, or nothing."""

    text: str
    gap: str = "\n\n"


def unix_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def split_blocks(text: str) -> tuple[str, list[Block]]:
    """The blank lines at the start, and the blocks. A code fence is one block, with its blank lines."""
    lead, blocks, lines, gap, fence = [], [], [], [], ""
    for line in _LINE.findall(unix_lines(text)):
        if not fence and not line.strip():
            (gap if lines else lead).append(line)
            continue
        if gap:
            blocks.append(_block(lines, gap))
            lines, gap = [], []
        lines.append(line)
        fence = _fence_after(line, fence)
    if lines:
        blocks.append(_block(lines, gap))
    return "".join(lead), blocks


def join_blocks(lead: str, blocks: list[Block]) -> str:
    """The text again. Blocks without text are left out; two blocks always have a blank line between."""
    blocks = [block for block in blocks if block.text]
    pieces = [lead]
    for number, block in enumerate(blocks, 1):
        is_last = number == len(blocks)
        pieces += [block.text, block.gap if is_last or block.gap.count("\n") > 1 else "\n\n"]
    return "".join(pieces)


def _block(lines: list[str], gap: list[str]) -> Block:
    text = "".join(lines)
    bare = text.removesuffix("\n")
    return Block(bare, text[len(bare) :] + "".join(gap))


def _fence_after(line: str, fence: str) -> str:
    """The mark of the fence that is open after this line (CommonMark 4.5), or nothing."""
    found = _FENCE.match(line)
    if fence:
        closes = found and found["mark"].startswith(fence) and not found["rest"].strip()
        return "" if closes else fence
    if not found or (found["mark"][0] == "`" and "`" in found["rest"]):
        return ""
    return found["mark"]
