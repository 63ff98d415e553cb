"""Two people changed one text: a three-way merge by block. Pure functions.

What only one of them touched is taken from that one. Where both touched the same block, deleted it,
or put something new in the same place, there is a `Conflict`, and nobody's text is thrown away.
"""

from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher

from blog.editing.blocks import Block, join_blocks, split_blocks, unix_lines

# Beyond these a stretch of text is one piece: comparing it block by block would take seconds.
_MOST_COMPARISONS = 2_000_000
_MOST_PAIRS = 900
_ALIKE = 0.3


@dataclass(frozen=True)
class Conflict:
    base: str
    mine: str
    theirs: str
    gap: str = "\n\n"

    @property
    def both(self) -> str:
        return "\n\n".join(filter(None, [self.theirs, self.mine]))


@dataclass(frozen=True)
class Merged:
    lead: str
    parts: list  # of Block and Conflict

    @property
    def conflicts(self) -> list[Conflict]:
        return [part for part in self.parts if isinstance(part, Conflict)]

    def text(self, decisions: list[str] = ()) -> str:
        """The merged text; `decisions` are the texts that take the place of the conflicts, in order."""
        decided = iter(decisions)
        return join_blocks(
            self.lead,
            [Block(next(decided), part.gap) if isinstance(part, Conflict) else part for part in self.parts],
        )


@dataclass(frozen=True)
class _Hunk:
    """One side replaced base[start:end] by `blocks`."""

    start: int
    end: int
    blocks: list[Block]


def merge_text(base: str, mine: str, theirs: str) -> Merged:
    base, mine, theirs = map(unix_lines, (base, mine, theirs))
    if theirs == base or mine == theirs:
        return Merged("", [Block(mine, "")])
    if mine == base:
        return Merged("", [Block(theirs, "")])
    (base_lead, blocks), (my_lead, my_blocks), (their_lead, their_blocks) = map(
        split_blocks, (base, mine, theirs)
    )
    my_hunks, my_kept = _changes(blocks, my_blocks)
    their_hunks, their_kept = _changes(blocks, their_blocks)
    parts, position = [], 0

    def keep(until: int) -> None:
        for index in range(position, until):
            gap = merge_value(blocks[index].gap, my_kept[index].gap, their_kept[index].gap)
            parts.append(Block(blocks[index].text, gap))

    for start, end, ours, others in _groups(my_hunks, their_hunks):
        keep(start)
        position = end
        my_part, their_part = _applied(blocks, start, end, ours), _applied(blocks, start, end, others)
        if not others or _texts(my_part) == _texts(their_part):
            parts += my_part
        elif not ours:
            parts += their_part
        else:
            bodies = [_stretch(part) for part in (blocks[start:end], my_part, their_part)]
            gap = (my_part or their_part)[-1].gap
            parts.append(Conflict(*bodies, gap=gap))
    keep(len(blocks))
    return Merged(merge_value(base_lead, my_lead, their_lead), parts)


def changed_blocks(old: str, new: str) -> list[tuple[str, str]]:
    """The stretches of two texts that differ, as (old, new)."""
    blocks = split_blocks(old)[1]
    hunks, _kept = _changes(blocks, split_blocks(new)[1])
    return [(_stretch(blocks[hunk.start : hunk.end]), _stretch(hunk.blocks)) for hunk in hunks]


def merge_value(base, mine, theirs):
    """What is not worth a question: the value of whoever changed it, and mine if both did."""
    return theirs if mine == base else mine


def merge_list(base: list, mine: list, theirs: list, key=lambda item: item) -> list:
    """Names or ids, in order: what either side added is in, what either side took out is out."""
    keys = [[key(item) for item in items] for items in (base, mine, theirs)]
    if keys[2] == keys[0] or keys[1] == keys[2]:
        return list(mine)
    if keys[1] == keys[0]:
        return list(theirs)
    was, ours, others = map(set, keys)
    order, rest = (mine, theirs) if others == was else (theirs, mine)
    stays = (ours & others) | (ours - was) | (others - was)
    merged = {}
    for item in [*order, *rest]:
        if key(item) in stays:
            merged.setdefault(key(item), item)
    return list(merged.values())


# How one side changed the base


