"""From a reading to the ledger: compare, post, and if the ledger refuses a row, take all back and post without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from typing import TypeVar

from django.db import transaction

from core import house
from core.errors import DomainError
from core.words import sentence as _
from invoices.intake.spool import Spool
from invoices.services.bulk import BulkResult
from invoices.services.imports.planning import RECEIPT_PREFIX, Plan, Refusal, make_plan
from invoices.services.imports.posting import post_plan
from invoices.services.imports.reading import Reading
from invoices.services.imports.results import Outcome
from invoices.services.source_locks import lock_source
from invoices.services.suspense import settle_suspense

_ATTEMPTS = 3
T = TypeVar("T")


class LedgerRefused(DomainError):
    """What had been compared and found good was refused or counted otherwise by the ledger; nothing is kept."""


@contextmanager
def planned(reading: Reading, refused: Mapping[str, Refusal]) -> Iterator[Plan]:
    """The plan for a reading; ``refused`` are ids that the ledger refused when it was tried."""
    with Spool() as refusals:
        yield make_plan(reading, Plan(tally=deepcopy(reading.tally), refusals=refusals), refused)


@transaction.atomic
def apply_reading(reading: Reading, *, batch_id: int, finish: Callable[[Plan], T]) -> T:
    """Post everything of a reading and give what ``finish`` makes of the plan, in one transaction."""
    lock_source(reading.profile.source)
    refused: dict[str, Refusal] = {}
    for _attempt in range(_ATTEMPTS):
        with planned(reading, refused) as plan:
            found = _try_posting(reading, plan, batch_id)
            if not found:
                settle_suspense(reading.profile.source)
                return finish(plan)
            refused |= found
    raise LedgerRefused("ledger_refused", _("The ledger refused rows of this file."), {"rows": len(refused)})


class _Undo(Exception):
    """Ends a savepoint: takes back a posting that the ledger refused in part."""


def _try_posting(reading: Reading, plan: Plan, batch_id: int) -> dict[str, Refusal]:
    """Post the plan; if the ledger refuses rows, take everything back and give those rows."""
    found: dict[str, Refusal] = {}
    try:
        with transaction.atomic():
            result = post_plan(reading, plan, today=house.today(), batch_id=batch_id)
            found = _refusals(result)
            if found:
                raise _Undo
            _check_counts(plan, result)
    except _Undo:
        pass
    return found


def _refusals(result: BulkResult) -> dict[str, Refusal]:
    return {
        item.external_id.removeprefix(RECEIPT_PREFIX): (
            item.field,
            str(item.given_value),
            "refused_by_ledger",
            {"ledger": str(item.ledger_value), "problem": item.code},
        )
        for item in result.contradictions
    }


def _check_counts(plan: Plan, result: BulkResult) -> None:
    """The ledger's count of new documents must be the plan's; anything else is taken back."""
    created = result.invoices.created + result.credit_notes.created
    if created != plan.tally.counts[Outcome.CREATED]:
        raise LedgerRefused(
            "control_total_mismatch",
            _("The ledger created another number of documents than the file has."),
            {"file": plan.tally.counts[Outcome.CREATED], "ledger": created},
        )
