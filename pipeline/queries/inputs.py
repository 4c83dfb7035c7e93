"""What a close stands on, as one small mapping: two closes of a date with the same one give the same answer."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Count, Max

from buyers.models import BuyerMerge
from core.queries.counters import LEDGER, RATES, get_version
from pipeline.queries.proofs import latest_proof
from scoring.queries.scorecards import current_card

# Tables that only grow: their highest id tells whether anything was learned. Receivables have a version counter.
_GROWING = (
    "buyers.AgencyRating",
    "buyers.BuyerEvent",
    "buyers.Certificate",
    "buyers.Contract",
    "buyers.CountryRisk",
    "buyers.FinancialStatement",
    "buyers.GroupMembership",
    "buyers.KycRecord",
    "buyers.RiskEvent",
    "buyers.Screening",
    "invoices.Shipment",
    "alerts.AlertRuleSetting",
    "credit.GradeTermsVersion",
)


def get_fingerprint() -> dict[str, Any]:
    """Versions of ledger and rates, and how far every other table that a close reads has grown."""
    grown = {label: _last_id(label) for label in _GROWING}
    merges = BuyerMerge.objects.aggregate(n=Count("pk"), merged=Max("merged_at"), undone=Max("undone_at"))
    return {
        "ledger": get_version(LEDGER),
        "rates": get_version(RATES),
        "base_currency": settings.BASE_CURRENCY,
        "card": current_card().version,
        "mismatches": proof.mismatches if (proof := latest_proof()) else 0,
        "merges": [str(value) for value in merges.values()],
        **grown,
    }


def _last_id(label: str) -> int:
    model: Any = apps.get_model(label)
    last: int | None = model.objects.aggregate(last=Max("pk"))["last"]
    return last or 0
