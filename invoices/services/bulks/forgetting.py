"""Forgetting the answers to the records of old bulks, and their files; the bulk stays with its totals."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from invoices.models import Bulk, EarlyRecord
from invoices.services.bulks.spooling import FOLDER

AT_ONCE = 50


def forget_records(*, before: datetime) -> int:
    """Delete the answers and files of bulks that ended before a moment; returns how many bulks that were.

    At most ``AT_ONCE`` of them: the rest goes the next time. A file that another bulk was made of stays; one that no
    bulk was made of goes as well.
    """
    ended = Bulk.objects.filter(finished_at__lt=before).exclude(path="").order_by("pk")
    with transaction.atomic(), connection.cursor() as cursor:
        bulks = list(ended.select_for_update(skip_locked=True)[:AT_ONCE])
        cursor.execute("DELETE FROM invoices_bulkrecord WHERE bulk_id = ANY(%s)", [[bulk.pk for bulk in bulks]])
        EarlyRecord.objects.filter(bulk__in=bulks).delete()
        Bulk.objects.filter(pk__in=[bulk.pk for bulk in bulks]).update(path="")
        transaction.on_commit(lambda: _remove_files(before))
    return len(bulks)


def _remove_files(before: datetime) -> None:
    """Files that no bulk needs: of old ones, of refused requests, of bodies that broke off with their server."""
    used = set(Bulk.objects.exclude(path="").values_list("path", flat=True))
    media = Path(settings.MEDIA_ROOT)
    for path in (media / FOLDER).glob("*"):
        # One that was stored just now may belong to a bulk that is being written.
        if str(path.relative_to(media)) not in used and path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
