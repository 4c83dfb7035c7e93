"""What an order must satisfy before it is recorded: pure checks, one error per field (domain.md section 1)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from core.words import sentence as _
from invoices.domain.kinds import Terms
from invoices.domain.posting import check_amount, refusal

# Nobody orders for a trillion: a slipped decimal point or a hostile client.
LARGEST_AMOUNT = Decimal("999999999999")
LONGEST_TERMS_DAYS = 365


def check_order_amount(*, amount: Decimal, currency: str, delivered: Decimal = Decimal(0)) -> None:
    """A positive amount in whole minor units, not absurd, not less than what has left already.

    Raises ``amount_invalid``, ``amount_absurd``, ``amount_below_delivered``, ``currency_unknown``.
    """
    check_amount(amount=amount, currency=currency)
    if amount > LARGEST_AMOUNT:
        raise refusal(
            "amount_absurd",
            "amount",
            amount,
            _("amount must be at most %(most)s.", most=f"{LARGEST_AMOUNT:,}"),
        )
    if amount < delivered:
        raise refusal(
            "amount_below_delivered",
            "amount",
            amount,
            _("%(delivered)s %(currency)s of this order has left already.", delivered=delivered, currency=currency),
        )


def check_order_terms(*, terms: str, terms_days: int, deposit_percent: Decimal) -> None:
    """An instrument of the table, 0 to 365 days, a deposit of 0 to 100 percent.

    Raises ``terms_unknown``, ``terms_days_invalid``, ``deposit_invalid``.
    """
    if terms not in list(Terms):
        raise refusal("terms_unknown", "terms", terms, _("terms must be one of: %(terms)s.", terms=", ".join(Terms)))
    if not 0 <= terms_days <= LONGEST_TERMS_DAYS:
        raise refusal(
            "terms_days_invalid",
            "terms_days",
            terms_days,
            _("terms_days: 0 to %(most)s.", most=LONGEST_TERMS_DAYS),
        )
    if not (deposit_percent.is_finite() and 0 <= deposit_percent <= 100):
        raise refusal("deposit_invalid", "deposit_percent", deposit_percent, _("deposit_percent: 0 to 100."))


def check_ship_date(*, ship_date: date | None, today: date) -> None:
    """A planned shipment lies today or later; raises ``ship_date_past``."""
    if ship_date is not None and ship_date < today:
        raise refusal(
            "ship_date_past",
            "planned_ship_date",
            ship_date,
            _("Plan the shipment for %(today)s or later.", today=today),
        )
