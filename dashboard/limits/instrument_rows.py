"""Securities, accepted bills and sold receivables in words: the list, one of them, and its versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dashboard.credit_labels import SECURITIES
from dashboard.labels import Label
from dashboard.queries.instruments import BILL, SALE, SECURITY, InstrumentRow
from dashboard.tables import (
    BaseMoneyColumn,
    BuyerColumn,
    DataTable,
    DateColumn,
    LabelColumn,
    MomentColumn,
    MoneyColumn,
    TextColumn,
    WordColumn,
)

KINDS: dict[str, Any] = {
    SECURITY: _("securities"),
    BILL: _("bills of exchange"),
    SALE: _("sold receivables"),
}

FORMS: dict[str, Any] = {
    **SECURITIES,
    "accepted": _("accepted bill"),
    "with_recourse": _("sold with recourse"),
    "without_recourse": _("sold without recourse"),
}

HOW_IT_COUNTS: dict[str, Any] = {
    **dict.fromkeys(
        SECURITIES,
        _("Taken off the exposure while it is in force; bound to an order, at most what that order still amounts to."),
    ),
    "accepted": _("In the exposure from the day its invoice has left the receivables until it matures or ends."),
    "with_recourse": _("In the exposure from the day its invoice has left the receivables until it ends."),
    "without_recourse": _("Never in the exposure: the risk that is left is a dispute."),
}

STATES = {
    "in_force": Label(pgettext_lazy("cover", "in force"), "good"),
    "expiring": Label(pgettext_lazy("cover", "ends soon"), "warn"),
    "planned": Label(pgettext_lazy("cover", "to come"), "fair"),
    "ended": Label(pgettext_lazy("cover", "ended")),
    "missing": Label(pgettext_lazy("cover", "taken away")),
}

CHOICES = {"": _("in force or to come"), "ended": _("ended"), "all": _("all")}


def instrument_url(kind: str, pk: int) -> str:
    """The page of one of them; any of its versions leads there."""
    return reverse("dashboard:instrument", args=[kind, pk])


def document_url(kind: str, pk: int) -> str:
    """The order that a security is bound to, or the invoice that paper stands for."""
    return f"{reverse('dashboard:orders')}?order={pk}" if kind == SECURITY else reverse("dashboard:invoice", args=[pk])


class InstrumentsTable(DataTable):
    """What ends first on top."""

    title = _("Securities, bills and sold receivables")
    empty = _("Nothing of this kind on record. What is entered here counts in the exposure at once.")

    form = WordColumn(_("what"), table=FORMS, order_by=("kind",))
    number = TextColumn(_("number"))
    buyer = BuyerColumn(_("buyer"), accessor="buyer_name")
    document = TextColumn(_("order or invoice"))
    amount = MoneyColumn(_("amount"))
    currency = TextColumn(_("currency"), orderable=False)
    base_amount = BaseMoneyColumn(_("amount,"))
    begins = DateColumn(_("from"))
    ends = DateColumn(_("to"))
    state = LabelColumn(_("state"), table=STATES, orderable=False)

    def render_number(self, value: str, record: InstrumentRow) -> Any:
        """Linked to its page."""
        return format_html('<a href="{}">{}</a>', instrument_url(record.kind, record.id), value)

    def value_number(self, value: str) -> str:
        """The number alone."""
        return value

    def render_document(self, value: str, record: InstrumentRow) -> Any:
        """Linked to the order or invoice."""
        return format_html('<a href="{}">{}</a>', document_url(record.kind, record.document_id or 0), value)

    def value_document(self, value: str) -> str:
        """The number alone."""
        return value


@dataclass(frozen=True, slots=True)
class Version:
    """What was recorded of it, when, by whom."""

    recorded_at: datetime
    recorded_by: str
    form: str
    amount: Decimal
    currency: str
    begins: date
    ends: date | None
    ended_on: date | None
    document: str


class VersionsTable(DataTable):
    """Nothing is ever overwritten; the newest counts."""

    title = _("History")

    recorded_at = MomentColumn(_("recorded"), css="nowrap", orderable=False)
    recorded_by = TextColumn(_("by"), orderable=False)
    form = WordColumn(_("what"), table=FORMS, orderable=False)
    amount = MoneyColumn(_("amount"), orderable=False)
    currency = TextColumn(_("currency"), orderable=False)
    begins = DateColumn(_("from"), orderable=False)
    ends = DateColumn(_("to"), orderable=False)
    ended_on = DateColumn(_("ended on"), orderable=False)
    document = TextColumn(_("order or invoice"), orderable=False)


def _life_of(kind: str, row: Any) -> tuple[date, date | None, str]:
    """Its first day, its last day and which form it has."""
    if kind == SECURITY:
        return row.valid_from, row.valid_to, row.kind
    if kind == BILL:
        return row.accepted_on, row.matures_on, "accepted"
    return row.sold_on, None, "with_recourse" if row.with_recourse else "without_recourse"


def version_of(kind: str, row: Any) -> Version:
    """A stored version in the names that all kinds share."""
    first, last, form = _life_of(kind, row)
    paper = row.order if kind == SECURITY else row.invoice
    return Version(
        recorded_at=row.recorded_at,
        recorded_by=str(row.recorded_by or ""),
        form=form,
        amount=row.amount,
        currency=row.currency,
        begins=first,
        ends=last,
        ended_on=getattr(row, "ended_on", None),
        document="" if paper is None else str(paper.external_id if kind == SECURITY else paper.number),
    )
