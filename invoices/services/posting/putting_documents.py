"""A receipt or credit note put as its source knows it now, with what it is to be allocated to."""

from __future__ import annotations

from core.errors import DomainError
from invoices.domain.posting import check_amount
from invoices.intake.convert import Unfit
from invoices.intake.reasons import words
from invoices.services.bulks.document_rows import DocumentRow, checked_allocations
from invoices.services.bulks.documents import DOCUMENTS
from invoices.services.bulks.taking import Caller, put_row
from invoices.services.imports.results import Outcome


def put_document(kind: str, caller: Caller, row: DocumentRow) -> Outcome:
    """Bring the ledger to what the source says; the same again changes nothing.

    Raises ``amount_invalid``, ``currency_unknown``, ``allocation_repeated``, ``allocated_more``; 409
    ``contradicts_ledger`` for another content of a known number, ``allocation_made`` for another amount of an
    allocation that was made.
    """
    check_amount(amount=row.amount, currency=row.currency)
    try:
        checked_allocations(row.allocations or (), row.currency, row.amount)
    except Unfit as unfit:
        params = {"field": "allocations", "value": "", **unfit.params}
        raise DomainError(unfit.reason, words(unfit.reason, params), {"field": "allocations"}) from unfit
    return put_row(DOCUMENTS[kind], caller=caller, row=row)
