"""What the matching desk shows around one bank line: its neighbours, and the open items to choose from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import QuerySet

from buyers.models import Buyer
from core.models import User
from invoices.domain.bank import WAITING
from invoices.models import BankLine
from invoices.queries.bank import OpenItemChoice, list_choices, list_lines, open_items_for

BEFORE, AFTER, ITEMS = 8, 24, 30


def list_waiting(*, actor: User, account: int | None) -> QuerySet[BankLine]:
    """The lines that wait for a decision, in the order in which they came."""
    return list_lines(actor=actor, state=WAITING, account=account)


def list_queue(*, actor: User, around: int | None, account: int | None) -> list[BankLine]:
    """The lines that wait, some before and more after the one that is looked at."""
    waiting = list_waiting(actor=actor, account=account)
    before = list(waiting.filter(pk__lt=around or 0).order_by("-id")[:BEFORE]) if around else []
    return [*reversed(before), *waiting.filter(pk__gte=around or 0)[:AFTER]]


def list_items(
    *, actor: User, chosen: Iterable[int], buyer_id: int | None, text: str, currency: str
) -> list[OpenItemChoice]:
    """The chosen ones first, then open items of the buyer and its group, or those that a text finds in any currency."""
    first = list_choices(actor=actor, invoice_ids=chosen)
    if buyer_id is None and not text:
        return first
    others = open_items_for(
        actor=actor, buyer_id=buyer_id, text=text, currency=currency, has_others=bool(text), limit=ITEMS
    )
    known = {one.invoice_id for one in first}
    return [*first, *(one for one in others if one.invoice_id not in known)]


def id_of(code: str) -> int | None:
    """The buyer of this code."""
    return Buyer.objects.filter(code=code).values_list("pk", flat=True).first() if code else None


def names_of(buyer_ids: Iterable[int | None]) -> Mapping[int, Buyer]:
    """Buyers by id."""
    return Buyer.objects.only("code", "name", "name_zh").in_bulk([pk for pk in buyer_ids if pk])
