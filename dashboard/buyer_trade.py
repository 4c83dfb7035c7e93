"""Orders, shipments and disputes of a buyer, as tables."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from dashboard import labels
from dashboard.tables import (
    DataTable,
    DateColumn,
    DaysColumn,
    LabelColumn,
    MoneyColumn,
    TextColumn,
    WordColumn,
)
from invoices.models import Order


class InvoiceLinkColumn(TextColumn):
    """An invoice number linked to the invoice; the record carries invoice_id and number."""

    def render(self, record: Any) -> Any:
        """The link."""
        return format_html('<a href="{}">{}</a>', reverse("dashboard:invoice", args=[record.invoice_id]), record.number)

    def value(self, record: Any) -> str:
        """The number alone."""
        return str(record.number)


class OrdersTable(DataTable):
    """Orders, newest first."""

    title = _("Orders")
    empty = _("No orders on file up to this date.")
    external_id = TextColumn(_("order"))
    order_date = DateColumn(_("date"))
    planned_ship_date = DateColumn(_("planned shipment"))
    amount = MoneyColumn(_("amount"))
    currency = TextColumn(_("currency"))
    terms = WordColumn(_("terms"), table=labels.TERMS_OF_PAYMENT)
    status = LabelColumn(_("status"), table=labels.ORDER_STATUS)
    ask = TextColumn(_("action"), accessor="pk", orderable=False, exclude_from_export=True)

    def render_ask(self, value: int) -> Any:
        """A what-if on the order."""
        return format_html('<a href="{}?order={}">{}</a>', reverse("dashboard:orders"), value, gettext("what if?"))

    def render_terms(self, record: Order) -> str:
        """The word of the code; the table would take the model's own, which is English."""
        return str(labels.word_of(labels.TERMS_OF_PAYMENT, record.terms))

    def value_terms(self, record: Order) -> str:
        """The same word for files."""
        return self.render_terms(record)


class ShipmentsTable(DataTable):
    """Shipments in their latest version, newest first."""

    title = _("Shipments")
    empty = _("No shipments on file up to this date.")
    number = TextColumn(_("shipment"))
    order_number = TextColumn(_("order"))
    incoterm = TextColumn(_("Incoterm"))
    shipped_on = DateColumn(_("shipped"))
    promised_on = DateColumn(_("promised"))
    arrived_on = DateColumn(_("arrived"), tip=_("Delivery; for FOB and EXW the handover to the carrier."))
    days_late = DaysColumn(pgettext_lazy("shipment", "days late"))
    remarks = TextColumn(_("remarks"), accessor="pk", orderable=False, empty_values=())

    def render_remarks(self, record: Any) -> str:
        """What went wrong, in words."""
        return remarks_of(record)

    def value_remarks(self, record: Any) -> str:
        """The same words for files."""
        return remarks_of(record)


class DisputesTable(DataTable):
    """Disputes as they stand on the date, open ones first."""

    title = _("Disputes")
    empty = _("No disputes up to this date.")
    number = InvoiceLinkColumn(_("invoice"))
    reason = WordColumn(_("reason"), table=labels.DISPUTE_REASONS)
    opened_on = DateColumn(pgettext_lazy("dispute", "opened"))
    contested = MoneyColumn(_("contested at most"))
    amount = MoneyColumn(_("contested now"))
    currency = TextColumn(_("currency"))
    changed_on = DateColumn(_("last change"))


def remarks_of(shipment: Any) -> str:
    """What went wrong with a shipment; empty if nothing did."""
    said = (
        (shipment.delay_by_seller, gettext("delay was ours")),
        (shipment.is_refused, gettext("refused or returned")),
        (shipment.has_discrepancies, gettext("document discrepancies")),
    )
    return ", ".join(text for holds, text in said if holds)
