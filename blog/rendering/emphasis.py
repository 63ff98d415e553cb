"""Emphasis that works beside Japanese punctuation: in `**「重要」**です` 重要 is strong.

CommonMark (section 6.2) lets a run of `*` close only where white space or punctuation follows a
punctuation mark, which Japanese, written without spaces, seldom offers. Here Chinese, Japanese and Korean
characters, their punctuation included, stand as little in the way as they did on the old site: a mark is
counted as punctuation only when it is not CJK, and a CJK neighbour on the other side is as good as a space.
"""

from markdown_it.common.utils import isPunctChar, isWhiteSpace
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline.state_inline import Scanned, StateInline

from blog.rendering.text import CJK


class _State(StateInline):
    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803
        """Whether the run of markers at `start` can open and can close emphasis."""
        marker = self.src[start]
        end = start
        while end < self.posMax and self.src[end] == marker:
            end += 1
        before = self.src[start - 1] if start else " "
        after = self.src[end] if end < self.posMax else " "

        space_before, space_after = isWhiteSpace(ord(before)), isWhiteSpace(ord(after))
        cjk_before, cjk_after = bool(CJK.match(before)), bool(CJK.match(after))
        mark_before = not cjk_before and isPunctChar(before)
        mark_after = not cjk_after and isPunctChar(after)

        opens = not space_after and (not mark_after or space_before or mark_before or cjk_before)
        closes = not space_before and (not mark_before or space_after or mark_after or cjk_after)
        if canSplitWord:
            return Scanned(opens, closes, end - start)
        # `_` inside a word is a letter of it (snake_case); beside any punctuation it is a marker.
        return Scanned(
            opens and (not closes or isPunctChar(before)),
            closes and (not opens or isPunctChar(after)),
            end - start,
        )


class CJKParserInline(ParserInline):
    """markdown-it's inline parser with the rule above for `*`, `_` and `~~`."""

    def parse(self, src, md, env, tokens):
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens
