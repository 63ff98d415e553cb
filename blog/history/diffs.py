"""What differs between two texts: by line, and within a changed line by character. Pure.

Made for Japanese, where a line is a whole paragraph and no spaces part the words. Every step is bounded:
lines that occur once in both texts are the anchors (the "patience" way, n log n), and the quadratic
comparison of difflib only ever sees short stretches between them. What would take too
long counts as replaced.
"""

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, pairwise

CONTEXT = 3  # unchanged lines shown around a change
LINES_AT_ONCE = 40_000  # pairs of lines that are compared one by one
PAIRS_AT_ONCE = 10_000  # pairs of an old and a new line that are held against each other
CHARACTERS_AT_ONCE = 250_000  # pairs of characters
LONG_LINE = 400  # from here on, a line is compared clause by clause first
ALIKE = 0.4  # how much two lines must share to be shown as one changed line
SHORTEST_REST = 2  # fewer unchanged characters than this between two changes are part of them

# A word or number in Latin script is one unit, a Japanese character another, each with its marks.
_UNITS = re.compile(
    r"[0-9A-Za-z\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]+(?:[.,'_-][0-9A-Za-z]+)*"
    r"|.[\u0300-\u036f\u3099\u309a\ufe0e\ufe0f\u200d\U000e0100-\U000e01ef]*",
    re.DOTALL,
)
_CLAUSES = re.compile(r".*?[。！？!?、，,.]+[」』）)]*|.+", re.DOTALL)


@dataclass(frozen=True)
class Span:
    """`kind` is `same`, `del` or `ins`."""

    kind: str
    text: str


@dataclass(frozen=True)
class Line:
    """`kind` is `same`, `del`, `ins` or `changed`; numbers count from 1, None on the side without it."""

    kind: str
    spans: tuple[Span, ...]
    old_number: int | None = None
    new_number: int | None = None


@dataclass(frozen=True)
class Fold:
    """A long unchanged stretch."""

    lines: tuple[Line, ...]


