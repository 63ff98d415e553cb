"""For each statement, one step for each number that its rows change.

Nobody waits: a number's row that another transaction holds is passed over for another row of that number,
or a new one. So there is nothing to deadlock over, and two people can publish in the same moment.
"""

TABLE = "blog_tally"

_UNTIL = "coalesce({row}.expires_at, '9999-12-30 00:00:00+00')"
_DAY = "({row}.{moment} AT TIME ZONE 'Asia/Tokyo')::date"
_SCOPES = "(VALUES (0, 0::bigint), (1, {row}.category_id), (2, {row}.author_id)) AS scopes (scope, ref)"
_TAG_SCOPE = "(VALUES (3, {row}.tag_id)) AS scopes (scope, ref)"
_ALL_CORRECTIONS = "(VALUES (4, 0::bigint)) AS scopes (scope, ref)"
_MONTHS = "(VALUES (0, '0001-01-01'::date), (1, date_trunc('month', {day})::date)) AS units (unit, first)"
_UNITS = _MONTHS.replace(")) AS", "), (2, {day})) AS")


def _numbers(table: str, row: str, scopes: str, units: str, sign: int, moment="published_at") -> str:
    """The numbers that the published rows of a table are in, each once for each row."""
    return (
        f"SELECT scope, ref, unit, {_UNTIL} AS until, first, {sign} AS d FROM {table} AS {row}"
        f" CROSS JOIN LATERAL {scopes} CROSS JOIN LATERAL {units.format(day=_DAY)}"
        f" WHERE {row}.status = 'published' AND ref IS NOT NULL"
    ).format(row=row, moment=moment)


def _of_posts(table: str, row: str, sign: int) -> str:
    return _numbers(table, row, _SCOPES, _UNITS, sign)


def _of_taggings(table: str, row: str, sign: int) -> str:
    return _numbers(table, row, _TAG_SCOPE, _MONTHS, sign)


def _of_corrections(table: str, row: str, sign: int) -> str:
    return _numbers(table, row, _ALL_CORRECTIONS, _UNITS, sign, moment="shown_at")


def _step(numbers: str) -> str:
    return f"""
FOR n IN SELECT scope, ref, unit, until, first, SUM(d)::integer AS d FROM ({numbers}) AS numbers
    GROUP BY 1, 2, 3, 4, 5 HAVING SUM(d) <> 0 LOOP
    SELECT id INTO part FROM {TABLE} AS t WHERE t.scope = n.scope AND t.ref = n.ref AND t.unit = n.unit
        AND t.until = n.until AND t.first = n.first LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
    IF FOUND THEN
        UPDATE {TABLE} SET count = count + n.d WHERE id = part;
    ELSE
        INSERT INTO {TABLE} (scope, ref, unit, until, first, count)
            VALUES (n.scope, n.ref, n.unit, n.until, n.first, n.d);
    END IF;
END LOOP;"""


def _function(name: str, body: str) -> str:
    return f"""
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE n record; part bigint;
BEGIN
{body}
RETURN NULL;
END $$"""


_CHANGED = """
    FROM new_rows AS fresh JOIN old_rows AS former USING (id)
    WHERE (fresh.status, fresh.published_at, fresh.expires_at, fresh.category_id, fresh.author_id)
    IS DISTINCT FROM (former.status, former.published_at, former.expires_at, former.category_id,
    former.author_id)"""

