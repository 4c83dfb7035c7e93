"""Words of cover: what secures a receivable, declared once."""

from __future__ import annotations

from enum import StrEnum


class SecurityKind(StrEnum):
    """What secures a buyer's debt beside insurance and is taken off the gross exposure (domain.md section 4)."""

    LC_CONFIRMED = "lc_confirmed"
    CASH_GUARANTEE = "cash_guarantee"
    STANDBY_LC = "standby_lc"
