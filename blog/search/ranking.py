"""The order of what was found: by what it says and where, and of equals the newer first."""

import math
from collections.abc import Mapping, Set

from blog.search.engines import Scope, engine
from blog.search.query import Needle, Query

SCORED = 500  # posts whose texts are compared; above that, a word says little about any one of them
HEADS = 2000  # titles and excerpts that are compared, the newest

TITLE, NAME, EXCERPT, PHRASE, WHOLE, RECENCY = 8.0, 4.0, 2.0, 6.0, 200.0, 0.5


def ranked(
    query: Query, pks: list[int], in_names: Mapping[Needle, Set[int]], with_whole: Set[int]
) -> list[int]:
    """The keys of what a query found, given the newest first, best first.

    `in_names` are the posts with a name that holds a needle, `with_whole` those with all that was typed in
    their titles. Of more than SCORED posts, only those with a hit outside the body are compared.
    """
    needles = query.needles
    every = set(pks)
    wanted = [(Query((needle,)), scope) for scope in (Scope.TITLE, Scope.HEAD) for needle in needles]
    if len(needles) > 1:
        phrase = Needle(tuple(unit for needle in needles for unit in needle.units))
        wanted.append((Query((phrase,)), Scope.TITLE))
    heads = [every.intersection(keys) for keys in engine().find_each(wanted, limit=HEADS, lowest=min(pks))]
    in_title = dict(zip(needles, heads, strict=False))
    in_head = dict(zip(needles, heads[len(needles) :], strict=False))
    in_names = {needle: in_names[needle] & every for needle in needles if needle in in_names}
    compared = every
    if len(every) > SCORED:
        compared = set().union(*in_title.values(), *in_head.values(), *in_names.values(), with_whole & every)
    newest_first = [pk for pk in pks if pk in compared]
    step = RECENCY / (len(newest_first) or 1)
    scores = {pk: -place * step for place, pk in enumerate(newest_first)}
    if len(every) <= SCORED:
        relevance = engine().relevance(query, pks)
        top = max(relevance.values(), default=0) or 1.0
        for pk in relevance.keys() & every:
            scores[pk] += relevance[pk] / top
    for needle in needles:
        rarity = math.log(1 + (len(every) + 1) / (len(in_title[needle]) + 1))
        weight = rarity * math.sqrt(len(needle.units))
        for keys, worth in (
            (in_title[needle], weight * TITLE),
            (in_names.get(needle, ()), weight * NAME),
            (in_head[needle] - in_title[needle], weight * EXCERPT),
        ):
            for pk in keys:
                scores[pk] += worth
    if len(needles) > 1:
        for pk in heads[-1] & scores.keys():
            scores[pk] += PHRASE
    for pk in with_whole & every:
        scores[pk] += WHOLE
    rest = [pk for pk in pks if pk not in compared]
    return sorted(newest_first, key=scores.__getitem__, reverse=True) + rest