def _changes(base: list[Block], other: list[Block]) -> tuple[list[_Hunk], dict[int, Block]]:
    """The hunks, and for each block of the base that is unchanged its copy in `other`."""
    head = _common(base, other)
    tail = _common(base[head:][::-1], other[head:][::-1])
    hunks, kept = [], {index: other[index] for index in range(head)}
    kept |= {len(base) - n: other[len(other) - n] for n in range(1, tail + 1)}
    left, right = base[head : len(base) - tail], other[head : len(other) - tail]
    for tag, i, j, k, m in _opcodes(_texts(left), _texts(right)):
        if tag == "equal":
            kept |= {head + i + n: right[k + n] for n in range(j - i)}
        else:
            hunks += _aligned(head + i, left[i:j], right[k:m])
    return hunks, kept


def _common(left: list[Block], right: list[Block]) -> int:
    pairs = zip(left, right, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a.text != b.text), min(len(left), len(right)))


def _opcodes(left: list[str], right: list[str]) -> list:
    counts = Counter(right)
    if sum(counts[text] for text in left) > _MOST_COMPARISONS:
        return [("replace", 0, len(left), 0, len(right))]
    return SequenceMatcher(None, left, right, autojunk=False).get_opcodes()


def _aligned(start: int, old: list[Block], new: list[Block]) -> list[_Hunk]:
    """A replaced stretch, cut into hunks where a new block is clearly an edited old one."""
    hunks, i, k = [], 0, 0
    for j, m in [*_pairs(_texts(old), _texts(new)), (len(old), len(new))]:
        if (i, k) != (j, m):
            hunks.append(_Hunk(start + i, start + j, new[k:m]))
        if j < len(old):
            hunks.append(_Hunk(start + j, start + j + 1, [new[m]]))
        i, k = j + 1, m + 1
    return hunks


def _pairs(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Which new block is an edited old one: the pairs, in order, that are most alike together."""
    if not old or not new or len(old) * len(new) > _MOST_PAIRS:
        return []
    old_bigrams, new_bigrams = [_bigrams(text) for text in old], [_bigrams(text) for text in new]
    best = [[(0.0, ())] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old)):
        for k in range(len(new)):
            candidates = [best[i][k + 1], best[i + 1][k]]
            likeness = _likeness(old_bigrams[i], new_bigrams[k])
            if likeness >= _ALIKE:
                score, before = best[i][k]
                candidates.append((score + likeness, (before, (i, k))))
            best[i + 1][k + 1] = max(candidates, key=lambda candidate: candidate[0])
    chain, pairs = best[-1][-1][1], []
    while chain:
        chain, pair = chain
        pairs.append(pair)
    return pairs[::-1]


def _bigrams(text: str) -> Counter:
    return Counter(map("".join, zip(text, text[1:] + "\n", strict=True)))


def _likeness(left: Counter, right: Counter) -> float:
    return 2 * (left & right).total() / max(1, left.total() + right.total())


# Both sides together


def _groups(mine: list[_Hunk], theirs: list[_Hunk]):
    """(start, end, my hunks, their hunks) for each stretch of the base that somebody changed."""
    waiting = sorted(
        [(hunk, True) for hunk in mine] + [(hunk, False) for hunk in theirs],
        key=lambda entry: (entry[0].start, entry[0].end),
    )
    index = 0
    while index < len(waiting):
        start, end, sides = waiting[index][0].start, waiting[index][0].end, {True: [], False: []}
        while index < len(waiting):
            hunk, is_mine = waiting[index]
            is_first = not (sides[True] or sides[False])
            same_place = hunk.start == hunk.end == start == end
            if not (is_first or hunk.start < end or same_place):
                break
            sides[is_mine].append(hunk)
            end = max(end, hunk.end)
            index += 1
        yield start, end, sides[True], sides[False]


def _applied(base: list[Block], start: int, end: int, hunks: list[_Hunk]) -> list[Block]:
    blocks = []
    for hunk in hunks:
        blocks += [*base[start : hunk.start], *hunk.blocks]
        start = hunk.end
    return [*blocks, *base[start:end]]


def _stretch(blocks: list[Block]) -> str:
    return join_blocks("", [*blocks[:-1], *(Block(block.text, "") for block in blocks[-1:])])


def _texts(blocks: list[Block]) -> list[str]:
    return [block.text for block in blocks]
