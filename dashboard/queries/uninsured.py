"""What of each buyer's exposure no insurer covers, live, for the buyers that a reader may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from buyers.domain.facts import MergeState
from buyers.models import Buyer, BuyerMerge
from core.access.scope import Scope
from core.domain.rates import RateTable
from credit.queries.exposure import get_exposures
from credit.queries.insured import covers_in_force

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class UninsuredRow:
    """One buyer in base currency; ``planned`` is what cover would pay for orders and is not taken off."""

    buyer_code: str
    buyer_name: str
    buyer_name_zh: str
    exposure: Decimal
    insured_limit: Decimal
    indemnity: Decimal
    uninsured: Decimal
    planned: Decimal
    missing_rates: tuple[str, ...]


def list_uninsured(*, as_of: date, rates: RateTable, scope: Scope) -> list[UninsuredRow]:
    """Buyers with an exposure, the largest uninsured part first; merged duplicates are in their survivors."""
    merged = BuyerMerge.objects.filter(state=MergeState.MERGED).values("duplicate_id")
    rows = Buyer.objects.exclude(pk__in=merged).only("pk", "code", "name", "name_zh")
    if not scope.is_everything:
        rows = rows.filter(sales_owner_id=scope.sales_owner_id)
    buyers = {buyer.pk: buyer for buyer in rows}
    exposures = get_exposures(list(buyers), as_of=as_of, rates=rates)
    owing = {pk: found for pk, found in exposures.items() if found.components}
    covers = covers_in_force(list(owing), as_of=as_of, rates=rates)
    found = []
    for pk, exposure in owing.items():
        cover, buyer = covers.get(pk, []), buyers[pk]
        told = exposure.uninsured(covers=cover)
        found.append(
            UninsuredRow(
                buyer.code,
                buyer.name,
                buyer.name_zh,
                exposure.net,
                sum((one.limit_base for one in cover), ZERO),
                told.indemnity_base,
                told.uninsured_base,
                told.planned_base,
                exposure.missing_rates,
            )
        )
    return sorted(found, key=lambda row: (-row.uninsured, row.buyer_code))
