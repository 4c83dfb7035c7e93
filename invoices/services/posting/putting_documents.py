"""A receipt or credit note put as its source knows it now, with what it is to be allocated to."""

from __future__ import annotations

from django.db import transaction

from core.errors import Conflict, DomainError
from core.models import User
from invoices.domain.posting import check_amount
from invoices.intake.convert import Unfit
from invoices.intake.reasons import words
from invoices.services.bulks.document_rows import DocumentRow, checked_allocations
from invoices.services.bulks.documents import post_documents
from invoices.services.imports.results import Outcome
from invoices.services.source_locks import lock_source


@transaction.atomic
def put_document(
    kind: str, source: str, row: DocumentRow, *, buyer_id: int | None = None, actor: User | None = None
) -> Outcome:
    """Bring the ledger to what the source says; the same again changes nothing.

    ``buyer_id`` is who the record's buyer is; None: the registry is told of it here.

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
    lock_source(source, is_bounded=True)
    buyers = None if buyer_id is None else {row.buyer: buyer_id}
    (answer,) = post_documents(kind, source, [row], buyers=buyers, actor=actor)
    if answer.problem is not None:
        problem = answer.problem
        named = {"field": problem["field"], "value": problem["value"], **problem["params"]}
        raise Conflict(problem["code"], words(problem["code"], named), named)
    return answer.outcome
