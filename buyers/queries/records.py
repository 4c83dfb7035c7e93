"""Finding a buyer's record by what people call it."""

from __future__ import annotations

from collections.abc import Iterable

from buyers.models import Buyer, BuyerCode
from buyers.queries.merges import get_survivor_id
from core.access.scope import SYSTEM, Scope
from core.errors import NotFound
from core.words import sentence as _


def no_buyer(buyer_id: int) -> NotFound:
    """That nobody has this id: ``buyer_not_found``."""
    message = _("There is no buyer %(buyer_id)s.", buyer_id=buyer_id)
    return NotFound("buyer_not_found", message, {"field": "buyer", "value": str(buyer_id)})


def get_buyer_id(code: str, *, scope: Scope = SYSTEM) -> int:
    """The id under which the buyer with this code is read (its survivor's while merged).

    Raises ``buyer_not_found``, also for a buyer outside the scope: what may not be seen does not exist.
    """
    pk = Buyer.objects.filter(code=code).values_list("pk", flat=True).first()
    survivor = get_survivor_id(pk) if pk is not None else None
    if survivor is None or not _is_visible(survivor, scope):
        raise NotFound(
            "buyer_not_found",
            _("There is no buyer with the code %(code)r.", code=code),
            {"field": "buyer", "value": code},
        )
    return survivor


def _is_visible(pk: int, scope: Scope) -> bool:
    return scope.is_everything or Buyer.objects.filter(pk=pk, sales_owner_id=scope.sales_owner_id).exists()


def get_buyer_of_source(source: str, external_id: str) -> Buyer:
    """The buyer that a source's number means; raises ``buyer_not_found``."""
    buyer = Buyer.objects.filter(codes__source=source, codes__external_id=external_id).first()
    if buyer is None:
        raise NotFound(
            "buyer_not_found",
            _("%(source)s has no buyer %(external_id)r.", source=source, external_id=external_id),
            {"field": "external_id", "value": external_id},
        )
    return buyer


def buyer_ids_of_source(source: str, external_ids: Iterable[str]) -> dict[str, int]:
    """Ids of the buyers that a source's numbers mean, by number; those that it has not told us of are missing."""
    found = BuyerCode.objects.filter(source=source, external_id__in=set(external_ids))
    return dict(found.values_list("external_id", "buyer_id"))
