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

    After many rows the connection's plans are made anew: those of nearly empty tables do not fit any more.
    """
    if rows < _MANY:
        yield
        return
    with joins_by_hash(cursor):
        yield
    forget_plans(cursor)


def forget_plans(cursor: Any) -> None:
    """Statements that this connection has planned once are planned anew when they are asked the next time."""
    cursor.execute("DISCARD PLANS")
