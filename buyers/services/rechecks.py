"""Telling the credit floor above that something of a buyer moved: a job row by task name, never an import."""

from __future__ import annotations

from collections.abc import Iterable

from core.services.runs import enqueue

RECHECK_TASK = "credit.recheck"
RECHECK_MOVED_TASK = "credit.recheck_moved"


def ask_recheck(buyer_ids: Iterable[int], *, cause: str) -> None:
    """Have the open orders of these buyers checked again after this transaction; jobs that wait already are joined."""
    for buyer_id in sorted(set(buyer_ids)):
        enqueue(RECHECK_TASK, {"buyer": buyer_id, "cause": cause}, join=True)


def ask_recheck_of_moved() -> None:
    """The same for every buyer whose ledger, standing or identity moved since its orders were checked."""
    enqueue(RECHECK_MOVED_TASK, join=True)
