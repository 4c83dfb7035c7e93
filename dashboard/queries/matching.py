"""What the matching desk shows around one bank line: its neighbours, and the open items to choose from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from buyers.models import Buyer
from core.models import User
from invoices.domain.bank import WAITING
from invoices.models import BankLine, Invoice
from invoices.queries.bank import OpenItemChoice, list_lines, open_items_for

BEFORE, AFTER, ITEMS = 8, 24, 30


@dataclass(frozen=True, slots=True)
class DeskItem:
    """An invoice that a line may pay."""

    invoice_id: int
    number: str
    buyer_code: str
    buyer_name: str
    currency: str
    open_amount: Decimal
    is_disputed: bool
    due_date: date


def list_queue(*, actor: User, around: int | None, account: int | None) -> list[BankLine]:
    """The lines that wait, some before and more after the one that is looked at."""
    waiting = list_lines(actor=actor, state=WAITING, account=account)
    before = list(waiting.filter(pk__lt=around or 0).order_by("-id")[:BEFORE]) if around else []
    return [*reversed(before), *waiting.filter(pk__gte=around or 0)[:AFTER]]


def list_items(*, actor: User, chosen: Iterable[int], buyer_id: int | None, text: str, currency: str) -> list[DeskItem]:
    """The chosen ones first, then open items of the buyer and its group, or those that a text finds."""
    wanted = list(chosen)
    known = Invoice.objects.select_related("buyer").in_bulk(wanted)
    first = [_of_invoice(known[pk]) for pk in wanted if pk in known]
    if buyer_id is None and not text:
        return first
    others = open_items_for(actor=actor, buyer_id=buyer_id, text=text, currency=currency, limit=ITEMS)
    return [*first, *(_of_choice(one) for one in others if one.invoice_id not in known)]


def _of_invoice(row: Invoice) -> DeskItem:
    return DeskItem(
        row.pk,
        row.number,
        row.buyer.code,
        row.buyer.name,
        row.currency,
        row.open_amount,
        row.disputed_amount > 0,
        row.due_date,
    )


def _of_choice(row: OpenItemChoice) -> DeskItem:
    return DeskItem(
        row.invoice_id,
        row.number,
        row.buyer_code,
        row.buyer_name,
        row.currency,
        row.open_amount,
        row.disputed_amount > 0,
        row.due_date,
    )


def names_of(buyer_ids: Iterable[int | None]) -> Mapping[int, Buyer]:
    """Buyers by id."""
    return Buyer.objects.only("code", "name", "name_zh").in_bulk([pk for pk in buyer_ids if pk])
