"""Version numbers that snapshots are keyed by."""

from django.db import connection

from core.queries.counters import LEDGER, RATES

__all__ = ["LEDGER", "RATES", "bump"]


def bump(name: str) -> int:
    """Raise the counter and return its new value; the last statement of a posting, so that its lock is short."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_counter (name, value) VALUES (%s, 1) "
            "ON CONFLICT (name) DO UPDATE SET value = core_counter.value + 1 RETURNING value",
            [name],
        )
        return int(cursor.fetchone()[0])
