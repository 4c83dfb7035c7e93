"""The numbers of matching: defaults, what may be changed, and within which bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from core.domain.bounds import Bounds
from core.errors import DomainError
from core.words import Sentence
from core.words import sentence as _

# "threshold": from this confidence on a line posts by itself; below 0.91 what is ambiguous could.
# "charge_most": what banks may keep on the way, in base currency, and as a share of the amount.
# "discount_percent", "discount_days": the largest cash discount, and within how many days of the invoice it is taken.
# "duplicate_days": a receipt of another source this near may be the same payment.
NUMBERS: Mapping[str, Bounds] = {
    "threshold": Bounds("0.95", "0.91", "1"),
    "charge_most": Bounds("60", "0", "1000"),
    "charge_percent": Bounds("2", "0", "10"),
    "discount_percent": Bounds("3", "0", "10"),
    "discount_days": Bounds("14", "0", "60"),
    "duplicate_days": Bounds("3", "0", "30"),
}
_WHOLE = frozenset({"discount_days", "duplicate_days"})


@dataclass(frozen=True, slots=True)
class MatchingNumbers:
    """The numbers in force; ``version`` 0 means the defaults. Not enabled: everything goes to a person."""

    is_enabled: bool = True
    numbers: Mapping[str, Decimal] = field(default_factory=dict)
    version: int = 0

    def number(self, name: str) -> Decimal:
        """A number by name, else its default."""
        return self.numbers.get(name, Decimal(NUMBERS[name].default))


def check_numbers(given: Mapping[str, object]) -> dict[str, Decimal]:
    """All numbers, those not given at their defaults; raises ``matching_setting_invalid``.

    Example: ``check_numbers({"threshold": "0.97"})["threshold"] == Decimal("0.97")``.
    """
    for name in given:
        if name not in NUMBERS:
            raise _invalid(name, given[name], _("There is no such number; there are: %(names)s.", names=_names()))
    return {name: _checked(name, given.get(name, limit.default), limit) for name, limit in NUMBERS.items()}


def _names() -> str:
    return ", ".join(NUMBERS)


def _checked(name: str, value: object, bounds: Bounds) -> Decimal:
    number = bounds.read(value, is_whole=name in _WHOLE)
    if number is None:
        raise _invalid(name, value, _("Write a number from %(low)s to %(high)s.", low=bounds.low, high=bounds.high))
    return number


def _invalid(name: str, value: object, hint: Sentence) -> DomainError:
    return DomainError(
        "matching_setting_invalid",
        _("%(name)s: %(value)r. %(hint)s", name=name, value=str(value), hint=hint),
        {"field": name, "value": str(value)},
    )