def normalise(text: str) -> str:
    """NFC and Unix line ends: what no reader could see is no difference."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def diff_lines(old: str, new: str) -> list[Line]:
    """All lines of both texts in reading order, deleted ones before the inserted ones that replace them."""
    a, b = normalise(old).split("\n"), normalise(new).split("\n")
    lines: list[Line] = []
    for same, (a_start, a_end), (b_start, b_end) in _blocks(a, b):
        if same:
            pairs = zip(range(a_start, a_end), range(b_start, b_end), strict=True)
            lines += [Line("same", (Span("same", a[i]),), i + 1, j + 1) for i, j in pairs]
        else:
            lines += _replaced(a, b, range(a_start, a_end), range(b_start, b_end))
    return lines


def diff_text(old: str, new: str) -> list[Span]:
    """A short text, or one line, as spans."""
    return _diff_characters(normalise(old), normalise(new))


def folded(lines: list[Line], context: int = CONTEXT) -> list[Line | Fold]:
    """With every unchanged stretch that is far from a change in a Fold."""
    shown: list[Line | Fold] = []
    runs = [(same, list(run)) for same, run in groupby(lines, lambda line: line.kind == "same")]
    for number, (same, run) in enumerate(runs):
        head = context if same and number else 0
        tail = context if same and number < len(runs) - 1 else 0
        middle = run[head : len(run) - tail]
        if not same or len(middle) < 2:
            shown += run
        else:
            shown += [*run[:head], Fold(tuple(middle)), *run[len(run) - tail :]]
    return shown


def count(old: str, new: str) -> tuple[int, int]:
    """The numbers of characters that came and that went; line ends are none."""
    spans = Counter()
    for line in diff_lines(old, new):
        for span in line.spans:
            spans[span.kind] += len(span.text)
    return spans["ins"], spans["del"]


# Blocks: sequences of anything hashable, cut where they agree


def _blocks(a: Sequence, b: Sequence) -> Iterator[tuple[bool, tuple[int, int], tuple[int, int]]]:
    """(whether they agree, the range in `a`, the range in `b`), one after the other."""
    i = j = 0
    for a_start, b_start, size in [*_matches(a, b), (len(a), len(b), 0)]:
        if i < a_start or j < b_start:
            yield False, (i, a_start), (j, b_start)
        if size:
            yield True, (a_start, a_start + size), (b_start, b_start + size)
        i, j = a_start + size, b_start + size


def _matches(a: Sequence, b: Sequence) -> list[tuple[int, int, int]]:
    """(start in `a`, start in `b`, length) of what agrees, in order."""
    found, waiting = [], [(0, len(a), 0, len(b))]
    while waiting:
        a_start, a_end, b_start, b_end = waiting.pop()
        head = a_start
        while a_start < a_end and b_start < b_end and a[a_start] == b[b_start]:
            a_start, b_start = a_start + 1, b_start + 1
        if a_start > head:
            found.append((head, b_start - (a_start - head), a_start - head))
        tail = a_end
        while a_end > a_start and b_end > b_start and a[a_end - 1] == b[b_end - 1]:
            a_end, b_end = a_end - 1, b_end - 1
        if tail > a_end:
            found.append((a_end, b_end, tail - a_end))
        if a_start == a_end or b_start == b_end:
            continue
        anchors = _anchors(a, b, (a_start, a_end), (b_start, b_end))
        if anchors:
            for (i, j), (next_i, next_j) in zip(
                [(a_start - 1, b_start - 1), *anchors], [*anchors, (a_end, b_end)], strict=True
            ):
                waiting.append((i + 1, next_i, j + 1, next_j))
            found += [(i, j, 1) for i, j in anchors]
        elif (a_end - a_start) * (b_end - b_start) <= LINES_AT_ONCE:
            matcher = SequenceMatcher(_is_blank, a[a_start:a_end], b[b_start:b_end], autojunk=False)
            found += [(a_start + i, b_start + j, n) for i, j, n in matcher.get_matching_blocks() if n]
    return sorted(found)


def _is_blank(line) -> bool:
    return not line.strip()


def _anchors(a: Sequence, b: Sequence, a_range, b_range) -> list[tuple[int, int]]:
    """The longest rising row of what occurs exactly once on either side."""
    counts_a, counts_b = Counter(a[slice(*a_range)]), Counter(b[slice(*b_range)])
    place = {b[j]: j for j in range(*b_range) if counts_b[b[j]] == 1}
    pairs = [(i, place[a[i]]) for i in range(*a_range) if counts_a[a[i]] == 1 and a[i] in place]
    ends: list[int] = []  # smallest last j of a rising row of each length
    rows: list[tuple[int, int, object]] = []
    last_of_length: list[tuple] = []
    for i, j in pairs:
        length = bisect_left(ends, j)
        row = (i, j, last_of_length[length - 1] if length else None)
        if length == len(ends):
            ends.append(j)
            last_of_length.append(row)
        else:
            ends[length], last_of_length[length] = j, row
    row = last_of_length[-1] if last_of_length else None
    while row:
        rows.append(row[:2])
        row = row[2]
    return rows[::-1]


# A stretch of lines that were replaced by others


def _replaced(a: list[str], b: list[str], olds: range, news: range) -> list[Line]:
    lines: list[Line] = []
    i, j = olds.start, news.start
    for pair_i, pair_j in [*_alike(a, b, olds, news), (olds.stop, news.stop)]:
        while i < pair_i and j < pair_j and a[i] == b[j]:  # a blank line, mostly
            lines.append(Line("same", (Span("same", a[i]),), i + 1, j + 1))
            i, j = i + 1, j + 1
        lines += [Line("del", (Span("del", a[n]),), n + 1, None) for n in range(i, pair_i)]
        lines += [Line("ins", (Span("ins", b[n]),), None, n + 1) for n in range(j, pair_j)]
        if pair_i < olds.stop and pair_j < news.stop:
            spans = tuple(_diff_characters(a[pair_i], b[pair_j]))
            lines.append(Line("changed", spans, pair_i + 1, pair_j + 1))
        i, j = pair_i + 1, pair_j + 1
    return lines


def _alike(a: list[str], b: list[str], olds: range, news: range) -> list[tuple[int, int]]:
    """Pairs of an old line and what became of it, in order: those that share most."""
    grams = {line: _grams(line) for line in {*a[olds.start : olds.stop], *b[news.start : news.stop]}}
    if len(olds) * len(news) > PAIRS_AT_ONCE:
        in_step = zip(olds, news, strict=False)
        return [(i, j) for i, j in in_step if _likeness(grams[a[i]], grams[b[j]]) >= ALIKE]
    scores = [[_likeness(grams[a[i]], grams[b[j]]) for j in news] for i in olds]
    best = [[0.0] * (len(news) + 1) for _ in range(len(olds) + 1)]
    for i in reversed(range(len(olds))):
        for j in reversed(range(len(news))):
            paired = best[i + 1][j + 1] + scores[i][j] if scores[i][j] >= ALIKE else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    pairs, i, j = [], 0, 0
    while i < len(olds) and j < len(news):
        if scores[i][j] >= ALIKE and best[i][j] == best[i + 1][j + 1] + scores[i][j]:
            pairs.append((olds[i], news[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _grams(line: str) -> Counter:
    return Counter(pairwise(line)) if len(line) > 1 else Counter(line)


def _likeness(a: Counter, b: Counter) -> float:
    total = a.total() + b.total()
    return 2 * (a & b).total() / total if total else 0.0


# Within a line


def _diff_characters(old: str, new: str) -> list[Span]:
    pieces = _CLAUSES if max(len(old), len(new)) > LONG_LINE else _UNITS
    return _tidy(_diff_pieces(old, new, pieces))


def _diff_pieces(old: str, new: str, pieces: re.Pattern) -> Iterator[Span]:
    a, b = pieces.findall(old), pieces.findall(new)
    blocks = _unit_blocks(a, b) if pieces is _UNITS else _blocks(a, b)
    for same, (a_start, a_end), (b_start, b_end) in blocks:
        gone, come = "".join(a[a_start:a_end]), "".join(b[b_start:b_end])
        if same:
            yield Span("same", gone)
        elif pieces is _CLAUSES and gone and come:
            yield from _diff_pieces(gone, come, _UNITS)
        else:
            yield Span("del", gone)
            yield Span("ins", come)


def _unit_blocks(a: list[str], b: list[str]):
    """Like `_blocks`, by difflib alone: characters repeat too much to be anchors."""
    head = 0
    while head < min(len(a), len(b)) and a[head] == b[head]:
        head += 1
    tail = 0
    while tail < min(len(a), len(b)) - head and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    a_end, b_end = len(a) - tail, len(b) - tail
    yield True, (0, head), (0, head)
    if (a_end - head) * (b_end - head) <= CHARACTERS_AT_ONCE:
        matcher = SequenceMatcher(None, a[head:a_end], b[head:b_end], autojunk=False)
        for tag, i, i_end, j, j_end in matcher.get_opcodes():
            yield tag == "equal", (head + i, head + i_end), (head + j, head + j_end)
    else:
        yield False, (head, a_end), (head, b_end)
    yield True, (a_end, len(a)), (b_end, len(b))


def _tidy(spans: Iterator[Span]) -> list[Span]:
    """Neighbouring changes as one, what went before what came: no confetti."""
    tidy: list[Span] = []
    gone = come = rest = ""
    for span in [*spans, Span("end", "")]:
        if span.kind == "del":
            gone, come, rest = gone + rest + span.text, come + rest, ""
        elif span.kind == "ins":
            gone, come, rest = gone + rest, come + rest + span.text, ""
        elif span.kind == "same" and (gone or come) and len(rest + span.text) < SHORTEST_REST:
            rest += span.text
        else:
            tidy += [Span("del", gone), Span("ins", come), Span("same", rest + span.text)]
            gone = come = rest = ""
    return _joined([span for span in tidy if span.text])


def _joined(spans: list[Span]) -> list[Span]:
    runs = groupby(spans, lambda span: span.kind)
    return [Span(kind, "".join(span.text for span in run)) for kind, run in runs]