_FUNCTIONS = [
    # Taggings are there already where a file is loaded table by table.
    _function(
        "tally_post_insert",
        f"""
{_step(_of_posts("new_rows", "p", 1))}
UPDATE blog_taggedpost AS t SET status = p.status, published_at = p.published_at, expires_at = p.expires_at
    FROM new_rows AS p WHERE t.content_object_id = p.id;
UPDATE blog_correction SET post_id = post_id WHERE post_id IN (SELECT id FROM new_rows);""",
    ),
    _function("tally_post_delete", _step(_of_posts("old_rows", "p", -1))),
    _function(
        "tally_post_update",
        f"""
IF NOT EXISTS (SELECT 1 {_CHANGED}) THEN RETURN NULL; END IF;
{_step(_of_posts("old_rows", "o", -1) + " UNION ALL " + _of_posts("new_rows", "p", 1))}
UPDATE blog_taggedpost AS t SET status = c.status, published_at = c.published_at, expires_at = c.expires_at
    FROM (SELECT fresh.* {_CHANGED}) AS c WHERE t.content_object_id = c.id
    AND (t.status, t.published_at, t.expires_at)
    IS DISTINCT FROM (c.status, c.published_at, c.expires_at);
UPDATE blog_correction SET post_id = post_id WHERE post_id IN (SELECT fresh.id {_CHANGED});""",
    ),
    _function("tally_tagging_insert", _step(_of_taggings("new_rows", "t", 1))),
    _function("tally_tagging_delete", _step(_of_taggings("old_rows", "t", -1))),
    _function(
        "tally_tagging_update",
        _step(_of_taggings("old_rows", "o", -1) + " UNION ALL " + _of_taggings("new_rows", "t", 1)),
    ),
    _function("tally_correction_insert", _step(_of_corrections("new_rows", "c", 1))),
    _function("tally_correction_delete", _step(_of_corrections("old_rows", "o", -1))),
    _function(
        "tally_correction_update",
        _step(_of_corrections("old_rows", "o", -1) + " UNION ALL " + _of_corrections("new_rows", "c", 1)),
    ),
    # Waits for whoever is changing the post just now, or its new date would miss this tagging.
    """
CREATE OR REPLACE FUNCTION tally_tagging_copy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
IF TG_OP = 'UPDATE' AND NEW.content_object_id = OLD.content_object_id THEN
    NEW.status := OLD.status; NEW.published_at := OLD.published_at; NEW.expires_at := OLD.expires_at;
    RETURN NEW;
END IF;
SELECT status, published_at, expires_at INTO NEW.status, NEW.published_at, NEW.expires_at
    FROM blog_post WHERE id = NEW.content_object_id FOR NO KEY UPDATE;
NEW.status := coalesce(NEW.status, '');
RETURN NEW;
END $$""",
    """
CREATE OR REPLACE FUNCTION tally_correction_copy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
SELECT status, greatest(NEW.published_at, published_at), expires_at
    INTO NEW.status, NEW.shown_at, NEW.expires_at FROM blog_post WHERE id = NEW.post_id FOR NO KEY UPDATE;
NEW.status := coalesce(NEW.status, '');
RETURN NEW;
END $$""",
]

_SEEN = {
    "insert": "REFERENCING NEW TABLE AS new_rows",
    "delete": "REFERENCING OLD TABLE AS old_rows",
    "update": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
}
_TABLES = {"post": "blog_post", "tagging": "blog_taggedpost", "correction": "blog_correction"}
_TRIGGERS = {
    f"tally_{thing}_{event}": (
        table,
        f"AFTER {event.upper()} ON {table} {seen}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION tally_{thing}_{event}()",
    )
    for thing, table in _TABLES.items()
    for event, seen in _SEEN.items()
} | {
    "tally_tagging_copy": (
        "blog_taggedpost",
        "BEFORE INSERT OR UPDATE OF tag_id, content_object_id ON blog_taggedpost"
        " FOR EACH ROW EXECUTE FUNCTION tally_tagging_copy()",
    ),
    "tally_correction_copy": (
        "blog_correction",
        "BEFORE INSERT OR UPDATE OF post_id, published_at ON blog_correction"
        " FOR EACH ROW EXECUTE FUNCTION tally_correction_copy()",
    ),
}

NAMES = frozenset(_TRIGGERS)
CREATE = [
    f"CREATE INDEX IF NOT EXISTS tally_key ON {TABLE} (scope, ref, unit, until, first)",
    *_FUNCTIONS,
    *(f"CREATE TRIGGER {name} {body}" for name, (_table, body) in _TRIGGERS.items()),
]
DROP = [f"DROP TRIGGER IF EXISTS {name} ON {table}" for name, (table, _body) in _TRIGGERS.items()]
INSTALLED = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE 'tally_%'"

_WRONG = """blog_taggedpost AS t JOIN blog_post AS p ON p.id = t.content_object_id
    WHERE (t.status, t.published_at, t.expires_at)
    IS DISTINCT FROM (p.status, p.published_at, p.expires_at)"""
_WRONG_NOTE = """blog_correction AS n JOIN blog_post AS p ON p.id = n.post_id
    WHERE (n.status, n.shown_at, n.expires_at)
    IS DISTINCT FROM (p.status, greatest(n.published_at, p.published_at), p.expires_at)"""
WRONG_COPIES = f"SELECT (SELECT COUNT(*) FROM {_WRONG}) + (SELECT COUNT(*) FROM {_WRONG_NOTE})"
COPY = [
    f"""
UPDATE blog_taggedpost AS given SET status = p.status, published_at = p.published_at,
    expires_at = p.expires_at FROM {_WRONG} AND given.id = t.id""",
    f"""
UPDATE blog_correction AS given SET status = p.status, shown_at = greatest(n.published_at, p.published_at),
    expires_at = p.expires_at FROM {_WRONG_NOTE} AND given.id = n.id""",
]
ENTRIES = f"""
SELECT scope, ref, unit, until, first, SUM(d)::integer AS count FROM ({_of_posts("blog_post", "p", 1)}
    UNION ALL {_of_taggings("blog_taggedpost", "t", 1)}
    UNION ALL {_of_corrections("blog_correction", "c", 1)}) AS numbers GROUP BY 1, 2, 3, 4, 5"""
