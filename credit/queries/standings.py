"""What a buyer's standing is on a date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from credit.domain.standings import YES, StandingKind
from credit.models import BuyerStanding


@dataclass(frozen=True, slots=True)
class Standing:
    """Grade, terms and lateness of a buyer as the latest close up to a date wrote them down."""

    buyer_id: int
    as_of: date
    values: dict[str, str]

    @property
    def grade(self) -> str:
        """The grade; empty if the buyer was never scored."""
        return self.values.get(StandingKind.GRADE, "")

    @property
    def default_terms(self) -> str:
        """The code of the default terms, see ``credit.domain.terms``."""
        return self.values.get(StandingKind.DEFAULT_TERMS, "")

    @property
    def has_low_coverage(self) -> bool:
        """True if too little is known of the buyer: no limit is then approved automatically."""
        return self.values.get(StandingKind.LOW_COVERAGE) == YES

    @property
    def oldest_material_overdue_days(self) -> int:
        """Days past due, on the date asked for, of the oldest material overdue item of that close; 0 if none."""
        since = self.values.get(StandingKind.OVERDUE_SINCE)
        return (self.as_of - date.fromisoformat(since)).days if since else 0


def get_standings(buyer_ids: Sequence[int], *, as_of: date) -> dict[int, Standing]:
    """The standing of each buyer on a date, in one query."""
    rows = (
        BuyerStanding.objects.filter(buyer_id__in=buyer_ids, as_of__lte=as_of)
        .order_by("buyer_id", "kind", "-as_of", "-recorded_at", "-pk")
        .distinct("buyer_id", "kind")
    )
    found = {buyer_id: Standing(buyer_id, as_of, {}) for buyer_id in buyer_ids}
    for row in rows:
        found[row.buyer_id].values[row.kind] = row.value
    return found
