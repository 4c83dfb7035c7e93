"""Forgetting what nobody needs any more: jobs of runs long over, runs that nothing stands on, sessions that ended,
answers to requests that nobody sends again, messages that arrived.

Never anything unfinished, no run that another row names, nothing of the ledger, of decisions or of the audit trail.
Rows go in bounded batches, each in a transaction of its own: pages and workers are not held up, and what one night
does not reach the next one does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from core.models import Run

AT_ONCE = 1_000
BATCHES_AT_MOST = 500

_OVER = "('done', 'failed')"

# The rows of a batch are chosen once, as an array: a subquery may be run again for each row, and LIMIT with it.

# A run that is over moves no job any more: what still waits behind a failed one goes with it.
_JOBS_SQL = f"""
DELETE FROM core_job WHERE id = ANY(ARRAY(
    SELECT j.id FROM core_job j JOIN core_run r ON r.id = j.run_id
    WHERE r.state IN {_OVER} AND r.finished_at < %(before)s
    ORDER BY j.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
))
"""

_SINGLE_JOBS_SQL = f"""
DELETE FROM core_job WHERE id = ANY(ARRAY(
    SELECT id FROM core_job WHERE run_id IS NULL AND state IN {_OVER} AND finished_at < %(before)s
    ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
))
"""

_SESSIONS_SQL = """
DELETE FROM django_session WHERE session_key = ANY(ARRAY(
    SELECT session_key FROM django_session WHERE expire_date < %(before)s LIMIT %(limit)s FOR UPDATE SKIP LOCKED
))
"""

# The last good run of each kind stays: it is what the next one is compared with.
_RUNS_SQL = f"""
DELETE FROM core_run WHERE id = ANY(ARRAY(
    SELECT r.id FROM core_run r
    WHERE r.state IN {_OVER} AND r.finished_at < %(before)s AND r.id NOT IN (
        SELECT DISTINCT ON (kind) id FROM core_run WHERE state = 'done' ORDER BY kind, finished_at DESC, id DESC
    ) AND {{unnamed}}
    ORDER BY r.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
))
"""


# After that the same request under the same key is a new one.
_ANSWERS_SQL = """
DELETE FROM core_idempotencykey WHERE id = ANY(ARRAY(
    SELECT id FROM core_idempotencykey WHERE created_at < %(before)s
    ORDER BY created_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
))
"""

# A pending delivery is never old; a message goes with the last of its deliveries.
_DELIVERIES_SQL = """
DELETE FROM core_delivery WHERE id = ANY(ARRAY(
    SELECT id FROM core_delivery WHERE state = '{state}' AND last_attempt_at < %(before)s
    ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
))
"""
_MESSAGES_SQL = """
DELETE FROM core_outboxmessage WHERE id = ANY(ARRAY(
    SELECT m.id FROM core_outboxmessage m WHERE m.created_at < %(before)s
      AND NOT EXISTS (SELECT FROM core_delivery d WHERE d.message_id = m.id)
    ORDER BY m.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
))
"""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many rows of each kind are gone."""

    jobs: int
    runs: int
    sessions: int
    answers: int = 0
    deliveries: int = 0
    messages: int = 0


def forget_old_rows(*, now: datetime) -> Forgotten:
    """Delete what is older than ``RETENTION_JOBS_DAYS``, ``RETENTION_RUNS_DAYS`` and ``IDEMPOTENCY_KEEP_DAYS`` say."""
    jobs_before = now - timedelta(days=settings.RETENTION_JOBS_DAYS)
    runs_before = now - timedelta(days=settings.RETENTION_RUNS_DAYS)
    return Forgotten(
        jobs=_delete(_JOBS_SQL, jobs_before) + _delete(_SINGLE_JOBS_SQL, jobs_before),
        runs=_delete(_RUNS_SQL.format(unnamed=_unnamed()), runs_before),
        sessions=_delete(_SESSIONS_SQL, now),
        answers=_delete(_ANSWERS_SQL, now - timedelta(days=settings.IDEMPOTENCY_KEEP_DAYS)),
        deliveries=_delete_deliveries(now),
        messages=_delete(_MESSAGES_SQL, now - timedelta(days=settings.RETENTION_MESSAGES_DAYS)),
    )


def _delete_deliveries(now: datetime) -> int:
    kept = {"delivered": settings.RETENTION_MESSAGES_DAYS, "dead": settings.RETENTION_DEAD_LETTERS_DAYS}
    return sum(_delete(_DELIVERIES_SQL.format(state=state), now - timedelta(days=days)) for state, days in kept.items())


def _delete(sql: str, before: datetime) -> int:
    deleted = 0
    for _ in range(BATCHES_AT_MOST):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, {"before": before, "limit": AT_ONCE})
            count = cursor.rowcount
        deleted += count
        if count < AT_ONCE:
            break
    return deleted


def _unnamed() -> str:
    """True for a run ``r`` that no foreign key names, of whatever app: a new one counts without being listed here."""
    return " AND ".join(
        f"NOT EXISTS (SELECT 1 FROM {table} x WHERE x.{column} = r.id)" for table, column in _references()
    )


def _references() -> Iterator[tuple[str, str]]:
    relations: list[Any] = [f for f in Run._meta.get_fields(include_hidden=True) if f.auto_created and not f.concrete]
    for relation in relations:
        yield relation.related_model._meta.db_table, relation.field.column
