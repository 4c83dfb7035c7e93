"""A dispute put as its source knows it now."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import DomainError
from invoices.domain.posting import LARGEST
from invoices.queries.known import known_invoices
from invoices.services.bulks.disputes import DISPUTES, WantedDispute
from invoices.services.bulks.taking import Caller, put_row
from invoices.services.imports.results import Outcome


@transaction.atomic
def put_dispute(caller: Caller, row: WantedDispute) -> tuple[Outcome, str]:
    """Bring the ledger to what the source says; gives what became of it and the invoice's currency.

    Raises ``invoice_not_found``; ``amount_invalid``, ``amount_precision``, ``dispute_too_large``; 409
    ``dispute_of_another_invoice``.
    """
    if not 0 <= row.amount < LARGEST:
        params = {"field": "amount", "value": str(row.amount)}
        raise DomainError("amount_invalid", _("A dispute is of 0 or more."), params)
    outcome = put_row(DISPUTES, caller=caller, row=row)
    return outcome, known_invoices(caller.source, [row.invoice])[row.invoice].currency
