"""An invoice as the system that issued it knows it: by its own number, with the amount that stands today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from core.errors import NotFound
from core.queries.sql import fetch_one
from invoices.models import Invoice

# The issue that stands: issues less their reversals. Versions count what was written about the invoice.
_STATE_SQL = """
SELECT
    coalesce((SELECT sum(e.amount) FROM invoices_entry e LEFT JOIN invoices_entry o ON o.id = e.reverses_id
        WHERE e.invoice_id = %(id)s AND (e.kind = 'issue' OR o.kind = 'issue')), 0),
    (SELECT count(*) FROM invoices_entry e WHERE e.invoice_id = %(id)s),
    (SELECT count(*) FROM invoices_duedatechange d WHERE d.invoice_id = %(id)s)
        + (SELECT count(*) FROM invoices_disputeversion d WHERE d.invoice_id = %(id)s)
"""


@dataclass(frozen=True, slots=True)
class SourceInvoice:
    """The invoice; ``amount`` is what stands issued, ``versions`` grow with everything written about it."""

    invoice: Invoice
    amount: Decimal
    versions: tuple[int, int]

    @property
    def due_date(self) -> date:
        """The due date in force."""
        due: date = self.invoice.due_date
        return due


def state_of(invoice: Invoice) -> SourceInvoice:
    """The invoice with what stands of it."""
    amount, entries, facts = fetch_one(_STATE_SQL, {"id": invoice.pk}) or (Decimal(0), 0, 0)
    return SourceInvoice(invoice, amount, (entries, facts))


def get_source_invoice(*, source: str, external_id: str) -> SourceInvoice:
    """The invoice of this source under this number; raises ``invoice_not_found``."""
    rows = Invoice.objects.select_related("buyer", "order").filter(source=source, external_id=external_id)
    invoice = rows.first()
    if invoice is None:
        params = {"field": "external_id", "value": external_id}
        raise NotFound(
            "invoice_not_found", _("%(source)s has no invoice with this number.") % {"source": source}, params
        )
    return state_of(invoice)
