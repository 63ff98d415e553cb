"""Where two texts differ, side by side, by character: Japanese has no spaces between words."""

from blog.history.diffs import Span, diff_text

Pieces = list[tuple[bool, str]]


def marked(left: str, right: str) -> tuple[Pieces, Pieces]:
    """Both texts in pieces of (is it different, text)."""
    spans = diff_text(left, right)
    return _side(spans, "del"), _side(spans, "ins")


def _side(spans: list[Span], own: str) -> Pieces:
    return [(span.kind == own, span.text) for span in spans if span.kind in {"same", own}]
