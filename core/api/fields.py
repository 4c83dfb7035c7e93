"""How values look in answers: amounts are decimal strings with the currency's minor digits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.money import round_money

AMOUNT_SCHEMA = {"type": "string", "pattern": r"^-?\d+(\.\d+)?$", "examples": ["147703.18"]}


def amount_text(amount: Decimal, currency: str) -> str:
    """Example: ``amount_text(Decimal("5"), "USD") == "5.00"``; JPY gives ``"5"``, KWD ``"5.000"``."""
    # + 0 turns a negative zero into a plain one.
    return f"{round_money(amount, currency) + 0:f}"


@extend_schema_field(AMOUNT_SCHEMA)
class AmountField(serializers.Field[Any, Any, str, Any]):
    """An amount in the currency that stands beside it in the row (``currency_from``)."""

    def __init__(self, *, currency_from: str = "currency", **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)
        self.currency_from = currency_from

    def get_attribute(self, instance: Any) -> tuple[Decimal, str] | None:
        """The amount with its currency; None where the amount is unknown."""
        amount = super().get_attribute(instance)
        if amount is None:
            return None
        return Decimal(amount), str(_member(instance, self.currency_from))

    def to_representation(self, value: tuple[Decimal, str]) -> str:
        """The amount as text."""
        return amount_text(*value)


def _member(instance: Any, name: str) -> Any:
    for part in name.split("."):
        instance = instance[part] if isinstance(instance, dict) else getattr(instance, part)
    return instance
