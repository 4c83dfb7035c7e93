"""Telling the credit floor above that something of a buyer moved: a job row by task name, never an import."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from core.queries.sql import fetch_one
from core.services.runs import enqueue_once

RECHECK_TASK = "credit.recheck"
RECHECK_MOVED_TASK = "credit.recheck_moved"


def ask_recheck(buyer_ids: Iterable[int], *, cause: str) -> None:
    """Have the open orders of these buyers checked again after this transaction; jobs that wait already are joined."""
    enqueue_once(RECHECK_TASK, [{"buyer": buyer_id, "cause": cause} for buyer_id in sorted(set(buyer_ids))])


# The minute in which this transaction began: what it writes bears later moments, and nobody saw it before its end.
_SINCE_SQL = "SELECT date_bin('1 minute', now(), 'epoch'::timestamptz)"


def ask_recheck_of_moved() -> None:
    """The same for every buyer whose ledger, standing or identity moved since its orders were checked.

    A long transaction writes what checks of its time could not see: the job looks back to where it began.
    """
    since: datetime = fetch_one(_SINCE_SQL)[0]
    enqueue_once(RECHECK_MOVED_TASK, [{"since": since.isoformat()}])
