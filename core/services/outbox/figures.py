"""Figures as messages say them."""

from __future__ import annotations

from decimal import Decimal

from core.money import round_money


def amount_text(amount: Decimal | None, currency: str) -> str | None:
    """An amount with the minor digits of its currency, None if unknown. Example: 147703.18 USD, 5 JPY."""
    # + 0 turns a negative zero into a plain one.
    return None if amount is None else f"{round_money(amount, currency) + 0:f}"
