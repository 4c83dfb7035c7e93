"""One customer as the pages know it: the surviving record with the records merged into it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from buyers.models import Buyer
from buyers.queries.merges import get_survivor_id, list_records
from core.access.scope import Scope
from core.errors import NotFound
from core.words import sentence as _


@dataclass(frozen=True, slots=True)
class Account:
    """A buyer and the ids of all records that count as this buyer."""

    buyer: Buyer
    buyer_ids: tuple[int, ...]
    merged_into: Buyer | None


def get_account(*, code: str, scope: Scope) -> Account:
    """The buyer of the code, if the scope may see it; raises ``buyer_unknown``."""
    buyer = _visible(scope).filter(code=code).select_related("sales_owner", "group").first()
    if buyer is None:
        raise NotFound("buyer_unknown", _("There is no buyer %(code)r.", code=code), {"field": "code", "value": code})
    return account_of(buyer)


def account_of(buyer: Buyer) -> Account:
    """The account of a record: its survivor if it was merged away, and every record merged into it."""
    survivor_id = get_survivor_id(buyer.pk)
    merged_into = Buyer.objects.get(pk=survivor_id) if survivor_id != buyer.pk else None
    return Account(buyer, tuple(list_records([buyer.pk])), merged_into)


def is_visible(*, buyer_id: int, scope: Scope) -> bool:
    """True if the scope covers the customer to whom this record belongs."""
    return scope.is_everything or _visible(scope).filter(pk=get_survivor_id(buyer_id)).exists()


def _visible(scope: Scope) -> QuerySet[Buyer]:
    rows = Buyer.objects.all()
    return rows if scope.is_everything else rows.filter(sales_owner_id=scope.sales_owner_id)
