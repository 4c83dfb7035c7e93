"""Everything a buyer is called by, with the records that are read under it."""

from __future__ import annotations

from dataclasses import dataclass

from buyers.models import Buyer, BuyerAlias, BuyerCode, BuyerRegistration
from buyers.queries.merges import list_records


@dataclass(frozen=True, slots=True)
class BuyerNames:
    """Codes of source systems, other spellings, registration numbers, and codes of merged records."""

    codes: list[BuyerCode]
    aliases: list[str]
    registrations: list[BuyerRegistration]
    merged_codes: list[str]


def get_names(buyer: Buyer) -> BuyerNames:
    """The caller has checked that the buyer may be seen."""
    records = list_records([buyer.pk])
    merged = Buyer.objects.filter(pk__in=records).exclude(pk=buyer.pk)
    spellings = BuyerAlias.objects.filter(buyer_id__in=records).order_by("name").values_list("name", flat=True)
    return BuyerNames(
        codes=list(BuyerCode.objects.filter(buyer_id__in=records).order_by("source", "external_id")),
        aliases=list(dict.fromkeys(spellings)),
        registrations=list(BuyerRegistration.objects.filter(buyer_id__in=records).order_by("kind", "number")),
        merged_codes=list(merged.order_by("code").values_list("code", flat=True)),
    )
