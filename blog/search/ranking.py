"""In which order the hits are shown."""

import math

from blog.search.engines import Scope, engine
from blog.search.query import Needle, Query

READ = 32  # posts whose texts are read to compare how often they say it: the best by all else
MANY = 500  # hits; above that, a word says little about any one of them, and no text is read
HEADS = 2000  # titles and excerpts that are compared, the newest
TITLE, NAME, EXCERPT, PHRASE, WHOLE, RECENCY = 8.0, 4.0, 2.0, 6.0, 200.0, 0.5


def ranked(hits) -> list[int]:
    """The keys, best first: by titles, names and excerpts, and the first of that by their texts too."""
    scores = _scores(hits)
    rest = [pk for pk in hits.pks if pk not in scores]
    newest_first = [pk for pk in hits.pks if pk in scores]
    step = RECENCY / (len(newest_first) or 1)
    for place, pk in enumerate(newest_first):
        scores[pk] -= place * step
    ranked = sorted(newest_first, key=scores.__getitem__, reverse=True) + rest
    first = ranked[:READ] if len(ranked) <= MANY else []
    relevance = engine().relevance(hits.query, first) if first else {}
    top = max(relevance.values(), default=0) or 1.0
    first.sort(key=lambda pk: scores[pk] + relevance.get(pk, 0) / top, reverse=True)
    return first + ranked[len(first) :]


def _scores(hits) -> dict[int, float]:
    """By what each says outside its body; of more than MANY, of those only that say anything there."""
    needles = hits.query.needles
    every = set(hits.pks)
    wanted = [(Query((needle,)), scope) for scope in (Scope.TITLE, Scope.HEAD) for needle in needles]
    if len(needles) > 1:
        phrase = Needle(tuple(unit for needle in needles for unit in needle.units))
        wanted.append((Query((phrase,)), Scope.TITLE))
    heads = [every.intersection(keys) for keys in engine().find_each(wanted, limit=HEADS)]
    in_title = dict(zip(needles, heads, strict=False))
    in_head = dict(zip(needles, heads[len(needles) :], strict=False))
    in_names = {needle: hits.named(needle) & every for needle in needles}
    scores = dict.fromkeys(_candidates(hits.pks, in_title, in_head, in_names), 0.0)
    for needle in needles:
        rarity = math.log(1 + (len(every) + 1) / (len(in_title[needle]) + 1))
        weight = rarity * math.sqrt(len(needle.units))
        for keys, worth in (
            (in_title[needle], TITLE),
            (in_names[needle], NAME),
            (in_head[needle] - in_title[needle], EXCERPT),
        ):
            for pk in keys:
                scores[pk] += weight * worth
    if len(needles) > 1:
        for pk in heads[-1] & scores.keys():
            scores[pk] += PHRASE
    for pk in hits.with_fragment & every:
        scores[pk] = scores.get(pk, 0.0) + WHOLE
    return scores


def _candidates(pks: list[int], *hits: dict[Needle, set[int]]) -> set[int]:
    if len(pks) <= MANY:
        return set(pks)
    return set().union(*(keys for hit in hits for keys in hit.values()))
