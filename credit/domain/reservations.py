"""What an approved order holds of a limit, and how long (domain.md section 4)."""

from __future__ import annotations

from datetime import date, timedelta


def expiry_date(*, reserved_on: date, ship_date: date | None, days: int, days_after_shipment: int) -> date:
    """The last day on which a reservation holds: so many days from now, and some after the planned shipment.

    Example: reserved 30 June, ships 20 August, 30 days and 14 after shipment: 3 September; without a ship date 30 July.
    """
    by_age = reserved_on + timedelta(days=days)
    return by_age if ship_date is None else max(by_age, ship_date + timedelta(days=days_after_shipment))
