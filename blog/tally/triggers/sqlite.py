"""For each row, an upsert for each number that it is in."""

FOR_EVER = "'9999-12-30 00:00:00'"
ALL_DAYS = "'0001-01-01'"
TABLE = "blog_tally"
KEY = "(scope, ref, unit, until, first)"
SITE, CATEGORY, AUTHOR, TAG, CORRECTIONS = range(5)
ALL, MONTH, DAY = range(3)


def _day(published_at: str) -> str:
    """As `TokyoDate` (blog/models/visibility.py)."""
    return f"date(substr({published_at}, 1, 19), '+9 hours')"


def _units(published_at: str, units) -> list[tuple[int, str]]:
    day = _day(published_at)
    firsts = {ALL: ALL_DAYS, MONTH: f"substr({day}, 1, 7) || '-01'", DAY: day}
    return [(unit, firsts[unit]) for unit in units]


def _add(scope: int, ref: str, row: str, source: str, units=(ALL, MONTH, DAY), moment="published_at") -> str:
    """One more in each number that `row` is in; `source` is what follows SELECT."""
    return "\n".join(
        f"INSERT INTO {TABLE} (scope, ref, unit, until, first, count)"
        f" SELECT {scope}, {ref}, {unit}, coalesce({row}.expires_at, {FOR_EVER}), {first}, 1 {source}"
        f" ON CONFLICT {KEY} DO UPDATE SET count = count + 1;"
        for unit, first in _units(f"{row}.{moment}", units)
    )


def _take(scope: int, refs: str, row: str, units=(ALL, MONTH, DAY), moment="published_at") -> str:
    """One less. A number that is not there stays away: a flush empties the tables in any order."""
    return "\n".join(
        f"UPDATE {TABLE} SET count = count - 1 WHERE {row}.status = 'published' AND scope = {scope}"
        f" AND ref IN ({refs}) AND unit = {unit} AND until = coalesce({row}.expires_at, {FOR_EVER})"
        f" AND first = {first};"
        for unit, first in _units(f"{row}.{moment}", units)
    )


def _add_post(row: str) -> str:
    return "\n".join(
        _add(scope, ref, row, f"WHERE {row}.status = 'published' AND {ref} IS NOT NULL")
        for scope, ref in _scopes(row)
    )


def _take_post(row: str) -> str:
    return "\n".join(_take(scope, ref, row) for scope, ref in _scopes(row))


def _scopes(row: str) -> list[tuple[int, str]]:
    return [(SITE, "0"), (CATEGORY, f"{row}.category_id"), (AUTHOR, f"{row}.author_id")]


_OF_POST = "SELECT tag_id FROM blog_taggedpost WHERE content_object_id = OLD.id"
_COPIED = ("status", "published_at", "expires_at")
_WATCHED = (*_COPIED, "category_id", "author_id")
_CHANGED = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in _WATCHED)
_COPY_TO_TAGGING = """
UPDATE blog_taggedpost SET (status, published_at, expires_at) =
    (SELECT status, published_at, expires_at FROM blog_post WHERE id = NEW.content_object_id)
    WHERE id = NEW.id AND EXISTS (SELECT 1 FROM blog_post WHERE id = NEW.content_object_id);"""
_ADD_TAGGING = _add(
    TAG,
    "NEW.tag_id",
    "post",
    "FROM blog_post AS post WHERE post.id = NEW.content_object_id AND post.status = 'published'",
    (ALL, MONTH),
)
_TAKE_TAGGING = _take(TAG, "OLD.tag_id", "OLD", (ALL, MONTH))

_ADD_ALL_TAGGINGS = _add(
    TAG,
    "tagging.tag_id",
    "NEW",
    "FROM blog_taggedpost AS tagging WHERE NEW.status = 'published' AND tagging.content_object_id = NEW.id",
    (ALL, MONTH),
)
_COPY_TO_TAGGINGS = """
UPDATE blog_taggedpost SET status = NEW.status, published_at = NEW.published_at, expires_at = NEW.expires_at
    WHERE content_object_id = NEW.id;"""

_SHOWN_AT = "max({note}.published_at, coalesce({post}.published_at, {note}.published_at))"
_COPY_TO_CORRECTION = f"""
UPDATE blog_correction SET (status, shown_at, expires_at) =
    (SELECT status, {_SHOWN_AT.format(note="NEW", post="post")}, expires_at
    FROM blog_post AS post WHERE id = NEW.post_id)
    WHERE id = NEW.id AND EXISTS (SELECT 1 FROM blog_post WHERE id = NEW.post_id);"""
_ADD_CORRECTION = _add(
    CORRECTIONS,
    "0",
    "note",
    "FROM blog_correction AS note WHERE note.id = NEW.id AND note.status = 'published'",
    moment="shown_at",
)
_TAKE_CORRECTION = _take(CORRECTIONS, "0", "OLD", moment="shown_at")
_MOVE_CORRECTIONS = "UPDATE blog_correction SET post_id = NEW.id WHERE post_id = NEW.id;"  # by its trigger


