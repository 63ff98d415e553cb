"""Tags, categories and authors whose names hold a needle: asked directly, and so never out of step."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection

from blog.search.keys import as_value, fetch_each, is_listed
from blog.search.query import Needle
from blog.search.tokens import is_cjk, units

_TABLES = {"tag": "blog_tag", "category": "blog_category", "author": "blog_author"}
# With `+ 0`, lest the table is read from that key on.
_POSTS = (
    "SELECT content_object_id AS id FROM blog_taggedpost WHERE content_object_id >= %s AND tag_id",
    "SELECT id FROM blog_post WHERE id + 0 >= %s AND category_id",
    "SELECT id FROM blog_post WHERE id + 0 >= %s AND author_id",
)


@dataclass
class Named:
    """Keys of the rows of which a needle is (part of) the name."""

    tag: list[int] = field(default_factory=list)
    category: list[int] = field(default_factory=list)
    author: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.tag or self.category or self.author)


def posts_named(names: dict[Needle, Named], lowest: int = 0) -> dict[Needle, set[int]]:
    """For each needle, the keys, from `lowest` on, of posts with a name that holds it. One query."""
    statements = []
    for named in names.values():
        parts = [(sql, keys) for sql, keys in zip(_POSTS, vars(named).values(), strict=True) if keys]
        sql = " UNION ALL ".join(f"{sql} {is_listed()}" for sql, _keys in parts)
        statements.append((sql, [value for _sql, keys in parts for value in (lowest, as_value(keys))]))
    return dict(zip(names, map(set, fetch_each("id", statements)), strict=True))


def names_holding(needles: Iterable[Needle]) -> dict[Needle, Named]:
    """For each needle that is in a name, the rows with those names. One query."""
    needles = list(needles)
    named: dict[Needle, Named] = {}
    if not needles:
        return named
    patterns = [_pattern(row) for needle in needles for row in needle.spellings]
    condition = " OR ".join(["folded LIKE %s ESCAPE '!'"] * len(patterns))
    sql = " UNION ALL ".join(
        f"SELECT '{kind}', id, folded FROM {table} WHERE {condition}" for kind, table in _TABLES.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, patterns * len(_TABLES))
        for kind, pk, folded in cursor.fetchall():
            row = units(folded)
            for needle in needles:
                if holds(row, needle):
                    getattr(named.setdefault(needle, Named()), kind).append(pk)
    return named


def holds(row: list[str], needle: Needle) -> bool:
    """Whether a text with these units holds the needle."""
    return any(_holds(row, list(wanted), needle.begins) for wanted in needle.spellings)


def _holds(row: list[str], wanted: list[str], begins: bool) -> bool:
    for start in range(len(row) - len(wanted) + 1):
        part = row[start : start + len(wanted)]
        if part == wanted:
            return True
        if begins and part[:-1] == wanted[:-1] and part[-1].startswith(wanted[-1]):
            return True
    return False


def _pattern(row: tuple[str, ...]) -> str:
    parts = [unit if is_cjk(unit) else f"%{unit.replace('%', '!%').replace('_', '!_')}%" for unit in row]
    return f"%{''.join(parts)}%".replace(" ", "%")
