"""Finding work that nobody does: leases that ran out, messages that got lost."""

from __future__ import annotations

from django.db import connection

from core.models import Job
from core.services.leases import requeue_expired
from core.services.pokes import send

REPOKE_AFTER_S = 10
AT_ONCE = 200

# A ready job is poked again after 10, 20, 40 ... 320 s: without workers the queue must not fill up.
_DUE = """
SELECT id, task FROM core_job
WHERE state = 'ready' AND (not_before IS NULL OR not_before <= now())
  AND (poked_at IS NULL OR poked_at < now() - %s * power(2, least(pokes, 6) - 1) * interval '1 second')
ORDER BY id LIMIT %s
"""


def sweep(*, wake_all: bool = False) -> tuple[int, int]:
    """Take back abandoned jobs and poke what is ready; returns (taken back, poked).

    With ``wake_all`` every ready job is due now, however lately it was poked: a worker that starts asks so.
    """
    taken_back = requeue_expired()
    if wake_all:
        Job.objects.filter(state=Job.State.READY).update(poked_at=None, pokes=0)
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [REPOKE_AFTER_S, AT_ONCE])
        due = cursor.fetchall()
    return taken_back, send(due) if due else 0
