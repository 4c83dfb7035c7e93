"""Forgetting files that somebody uploaded and never imported; the audit trail still names them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from invoices.models import ImportBatch

AT_ONCE = 200

_DELETE_SQL = """
DELETE FROM invoices_importbatch WHERE id IN (
    SELECT id FROM invoices_importbatch b
    WHERE state = 'preview' AND created_at < %(before)s
      AND NOT EXISTS (SELECT 1 FROM invoices_quarantinedrow q WHERE q.batch_id = b.id)
    ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
) RETURNING file_path
"""


def forget_previews(*, before: datetime) -> int:
    """Delete batches still in preview that were uploaded before a moment, with their files; returns how many.

    At most ``AT_ONCE`` of them: the rest goes the next time. A file that another batch was made of stays.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_DELETE_SQL, {"before": before, "limit": AT_ONCE})
        paths = [row[0] for row in cursor.fetchall()]
        transaction.on_commit(lambda: _remove_files(set(paths) - {""}, before))
    return len(paths)


def _remove_files(paths: set[str], before: datetime) -> None:
    used = set(ImportBatch.objects.filter(file_path__in=paths).values_list("file_path", flat=True))
    for path in paths - used:
        _remove(Path(settings.MEDIA_ROOT) / path, before)


def _remove(path: Path, before: datetime) -> None:
    """A file that was stored again just now may belong to a batch that is being written."""
    if path.exists() and path.stat().st_mtime < before.timestamp():
        path.unlink()
