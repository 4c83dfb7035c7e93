"""A dispute put as its source knows it now."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Conflict, DomainError, NotFound
from invoices.domain.posting import LARGEST
from invoices.intake.reasons import words
from invoices.queries.known import known_invoices
from invoices.services.bulks.disputes import WantedDispute, post_disputes
from invoices.services.imports.results import Outcome
from invoices.services.source_locks import lock_source

_CONFLICTS = frozenset({"dispute_of_another_invoice"})


@transaction.atomic
def put_dispute(source: str, row: WantedDispute) -> tuple[Outcome, str]:
    """Bring the ledger to what the source says; gives what became of it and the invoice's currency.

    Raises ``invoice_not_found``; ``amount_invalid``, ``amount_precision``, ``dispute_too_large``; 409
    ``dispute_of_another_invoice``.
    """
    if not 0 <= row.amount < LARGEST:
        params = {"field": "amount", "value": str(row.amount)}
        raise DomainError("amount_invalid", _("A dispute is of 0 or more."), params)
    lock_source(source, is_bounded=True)
    invoices = known_invoices(source, [row.invoice])
    if row.invoice not in invoices:
        raise NotFound(
            "invoice_not_found",
            _("%(source)s has no invoice with this number.") % {"source": source},
            {"field": "invoice", "value": row.invoice},
        )
    (answer,) = post_disputes(source, [row], invoices)
    if answer.problem is not None:
        named = {"field": answer.problem["field"], "value": answer.problem["value"], **answer.problem["params"]}
        code = answer.problem["code"]
        raise (Conflict if code in _CONFLICTS else DomainError)(code, words(code, named), named)
    return answer.outcome, invoices[row.invoice].currency
