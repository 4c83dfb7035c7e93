"""Further parts of the buyer page: trade, timeline, credit file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from alerts import labels as alert_words
from core.domain.roles import Permission
from dashboard import formats, labels
from dashboard.buyer_trade import DisputesTable, OrdersTable, ShipmentsTable
from dashboard.context import PageContext
from dashboard.queries.accounts import Account
from dashboard.queries.credit_file import EventRow, get_credit_file
from dashboard.queries.timeline import TimelineRow, list_timeline
from dashboard.queries.trade import list_disputes, list_orders, list_shipments

KINDS: dict[str, labels.Label] = {
    "receipt": labels.Label(_("receipt"), "good"),
    "credit_note": labels.Label(_("credit note"), "calm"),
    "entry": labels.Label(_("correction"), "warn"),
    "dispute": labels.Label(_("dispute"), "bad"),
    "due_date": labels.Label(_("due date changed"), "warn"),
    "event": labels.Label(_("event"), "bad"),
    "event_end": labels.Label(_("event ended"), "good"),
    "rating": labels.Label(_("rating"), "fair"),
    "alert": labels.Label(_("alert"), "bad"),
    "alert_closed": labels.Label(_("alert closed"), "good"),
}


@dataclass(frozen=True, slots=True)
class Happening:
    """A line of the timeline, ready to read."""

    day: date
    kind: labels.Label
    words: str
    amount: str
    invoice_id: int | None


def build_trade(account: Account, page: PageContext) -> dict[str, Any]:
    """Orders, shipments, disputes."""
    ids, day = account.buyer_ids, page.as_of
    hidden = () if page.may(Permission.ORDER_CHECK) else ("ask",)
    return {
        "orders": OrdersTable(list_orders(buyer_ids=ids, as_of=day), name="orders", is_only=False, exclude=hidden),
        "shipments": ShipmentsTable(list_shipments(buyer_ids=ids, as_of=day), name="shipments", is_only=False),
        "disputes": DisputesTable(list_disputes(buyer_ids=ids, as_of=day), name="disputes", is_only=False),
    }


def build_timeline(account: Account, page: PageContext) -> dict[str, Any]:
    """Everything that happened, newest first."""
    rows = list_timeline(buyer_ids=account.buyer_ids, as_of=page.as_of)
    return {"happenings": [_happening(row, page.base_currency) for row in rows]}


def build_file(account: Account, page: PageContext) -> dict[str, Any]:
    """Ratings, financials, certificates, identity, screening, contract, events."""
    found = get_credit_file(buyer_id=account.buyer.pk, as_of=page.as_of)
    return {
        "file": found,
        "kyc": labels.label_of(labels.KYC, found.kyc.status) if found.kyc else None,
        "screening": labels.label_of(labels.SCREENINGS, found.screening.result) if found.screening else None,
        "screening_age": (page.as_of - found.screening.valid_from).days if found.screening else None,
        "events": [_event(row) for row in found.events],
        "certificates": [(labels.word_of(labels.CERTIFICATES, row.kind), row) for row in found.certificates],
    }


def _event(row: EventRow) -> tuple[labels.Label, EventRow]:
    return labels.label_of(labels.EVENTS, row.kind), row


def _happening(row: TimelineRow, base_currency: str) -> Happening:
    amount = "" if row.amount is None else formats.money(row.amount, row.currency or base_currency)
    return Happening(
        day=row.day,
        kind=labels.label_of(KINDS, row.kind),
        words=_words(row),
        amount=f"{amount} {row.currency or base_currency}" if amount else "",
        invoice_id=row.invoice_id,
    )


def _words(row: TimelineRow) -> str:
    if row.kind in {"event", "event_end"}:
        return " · ".join(filter(None, [str(labels.label_of(labels.EVENTS, row.code).text), row.note]))
    if row.kind in {"alert", "alert_closed"}:
        return " · ".join(
            filter(None, [str(labels.word_of(alert_words.RULES, row.code)), str(alert_words.note_text(row.note))])
        )
    if row.kind == "dispute":
        return f"{row.note} · {labels.word_of(labels.DISPUTE_REASONS, row.code)}"
    if row.kind == "entry":
        return f"{labels.word_of(labels.ENTRIES, row.code)} · {row.note}"
    return row.note