def _trigger(event: str, *statements: str) -> str:
    return "\n".join([f"AFTER {event} BEGIN", *statements, "END"])


_BODIES = {
    "tally_post_insert": _trigger(
        "INSERT ON blog_post",
        _add_post("NEW"),
        _COPY_TO_TAGGINGS,  # of which there are some already where a file is loaded table by table
        _ADD_ALL_TAGGINGS,
        _MOVE_CORRECTIONS,
    ),
    "tally_post_delete": _trigger(
        "DELETE ON blog_post WHEN OLD.status = 'published'",
        _take_post("OLD"),
    ),
    "tally_post_update": _trigger(
        f"UPDATE OF {', '.join(_WATCHED)} ON blog_post WHEN {_CHANGED}",
        _take_post("OLD"),
        _add_post("NEW"),
        _take(TAG, _OF_POST, "OLD", (ALL, MONTH)),
        _COPY_TO_TAGGINGS,
        _ADD_ALL_TAGGINGS,
        _MOVE_CORRECTIONS,
    ),
    "tally_tagging_insert": _trigger("INSERT ON blog_taggedpost", _COPY_TO_TAGGING, _ADD_TAGGING),
    "tally_tagging_delete": _trigger("DELETE ON blog_taggedpost", _TAKE_TAGGING),
    "tally_tagging_update": _trigger(
        "UPDATE OF tag_id, content_object_id ON blog_taggedpost",
        _TAKE_TAGGING,
        _COPY_TO_TAGGING,
        _ADD_TAGGING,
    ),
    "tally_correction_insert": _trigger("INSERT ON blog_correction", _COPY_TO_CORRECTION, _ADD_CORRECTION),
    "tally_correction_delete": _trigger("DELETE ON blog_correction", _TAKE_CORRECTION),
    "tally_correction_update": _trigger(
        "UPDATE OF post_id, published_at ON blog_correction",
        _TAKE_CORRECTION,
        _COPY_TO_CORRECTION,
        _ADD_CORRECTION,
    ),
}

NAMES = frozenset(_BODIES)
CREATE = [
    f"CREATE UNIQUE INDEX IF NOT EXISTS tally_key ON {TABLE} {KEY}",
    *(f"CREATE TRIGGER {name} {body}" for name, body in _BODIES.items()),
]
DROP = [f"DROP TRIGGER IF EXISTS {name}" for name in _BODIES]
INSTALLED = "SELECT name FROM sqlite_master WHERE type = 'trigger'"

_IN_STEP = "(t.status, t.published_at, t.expires_at) IS (p.status, p.published_at, p.expires_at)"
_NOTE_SHOWN_AT = _SHOWN_AT.format(note="n", post="p")
_NOTE_IN_STEP = f"(n.status, n.shown_at, n.expires_at) IS (p.status, {_NOTE_SHOWN_AT}, p.expires_at)"
WRONG_COPIES = f"""
SELECT (SELECT COUNT(*) FROM blog_taggedpost AS t JOIN blog_post AS p ON p.id = t.content_object_id
    WHERE NOT {_IN_STEP})
    + (SELECT COUNT(*) FROM blog_correction AS n JOIN blog_post AS p ON p.id = n.post_id
    WHERE NOT {_NOTE_IN_STEP})"""
COPY = [
    f"""
UPDATE blog_taggedpost AS t SET status = p.status, published_at = p.published_at, expires_at = p.expires_at
    FROM blog_post AS p WHERE p.id = t.content_object_id AND NOT {_IN_STEP}""",
    f"""
UPDATE blog_correction AS n SET status = p.status, shown_at = {_NOTE_SHOWN_AT}, expires_at = p.expires_at
    FROM blog_post AS p WHERE p.id = n.post_id AND NOT {_NOTE_IN_STEP}""",
]
ENTRIES = " UNION ALL ".join(
    f"SELECT {scope} AS scope, {ref} AS ref, {unit} AS unit, coalesce(expires_at, {FOR_EVER}) AS until,"
    f" {first} AS first, COUNT(*) AS count FROM {table} WHERE status = 'published' AND {ref} IS NOT NULL"
    f" GROUP BY 2, 4, 5"
    for scope, ref, table, moment, units in (
        (SITE, "0", "blog_post", "published_at", (ALL, MONTH, DAY)),
        (CATEGORY, "category_id", "blog_post", "published_at", (ALL, MONTH, DAY)),
        (AUTHOR, "author_id", "blog_post", "published_at", (ALL, MONTH, DAY)),
        (TAG, "tag_id", "blog_taggedpost", "published_at", (ALL, MONTH)),
        (CORRECTIONS, "0", "blog_correction", "shown_at", (ALL, MONTH, DAY)),
    )
    for unit, first in _units(moment, units)
)
