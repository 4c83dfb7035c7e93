"""Checking a buyer's orders again when something moved: a job row, written in the business transaction."""

from __future__ import annotations

from core.models import Job
from core.services import runs
from invoices.services.orders import RECHECK_TASK


def enqueue(*, buyer_id: int, cause: str) -> Job:
    """Have the orders of the buyer, and of its group where it shares a limit, checked again after this transaction.

    ``cause`` is one of ``limit_changed``, ``receipt``, ``edited``, ``reopened``, ``cancelled``, ``rules_changed``,
    ``cover_changed``, ``hold_changed``, ``expired``. A job of the same buyer and cause that nobody took yet is joined.
    """
    return runs.enqueue(RECHECK_TASK, {"buyer": buyer_id, "cause": cause})
