"""Where two texts differ, by character: Japanese has no spaces between words. Pure functions."""

from difflib import SequenceMatcher

_MOST_COMPARISONS = 9_000_000
_SHORTEST_COMMON = 2


def marked(left: str, right: str) -> tuple[list[tuple[bool, str]], list[tuple[bool, str]]]:
    """Both texts in pieces of (is it different, text)."""
    if len(left) * len(right) > _MOST_COMPARISONS:
        return _pieces([(True, left)]), _pieces([(True, right)])
    ours, others = [], []
    for tag, i, j, k, m in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        # One character in common between two differences is chance, not sense.
        inside = i > 0 and j < len(left) and j - i < _SHORTEST_COMMON
        differs = tag != "equal" or inside
        ours.append((differs, left[i:j]))
        others.append((differs, right[k:m]))
    return _pieces(ours), _pieces(others)


def _pieces(pieces: list[tuple[bool, str]]) -> list[tuple[bool, str]]:
    joined = []
    for differs, text in pieces:
        if not text:
            continue
        if joined and joined[-1][0] == differs:
            joined[-1] = (differs, joined[-1][1] + text)
        else:
            joined.append((differs, text))
    return joined
