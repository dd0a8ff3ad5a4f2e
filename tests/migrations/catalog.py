"""What a schema is, as PostgreSQL itself describes it."""

import psycopg

COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, co.collname,
       pg_get_expr(d.adbin, d.adrelid)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_collation co ON co.oid = a.attcollation LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (c.oid, a.attnum)
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped"""
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace"""
INDEXES = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
STORAGE = "SELECT relname, reloptions FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
INVALID = "SELECT indexrelid::regclass::text, 'is invalid' FROM pg_index WHERE NOT indisvalid"
PROGRAMS = """
SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"""


def catalog(url: str, *, programs: bool = True) -> set[tuple[object, ...]]:
    """Return every fact of the schema, apart from Alembic's own table; functions and triggers only if asked for."""
    queries = [COLUMNS, CONSTRAINTS, INDEXES, STORAGE, INVALID, *([PROGRAMS] if programs else [])]
    with psycopg.connect(url) as connection:
        facts = [tuple(map(str, row)) for query in queries for row in connection.execute(query).fetchall()]
    return {fact for fact in facts if fact[0] != "alembic_version"}
