"""What the demo generator produces: plain rows, keyed by buyer code; the loader turns them into postings."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

SOURCE = "demo"


class DemoGroup(NamedTuple):
    """Related parties under one name."""

    code: str
    name: str
    name_zh: str


class DemoBuyer(NamedTuple):
    """Master data of one invented company."""

    code: str
    name: str
    name_zh: str
    country: str
    currency: str
    founded_on: date | None
    owner: str
    alias: str = ""
    website: str = ""


class Member(NamedTuple):
    """The buyer belongs to the group from a date on, held by ``parent`` with ``share`` percent."""

    group: str
    buyer: str
    parent: str | None
    share: Decimal | None
    valid_from: date


class DemoOrder(NamedTuple):
    """A customer order."""

    external_id: str
    order_date: date
    currency: str
    amount: Decimal
    terms: str
    terms_days: int
    planned_ship_date: date
    status: str


class DemoShipment(NamedTuple):
    """One shipment of an order."""

    external_id: str
    order_id: str
    incoterm: str
    shipped_on: date
    promised_on: date
    handed_over_on: date
    delivered_on: date | None
    delay_by_seller: bool
    is_refused: bool
    has_discrepancies: bool


class DemoInvoice(NamedTuple):
    """A receivable."""

    external_id: str
    number: str
    order_id: str
    currency: str
    amount: Decimal
    invoice_date: date
    due_date: date
    terms: str


class DemoReceipt(NamedTuple):
    """Money that arrived."""

    external_id: str
    currency: str
    amount: Decimal
    received_on: date
    note: str


class DemoCreditNote(NamedTuple):
    """A credit that was granted."""

    external_id: str
    currency: str
    amount: Decimal
    issued_on: date
    note: str


class DemoEntry(NamedTuple):
    """A line of an invoice's history after its issue; ``amount`` is negative: it reduces what is open."""

    invoice_id: str
    kind: str
    amount: Decimal
    effective_date: date
    receipt_id: str | None = None
    credit_note_id: str | None = None


class DemoDispute(NamedTuple):
    """From ``valid_from`` on ``amount`` of the invoice is contested; 0 closes the dispute."""

    invoice_id: str
    key: str
    amount: Decimal
    reason: str
    valid_from: date


class DemoDueDate(NamedTuple):
    """An extension that was granted."""

    invoice_id: str
    due_date: date
    valid_from: date
    reason: str


class DemoRating(NamedTuple):
    """An agency's opinion; the loader takes the agency's grade that is worth about ``points``."""

    agency: str
    points: int
    valid_from: date


class DemoStatement(NamedTuple):
    """Figures of one balance date."""

    valid_from: date
    currency: str
    total_assets: Decimal
    current_assets: Decimal
    current_liabilities: Decimal
    total_liabilities: Decimal
    retained_earnings: Decimal
    ebit: Decimal
    sales: Decimal


class DemoEvent(NamedTuple):
    """An external event; ``ended_on`` closes a lasting condition."""

    kind: str
    valid_from: date
    note: str
    ended_on: date | None = None


class DemoKyc(NamedTuple):
    """State of the identity gate."""

    status: str
    valid_from: date
    expires_on: date | None


class DemoScreening(NamedTuple):
    """A sanctions screening."""

    result: str
    valid_from: date


class DemoCertificate(NamedTuple):
    """A certificate that trade with the buyer requires."""

    kind: str
    number: str
    valid_from: date
    expires_on: date | None


class DemoContract(NamedTuple):
    """A signed frame contract, or that there is none."""

    is_signed: bool
    number: str
    valid_from: date
    expires_on: date | None


class DemoRegistration(NamedTuple):
    """A registration number with valid check digits."""

    kind: str
    number: str
