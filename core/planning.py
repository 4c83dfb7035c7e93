"""How the database joins, where its statistics cannot be trusted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_MANY = 200


@contextmanager
def joins_by_hash(cursor: Any) -> Iterator[None]:
    """No nested loops inside: for statements that read whole tables, which may have been loaded a moment ago.

    A table that a rolled-back import left behind counts as empty in the statistics; a loop over it takes hours.
    """
    cursor.execute("SET LOCAL enable_nestloop = off")
    yield
    cursor.execute("SET LOCAL enable_nestloop = on")


@contextmanager
def joins_for(cursor: Any, rows: int) -> Iterator[None]:
    """Joins for a batch of so many rows: by hash from ``_MANY`` on; small batches keep their index lookups.

    After many rows :func:`look_at_sizes`.
    """
    if rows < _MANY:
        yield
        return
    with joins_by_hash(cursor):
        yield
    look_at_sizes(cursor)


def look_at_sizes(cursor: Any) -> None:
    """After a load: tables that the statistics take for nearly empty are counted, and plans made for them forgotten.

    A table that was counted while it was empty, or after a load that was taken back, makes every index look alike, so
    that statements planned once read all of it. Autovacuum heals that within minutes; a check does not wait for it.
    Only the tables' owner may count; under another role PostgreSQL warns, and autovacuum is left to do it.
    """
    cursor.execute(_OUTGROWN_SQL)
    outgrown = [name for (name,) in cursor.fetchall()]
    if outgrown:
        # A table that is being counted at this moment is left to who does it: waiting could be a deadlock.
        cursor.execute(f"ANALYZE (SKIP_LOCKED) {', '.join(outgrown)}")
    cursor.execute("DISCARD PLANS")


# Less than a row a page: no table of ours is that thin. Those never counted (-1) are estimated by their size.
_OUTGROWN_SQL = """
SELECT quote_ident(relname) FROM pg_class
WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND reltuples >= 0
  AND reltuples < pg_relation_size(oid) / current_setting('block_size')::int
ORDER BY oid
"""
