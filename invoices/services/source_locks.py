"""One source, one order: a file or bulk of a source waits for its single records, and they for it.

What was compared with the ledger must still hold when it is written. Single records of a source go side by side.
"""

from __future__ import annotations

from django.conf import settings
from django.db import connection


def lock_source(source: str, *, is_bounded: bool = False) -> None:
    """Until the transaction's end nothing else of this source is posted; ``is_bounded``: waits a moment at most."""
    if is_bounded:
        _bound_wait()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('invoices.import'), hashtext(%s))", [source])


def share_source(source: str) -> None:
    """Until the transaction's end no file or bulk of this source is posted; waits a moment for one under way."""
    _bound_wait()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtext('invoices.import'), hashtext(%s))", [source])


def _bound_wait() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{settings.IDEMPOTENCY_WAIT_MS}ms"])
